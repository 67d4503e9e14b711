"""Reading what people typed: trimmed, bounded, with problems named by field."""

from typing import Any

from litestar import Request

from store_omni.kit.emails import normal_email
from store_omni.kit.errors import N_, InvalidInput
from store_omni.kit.phones import normal_phone
from store_omni.kit.tidying import stays_as_it_came, tidy, tidy_line

TEXT_CHARS_MAX = 2000
# Papers that are being written, see `drafting`: 300 lines of at most 27 characters.
DRAFT_FIELDS, DRAFT_CHARS_MAX = ("lines", "got"), 8_100
# All other fields hold one line.
SEVERAL_LINES = frozenset({"note", *DRAFT_FIELDS})
DIGITS_MAX = 9


async def read_form(request: Request[Any, Any, Any]) -> dict[str, str]:
    """The form's text fields, tidied (see `kit.tidying`) and trimmed. Files and repeated fields are not expected here; the last
    value counts. What was typed in secret stays as it came."""
    form = await request.form()
    return {key: _read(key, value) for key, value in form.items() if isinstance(value, str)}


def _read(key: str, value: str) -> str:
    chars_max = DRAFT_CHARS_MAX if key in DRAFT_FIELDS else TEXT_CHARS_MAX
    value = value[: 2 * chars_max]
    if stays_as_it_came(key):
        return value.strip()[:chars_max]
    return (tidy(value) if key in SEVERAL_LINES else tidy_line(value))[:chars_max].strip()


class Checks:
    """Collects what is wrong, field by field, and refuses once with everything."""

    def __init__(self, form: dict[str, str]) -> None:
        self.form = form
        self.problems: dict[str, str] = {}

    def need(self, field: str, problem: str) -> str:
        value = self.form.get(field, "")
        if not value:
            self.problems[field] = problem
        return value

    def phone(self, field: str, *, needed: bool) -> str | None:
        """E.164."""
        typed = self.form.get(field, "")
        if not typed and not needed:
            return None
        number = normal_phone(typed) if typed else None
        if number is None:
            self.problems[field] = N_("Please enter a phone number such as 010-1234-5678.")
        return number

    def email(self, field: str, *, needed: bool) -> str | None:
        """In lower case, and one a mail can be sent to."""
        typed = self.form.get(field, "")
        if not typed and not needed:
            return None
        address = normal_email(typed)
        if address is None:
            self.problems[field] = N_("Please enter an e-mail address such as name@example.com.")
        return address

    def whole_number(self, field: str, *, low: int, high: int, default: int | None = None) -> int:
        typed = self.form.get(field, "")
        if not typed and default is not None:
            return default
        digits = typed.lstrip("0") or typed[-1:]
        if not typed.isascii() or not typed.isdigit() or len(digits) > DIGITS_MAX or not low <= int(digits) <= high:
            self.problems[field] = N_("Please enter a whole number in the allowed range.")
            return low
        return int(digits)

    def short(self, field: str, *, most: int) -> str:
        """Empty where nothing was typed."""
        typed = self.form.get(field, "")
        if len(typed) > most:
            self.problems[field] = N_("That is too long.")
        return typed

    def one_of(self, field: str, allowed: tuple[str, ...]) -> str:
        value = self.form.get(field, "")
        if value not in allowed:
            self.problems[field] = N_("Please choose one.")
        return value

    def done(self) -> None:
        """Errors: `InvalidInput` with every problem found."""
        if self.problems:
            raise InvalidInput(self.problems, self.form)
