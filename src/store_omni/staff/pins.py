"""PINs that are guessed first are refused where a PIN is set, and PINs are drawn for accounts that a person does not set up."""

import itertools
import re
import secrets
import unicodedata
from datetime import date

from store_omni.kit.errors import N_, Refusal

PIN_CHARS_MIN = 6
PIN_CHARS_MAX = 64
DRAWN_DIGITS = 8
# A PIN is as strong as what it holds beside the login.
BESIDE_LOGIN_CHARS_MIN = 4
DIFFERENT_CHARS_MIN = 3
ALMOST_STEPS_MIN = 4
YEARS = range(1930, 2040)
# The three rows, columns and diagonals of a keypad.
_PAD = ("123", "456", "789", "147", "258", "369", "159", "357", "708", "809", "087")
_KEYBOARD = (
    "1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "1q2w3e4r5t6y7u8i9o0p",
    "qazwsxedcrfvtgbyhnujm", "q1w2e3r4t5y6",
)  # fmt: skip
# Heads of lists of leaked PINs and passwords that the rules below do not find.
_COMMON = frozenset(
    [
        "246810",
        "102030",
        "135790",
        "159753",
        "147896",
        "741852",
        "963852",
        "456852",
        "258456",
        "789456",
        "147852",
        "123580",
        "142536",
        "131313",
        "696969",
        "520131",
        "521521",
        "010101",
        "090909",
        "101010",
        "112358",
        "314159",
        "271828",
        "100100",
        "200200",
        "748159",
        "987412",
        "123987",
        "789123",
        "123789",
        "456123",
        "321654",
        "124578",
    ]
)
_WORDS = frozenset(
    [
        "password",
        "passw0rd",
        "qwerty",
        "asdf",
        "zxcv",
        "abc",
        "admin",
        "administrator",
        "manager",
        "clerk",
        "staff",
        "store",
        "shop",
        "secret",
        "letmein",
        "welcome",
        "iloveyou",
        "dragon",
        "monkey",
        "login",
        "master",
        "hello",
        "test",
        "demo",
        "guest",
        "changeme",
        "love",
        "sarang",
        "qwer",
        "asdfgh",
        "korea",
        "seoul",
        "samsung",
        "pass",
        "dkssud",
        "tkfkd",
        "dkssudgktpdy",
        "tkfkdgo",
        "qlalfqjsgh",
        "비밀번호",
        "사랑해",
        "안녕하세요",
    ]
)


class WeakPin(Refusal):
    code = "weak_pin"
    status = 422
    title = N_("This PIN is guessed too easily")
    reason = N_(
        "A PIN has at least 6 digits or letters. It is no row, no pattern of the keypad, no repetition, no date, "
        "not the staff number and none of the PINs that people choose most often."
    )
    next_step = N_("Choose 6 or more digits that mean nothing, such as digits from two receipts.")


def _plain(text: str) -> str:
    """As it counts: full-width digits are digits, and case does not matter."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _repeats(pin: str) -> bool:
    """111111, 121212, 123123, 1231231."""
    return any(pin == (pin[:size] * len(pin))[: len(pin)] for size in range(1, len(pin) // 2 + 1))


def _runs(pin: str) -> bool:
    """123456, 987654, 890123, 112233, 135791, abcdef: every step is the same; and 123450: all small steps but one are."""
    squeezed = re.sub(r"(.)\1+", r"\1", pin)
    if squeezed.isdecimal():
        steps = [(int(after) - int(before)) % 10 for before, after in itertools.pairwise(squeezed)]
    else:
        steps = [ord(after) - ord(before) for before, after in itertools.pairwise(squeezed)]
    same, step = max((steps.count(step), step) for step in set(steps))
    return same == len(steps) or (same == len(steps) - 1 >= ALMOST_STEPS_MIN and step in (1, 2, 8, 9, -1, -2))


def _on_the_keys(pin: str) -> bool:
    """147258, 789456, qwerty, 1qaz2wsx, and all of them from behind."""
    lines = {line for one in _PAD for line in (one, one[::-1])}
    pieces = [pin[at : at + 3] for at in range(0, len(pin), 3)]
    if all(piece in lines or len(set(piece)) == 1 for piece in pieces):
        return True
    return any(pin in row or pin in row[::-1] for row in _KEYBOARD)


def _is_date(pin: str) -> bool:
    """960412, 19960412, 12041996: what others know of a person."""
    if not pin.isdecimal() or len(pin) not in (6, 8):
        return False
    orders = ("ymd", "dmy", "mdy") if len(pin) == 8 else ("ymd",)
    for order in orders:
        at, parts = 0, {}
        for part in order:
            size = len(pin) - 4 if part == "y" else 2
            parts[part] = int(pin[at : at + size])
            at += size
        years = [parts["y"]] if len(pin) == 8 else [1900 + parts["y"], 2000 + parts["y"]]
        for year in years:
            try:
                if year in YEARS and date(year, parts["m"], parts["d"]):
                    return True
            except ValueError:
                continue
    return False


def _is_common(pin: str) -> bool:
    """`password1`, `admin2024!`: a common word counts for nothing, nor do four digits after it."""
    if pin in _COMMON or pin[::-1] in _COMMON:
        return True
    rest = re.sub(r"[^\w]|_", "", pin)
    word = rest.strip("0123456789")
    return word in _WORDS and len(rest) - len(word) <= 4


def is_weak_pin(pin: str, login: str) -> bool:
    plain, name = _plain(pin), _plain(login)
    if not PIN_CHARS_MIN <= len(plain) <= PIN_CHARS_MAX or len(set(plain)) < DIFFERENT_CHARS_MIN:
        return True
    beside = plain.replace(name, "").replace(name[::-1], "") if len(name) >= 3 else plain
    if beside != plain and len(beside) < BESIDE_LOGIN_CHARS_MIN:
        return True
    return _repeats(plain) or _runs(plain) or _on_the_keys(plain) or _is_date(plain) or _is_common(plain)


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
