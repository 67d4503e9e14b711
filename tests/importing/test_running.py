"""The command as an operator sees it: what it prints, what it returns, the bar at a terminal."""

import io
from pathlib import Path

import pytest

from store_omni.cli import main
from store_omni.importing.progress import CLEAR_LINE, Progress

from .files import write_csv

STORES = ("매장코드", "매장명", "주소", "전화번호", "위도", "경도")


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path):
    monkeypatch.setenv("STORE_OMNI_DATABASE_URL", database_url)
    monkeypatch.setenv("STORE_OMNI_SECRETS_FILE", str(tmp_path / "secrets.json"))
    monkeypatch.chdir(tmp_path)
    return lambda *words: main(["import", *map(str, words)])


def test_all_rows_taken_is_success(command, tmp_path, capsys):
    path = write_csv(tmp_path / "stores.csv", STORES, [("S1", "강남점", "", "", "127.0", "37.5")], "cp949")
    assert command("stores", path) == 0
    assert capsys.readouterr().out.splitlines() == [
        "read 1 = imported 0 + changed 0 + merged 0 + adjusted 1 + rejected 0",
        "          1 coordinates were swapped and put right",
    ]
    assert not (tmp_path / "stores-rejected.csv").exists()


def test_rejected_rows_are_a_file_and_a_failure(command, tmp_path, capsys):
    path = write_csv(tmp_path / "stores.csv", STORES, [("", "이름만", "", "", "", ""), ("S1", "강남점", "", "", "", "")])
    assert command("stores", path) == 1
    assert "rejected rows: stores-rejected.csv" in capsys.readouterr().out
    assert (tmp_path / "stores-rejected.csv").read_text("utf-8-sig").splitlines()[1] == "stores.csv,2,code is empty,,이름만,,,,"
    chosen = tmp_path / "deep" / "why.csv"
    assert command("stores", path, "--rejects", chosen) == 1
    assert chosen.exists()


@pytest.mark.parametrize("words", [("stores", "nowhere.csv"), ("orders", "stores.csv")])
def test_what_cannot_begin_says_why_and_changes_nothing(command, tmp_path, capsys, words):
    write_csv(tmp_path / "stores.csv", STORES, [])
    assert command(*words) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("store-omni import: ")


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_at_a_terminal_and_lines_in_a_log(monkeypatch):
    terminal = _Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr("store_omni.importing.progress.REFRESH_SECONDS", 0)
    bar = Progress()
    bar.step("Reading a.csv", 4)
    assert list(bar.each("ab")) == ["a", "b"]
    bar.finish()
    frames = terminal.getvalue().split(CLEAR_LINE)
    assert frames[-2].startswith("Reading a.csv ████████████░") and frames[-2].endswith(" 50%") and frames[-1] == ""
    lines: list[str] = []
    log = Progress(say=lines.append)
    log.step("Reading a.csv", 4)
    log.advance(4)
    log.finish()
    assert lines == ["Reading a.csv …"]
