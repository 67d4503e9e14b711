"""A migration that a database has run is never edited."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts/checks"))

from migrations import Frozen  # noqa: E402


def test_migrations_are_as_they_are_listed() -> None:
    assert Frozen(ROOT / "migrations").problems() == []


def _folder(tmp_path: Path, head: str = "") -> Path:
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions/2026_01_01_0001_first.py").write_text("first")
    (tmp_path / "frozen.txt").write_text(head)
    Frozen(tmp_path).add()
    assert Frozen(tmp_path).problems() == []
    return tmp_path


def test_a_changed_or_deleted_one_is_found_and_stays_found(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    first = folder / "versions/2026_01_01_0001_first.py"
    first.write_text("first, improved")
    Frozen(folder).add()
    assert "was changed" in Frozen(folder).problems()[0]
    first.unlink()
    assert "was deleted" in Frozen(folder).problems()[0]


def test_a_new_one_must_be_listed_unless_its_date_is_open(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "# open 2026_02_02\n")
    open_one, other = folder / "versions/2026_02_02_0001_open.py", folder / "versions/2026_02_03_0001_other.py"
    open_one.write_text("open")
    assert Frozen(folder).problems() == []
    other.write_text("other")
    assert "is not listed" in Frozen(folder).problems()[0]
    Frozen(folder).add(close=True)
    open_one.write_text("open, changed")
    assert "was changed" in Frozen(folder).problems()[0]
