"""Excel workbooks (.xlsx): the first sheet, its cells as the text a person sees, row by row."""

import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from store_omni.importing.errors import ImportRefused

SUFFIXES = (".xlsx", ".xlsm")
# A few megabytes can unpack to more than any memory holds.
UNPACKED_BYTES_MAX = 1 << 30


def is_spreadsheet(path: Path) -> bool:
    """Errors: `ImportRefused` for the binary format of before 2007, which we do not read."""
    if path.suffix.lower() == ".xls":
        raise ImportRefused(f"{path} is a workbook of the old kind. Save it as .xlsx or CSV and try again.")
    return path.suffix.lower() in SUFFIXES


def spreadsheet_rows(path: Path) -> Iterator[list[str]]:
    """Every row of the first sheet, empty ones too, so that their place is the number Excel shows. Errors: `ImportRefused`."""
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > UNPACKED_BYTES_MAX:
                raise ImportRefused(
                    f"{path} unpacks to more than {UNPACKED_BYTES_MAX >> 20:,} MiB. Save it as CSV and try again."
                )
        with closing(load_workbook(path, read_only=True, data_only=True)) as book:
            sheet = book.worksheets[0]
            # What the file claims about its size is often wrong, and rows would be missing.
            sheet.reset_dimensions()
            for row in sheet.iter_rows(values_only=True):
                yield [_text(cell) for cell in row]
    # The parser itself ends entities that grow and markup that is none.
    except (InvalidFileException, zipfile.BadZipFile, ParseError, KeyError, IndexError, ValueError, OSError) as problem:
        raise ImportRefused(f"{path} is no Excel workbook that can be read: {problem}") from problem


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    # Excel has no whole numbers: a quantity of 12 and the digits of a barcode come as 12.0.
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
