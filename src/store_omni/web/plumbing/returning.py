"""Reading a return form, the same at every face: one field `qty_<line>` per order line."""

from store_omni.returns.choosing import Asked
from store_omni.web.plumbing.forms import Checks

LINE_UNITS_MAX = 99


def asked_lines(form: dict[str, str], checks: Checks) -> list[Asked]:
    """What shall come back, lines with 0 left out."""
    asked = []
    for field in form:
        line = field.removeprefix("qty_")
        if line != field and line.isascii() and line.isdigit():
            asked.append(Asked(int(line[:6]), checks.whole_number(field, low=0, high=LINE_UNITS_MAX, default=0)))
    return [line for line in asked if line.qty]
