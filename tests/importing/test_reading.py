"""Files as retailers have them are read; others are refused with what to do."""

import gzip
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from store_omni.importing import reading
from store_omni.importing.errors import ImportRefused
from store_omni.importing.reading import survey

TEXT = "상품코드,상품명,판매가\r\nA1,똠방각하 머그컵,12900\r\nA2,힣 접시,9900\r\n"


@pytest.mark.parametrize(
    ("encoding", "found"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp949", "cp949"), ("utf-16", "utf-16")]
)
def test_korean_files_in_every_encoding(tmp_path, encoding, found):
    path = tmp_path / "goods.csv"
    path.write_bytes(TEXT.encode(encoding))
    source = survey(path)
    assert source.encoding == found
    assert source.header == ["상품코드", "상품명", "판매가"]
    assert list(source.records()) == [(2, ["A1", "똠방각하 머그컵", "12900"]), (3, ["A2", "힣 접시", "9900"])]


def test_the_only_korean_letter_may_stand_in_the_last_row(tmp_path):
    path = tmp_path / "late.csv"
    path.write_bytes(("code,name\n" + "A,plain\n" * 300_000 + "B,컵\n").encode("cp949"))
    *_, last = survey(path).records()
    assert last == (300_002, ["B", "컵"])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_and_quoted_line_breaks(tmp_path, delimiter):
    path = tmp_path / "a.csv"
    path.write_text(f'code{delimiter}name\nA{delimiter}"two\nlines"\n\nB{delimiter}x\n')
    assert list(survey(path).records()) == [(2, ["A", "two\nlines"]), (4, ["B", "x"])]


def test_gzip(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode("cp949")))
    source = survey(path)
    assert (source.encoding, source.rows, len(list(source.records()))) == ("cp949", 2, 2)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "is empty"), (b"\n\n", "is empty"), (b"code,name\nA,\xff\xff\xff\n", "neither UTF-8 nor CP949")],
)
def test_a_file_that_is_none_is_refused(tmp_path, content, words):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(ImportRefused, match=words):
        survey(path)


def test_a_missing_or_broken_file_is_refused(tmp_path):
    with pytest.raises(ImportRefused, match="cannot be read"):
        survey(tmp_path / "nowhere.csv")
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(gzip.compress(TEXT.encode())[:-12])
    with pytest.raises(ImportRefused, match="cannot be read"):
        survey(broken)


def _workbook(path, *rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.create_sheet("메모").append(["이 시트는 읽지 않습니다"])
    book.save(path)
    return path


def test_workbooks_say_what_a_person_sees(tmp_path):
    path = _workbook(
        tmp_path / "재고.xlsx",
        [" 매장코드 ", "상품코드", "재고수량", "입고일"],
        ["S1", 8800991000018.0, 12.0, datetime(2026, 11, 22, 9, 30)],  # noqa: DTZ001, a cell knows no time zone
        [None, None, None, None],
        ["S2", "A1", 2.5, None],
    )
    source = survey(path)
    assert (source.encoding, source.header, source.rows) == ("xlsx", ["매장코드", "상품코드", "재고수량", "입고일"], 2)
    assert list(source.records()) == [
        (2, ["S1", "8800991000018", "12", "2026-11-22 09:30:00"]), (4, ["S2", "A1", "2.5"]),
    ]  # fmt: skip


def test_workbooks_that_are_none_are_refused(tmp_path):
    no_book = tmp_path / "a.xlsx"
    no_book.write_bytes(b"code,name")
    old = tmp_path / "a.xls"
    old.write_bytes(b"")
    other = tmp_path / "b.xlsx"
    with zipfile.ZipFile(other, "w") as packed:
        packed.writestr("readme.txt", "no workbook")
    for path in (no_book, old, other, _workbook(tmp_path / "empty.xlsx"), tmp_path / "missing.xlsx"):
        with pytest.raises(ImportRefused):
            survey(path)


def test_a_workbook_that_unpacks_to_too_much_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr("store_omni.importing.spreadsheets.UNPACKED_BYTES_MAX", 1000)
    with pytest.raises(ImportRefused, match="unpacks"):
        survey(_workbook(tmp_path / "a.xlsx", ["code"]))


BOMB = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa">{more}]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>{use}</t></is></c></row></sheetData></worksheet>"""


@pytest.mark.parametrize(
    ("more", "use"),
    [
        ("".join(f'<!ENTITY a{n} "{f"&a{n - 1 if n else str()};" * 10}">' for n in range(10)), "&a9;"),
        ('<!ENTITY file SYSTEM "file:///etc/passwd">', "&file;"),
        ("", "<not closed"),
    ],
    ids=["entities that grow", "a file of the machine", "no markup"],
)
def test_markup_that_does_harm_is_refused_in_a_sentence(tmp_path: Path, more: str, use: str) -> None:
    book = Workbook()
    book.active.append(["sku"])  # type: ignore[union-attr]
    book.save(tmp_path / "good.xlsx")
    with zipfile.ZipFile(tmp_path / "good.xlsx") as good, zipfile.ZipFile(tmp_path / "bomb.xlsx", "w") as bomb:
        for part in good.namelist():
            text = BOMB.format(more=more, use=use) if part.endswith("sheet1.xml") else good.read(part)
            bomb.writestr(part, text)
    with pytest.raises(ImportRefused, match="no Excel workbook that can be read"):
        survey(tmp_path / "bomb.xlsx")


def test_a_list_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "UNPACKED_BYTES_MAX", 4 << 30 >> 10)
    with gzip.open(tmp_path / "list.csv.gz", "wb") as file:
        file.write(b"sku,name\n" + b"x" * (6 << 20))
    assert (tmp_path / "list.csv.gz").stat().st_size < 10_000
    with pytest.raises(ImportRefused, match="Split it"):
        survey(tmp_path / "list.csv.gz")
