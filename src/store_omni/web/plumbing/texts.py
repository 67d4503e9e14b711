"""Two languages from .po files, merged at start. English is the message id, so only Korean has a catalogue."""

from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LOCALES = ("ko", "en")
_LOCALE: ContextVar[str] = ContextVar("locale", default="ko")
_FOLDER = Path(__file__).parents[2] / "locale"


@cache
def _catalogue(locale: str) -> dict[str, str | tuple[str, ...]]:
    """message id → translation; for plurals the tuple of forms (Korean has one)."""
    messages: dict[str, str | tuple[str, ...]] = {}
    for file in sorted((_FOLDER / locale).glob("*.po")):
        with file.open("rb") as po:
            for message in read_po(po, locale=locale):
                if not message.id or not message.string:
                    continue
                if isinstance(message.id, str):
                    messages[message.id] = str(message.string)
                else:
                    forms = tuple(message.string) if not isinstance(message.string, str) else (message.string,)
                    messages[message.id[0]] = forms
    return messages


def current_locale() -> str:
    return _LOCALE.get()


def use_locale(locale: str) -> None:
    """For the rest of this request (or task)."""
    _LOCALE.set(locale if locale in LOCALES else "ko")


def gettext(message: str) -> str:
    found = _catalogue(_LOCALE.get()).get(message, message) if _LOCALE.get() != "en" else message
    return found if isinstance(found, str) else found[0]


def ngettext(singular: str, plural: str, n: int) -> str:
    if _LOCALE.get() == "en":
        return singular if n == 1 else plural
    found = _catalogue(_LOCALE.get()).get(singular)
    if found is None:
        return singular if n == 1 else plural
    return found if isinstance(found, str) else found[0]


def choose_locale(cookie: str | None, accept_language: str) -> str:
    """What the person chose, else the first of our languages that the browser asks for, else Korean."""
    if cookie in LOCALES:
        return cookie  # type: ignore[return-value]
    for part in accept_language.split(","):
        language = part.split(";")[0].strip().lower()[:2]
        if language in LOCALES:
            return language
    return "ko"
