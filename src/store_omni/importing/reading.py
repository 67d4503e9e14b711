"""Files as retailers have them. CSV: UTF-8 with or without BOM, CP949, UTF-16 from spreadsheets; commas, semicolons or tabs; gzip.
Excel workbooks: see `spreadsheets`."""

import codecs
import csv
import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TextIO, cast

import msgspec

from store_omni.importing.errors import ImportRefused
from store_omni.importing.spreadsheets import is_spreadsheet, spreadsheet_rows

CHUNK_BYTES = 1 << 20
CELL_CHARS_MAX = 100_000
WORKBOOK = "xlsx"
_DELIMITERS = ",;\t|"


class Source(msgspec.Struct, frozen=True):
    """A file that was looked through once: how to read it, its header, about how many rows it has. `encoding` xlsx: a workbook."""

    path: Path
    encoding: str
    delimiter: str
    header: list[str]
    rows: int

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """(row number as a spreadsheet shows it, cells) of each row that is not empty; the header is row 1."""
        if self.encoding == WORKBOOK:
            for number, cells in enumerate(spreadsheet_rows(self.path), 1):
                if number > 1 and any(cells):
                    yield number, cells
            return
        csv.field_size_limit(CELL_CHARS_MAX)
        with _open_text(self.path, self.encoding) as text:
            reader = csv.reader(text, delimiter=self.delimiter)
            next(reader, None)
            for number, cells in enumerate(reader, 2):
                if cells:
                    yield number, cells


# A year of a large retailer's orders is a tenth of it; a small .gz can unpack to more than a day of reading.
UNPACKED_BYTES_MAX = 16 << 30


def survey(path: Path) -> Source:
    """Look through a file in one pass. Errors: `ImportRefused` where it cannot be read or has no header."""
    if is_spreadsheet(path):
        return _survey_workbook(path)
    try:
        encoding, lines = _look_through(path)
        with _open_text(path, encoding) as text:
            first = text.readline()
    except (OSError, EOFError, gzip.BadGzipFile) as problem:
        raise ImportRefused(f"{path} cannot be read: {problem}") from problem
    if not first.strip():
        raise ImportRefused(f"{path} is empty; its first row must name the columns.")
    delimiter = max(_DELIMITERS, key=first.count)
    header = [name.strip() for name in next(csv.reader([first], delimiter=delimiter))]
    return Source(path, encoding, delimiter, header, max(lines - 1, 0))


def _survey_workbook(path: Path) -> Source:
    rows = spreadsheet_rows(path)
    header = [name.strip() for name in next(rows, [])]
    if not any(header):
        raise ImportRefused(f"{path} is empty; the first row of its first sheet must name the columns.")
    return Source(path, WORKBOOK, "", header, sum(any(cells) for cells in rows))


def _open(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


@contextmanager
def _open_text(path: Path, encoding: str) -> Iterator[TextIO]:
    with _open(path) as raw, io.BufferedReader(raw, CHUNK_BYTES) as buffered:  # type: ignore[type-var]
        yield io.TextIOWrapper(buffered, encoding, newline="")


def _look_through(path: Path) -> tuple[str, int]:
    """(encoding, lines). Read to the end, because the first Korean letter may stand in the last row."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    utf8, lines, begin = True, 0, b""
    with _open(path) as raw:
        while chunk := raw.read(CHUNK_BYTES):
            if raw.tell() > UNPACKED_BYTES_MAX:
                raise ImportRefused(f"{path} holds more than {UNPACKED_BYTES_MAX >> 30} GiB. Split it and try again.")
            begin = begin or chunk[:4]
            lines += chunk.count(b"\n")
            if utf8:
                utf8 = _decodes(decoder, chunk)
    if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", lines
    if utf8 and _decodes(decoder, b"", final=True):
        return ("utf-8-sig" if begin.startswith(codecs.BOM_UTF8) else "utf-8"), lines
    return _must_be_korean(path), lines


def _must_be_korean(path: Path) -> str:
    decoder = codecs.getincrementaldecoder("cp949")()
    with _open(path) as raw:
        while chunk := raw.read(CHUNK_BYTES):
            if not _decodes(decoder, chunk):
                raise ImportRefused(f"{path} is neither UTF-8 nor CP949. Save it as “CSV UTF-8” and try again.")
    return "cp949"


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True
