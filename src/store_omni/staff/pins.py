"""PINs that are guessed first are refused where a PIN is set, and PINs are drawn for accounts that a person does not set up."""

import contextlib
import itertools
import re
import secrets
import unicodedata
from datetime import date

from store_omni.kit.errors import N_, Refusal
from store_omni.kit.passwords import is_guessed_first
from store_omni.settings import own_words

PIN_CHARS_MIN = 8
PIN_CHARS_MAX = 64
DRAWN_DIGITS = 8
# A PIN is as strong as what it holds beside the login.
BESIDE_LOGIN_CHARS_MIN = 4
DIFFERENT_CHARS_MIN = 3
ALMOST_STEPS_MIN = 4
YYYYMMDD = 8
YEARS = range(1930, 2040)
# The three rows, columns and diagonals of a keypad.
_PAD = ("123", "456", "789", "147", "258", "369", "159", "357", "708", "809", "087")
# Heads of lists of leaked PINs that the rules below do not find.
_COMMON = ("14725836", "12358132", "31415926", "27182818", "11235813", "15935748", "74185296", "10203040", "13579246")


class WeakPin(Refusal):
    code = "weak_pin"
    status = 422
    title = N_("This PIN is guessed too easily")
    reason = N_(
        "A PIN has at least 8 digits or letters. It is no row, no pattern of the keypad, no repetition, no date, "
        "not the staff number, nothing with the shop's name and none of the PINs and words that people choose most often."
    )
    next_step = N_("Choose 8 or more digits that mean nothing, such as digits from two receipts, or a few words.")


def _plain(text: str) -> str:
    """As it counts: full-width digits are digits, and case does not matter."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _repeats(pin: str) -> bool:
    """11111111, 12121212, 12341234, 1231231."""
    return any(pin == (pin[:size] * len(pin))[: len(pin)] for size in range(1, len(pin) // 2 + 1))


def _runs(pin: str) -> bool:
    """12345678, 98765432, 89012345, 11223344, 13579135: every step is the same; and 12345670: all small steps but one are."""
    squeezed = re.sub(r"(.)\1+", r"\1", pin)
    steps = [(int(after) - int(before)) % 10 for before, after in itertools.pairwise(squeezed)]
    same, step = max((steps.count(step), step) for step in set(steps))
    return same == len(steps) or (same == len(steps) - 1 >= ALMOST_STEPS_MIN and step in (1, 2, 8, 9))


def _on_the_keys(pin: str) -> bool:
    """14725836, 78945612, and all of them from behind."""
    lines = {line for one in _PAD for line in (one, one[::-1])}
    pieces = [pin[at : at + 3] for at in range(0, len(pin) - len(pin) % 3, 3)]
    return all(piece in lines or len(set(piece)) == 1 for piece in pieces)


def _is_date(pin: str) -> bool:
    """19960412, 12041996, 04121996: what others know of a person."""
    if len(pin) != YYYYMMDD:
        return False
    readings = ((pin[:4], pin[4:6], pin[6:]), (pin[4:], pin[2:4], pin[:2]), (pin[4:], pin[:2], pin[2:4]))
    for year, month, day in readings:
        with contextlib.suppress(ValueError):
            if int(year) in YEARS and date(int(year), int(month), int(day)):
                return True
    return False


def is_weak_pin(pin: str, login: str) -> bool:
    plain, name = _plain(pin), _plain(login)
    if not PIN_CHARS_MIN <= len(plain) <= PIN_CHARS_MAX or len(set(plain)) < DIFFERENT_CHARS_MIN:
        return True
    beside = plain.replace(name, "").replace(name[::-1], "") if len(name) >= 3 else plain
    if beside != plain and len(beside) < BESIDE_LOGIN_CHARS_MIN:
        return True
    if not plain.isdecimal():
        return _repeats(plain) or is_guessed_first(plain, login, *own_words())
    common = plain in _COMMON or plain[::-1] in _COMMON
    return common or _repeats(plain) or _runs(plain) or _on_the_keys(plain) or _is_date(plain)


def refuse_weak_pin(pin: str, login: str) -> None:
    """Errors: `WeakPin`."""
    if is_weak_pin(pin, login):
        raise WeakPin


def draw_pin(login: str) -> str:
    """Random digits that `refuse_weak_pin` takes."""
    while True:
        pin = "".join(secrets.choice("0123456789") for _ in range(DRAWN_DIGITS))
        if not is_weak_pin(pin, login):
            return pin
