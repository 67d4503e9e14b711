"""Hangul taken apart: into the keys that were typed, into initials, and back from a keyboard in the wrong language.

A syllable block is one character to a computer but two to five key strokes to a person, so a half-typed word shares
its keys with the finished one while its characters differ.
"""

import re
import unicodedata

_FIRST_SYLLABLE, _LAST_SYLLABLE = 0xAC00, 0xD7A3
_VOWELS, _FINALS = 21, 28

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
# Compound letters are written as the keys that make them: ㅘ is typed ㅗ, ㅏ.
_MEDIAL_KEYS = (
    "ㅏ", "ㅐ", "ㅑ", "ㅒ", "ㅓ", "ㅔ", "ㅕ", "ㅖ", "ㅗ", "ㅗㅏ", "ㅗㅐ", "ㅗㅣ", "ㅛ", "ㅜ", "ㅜㅓ", "ㅜㅔ", "ㅜㅣ", "ㅠ", "ㅡ", "ㅡㅣ", "ㅣ",
)  # fmt: skip
_FINAL_KEYS = (
    "", "ㄱ", "ㄲ", "ㄱㅅ", "ㄴ", "ㄴㅈ", "ㄴㅎ", "ㄷ", "ㄹ", "ㄹㄱ", "ㄹㅁ", "ㄹㅂ", "ㄹㅅ", "ㄹㅌ", "ㄹㅍ", "ㄹㅎ", "ㅁ", "ㅂ", "ㅂㅅ", "ㅅ", "ㅆ",
    "ㅇ", "ㅈ", "ㅊ", "ㅋ", "ㅌ", "ㅍ", "ㅎ",
)  # fmt: skip
_COMPOUND_LETTERS = {
    "ㄳ": "ㄱㅅ", "ㄵ": "ㄴㅈ", "ㄶ": "ㄴㅎ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ", "ㄼ": "ㄹㅂ", "ㄽ": "ㄹㅅ", "ㄾ": "ㄹㅌ", "ㄿ": "ㄹㅍ",
    "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅅ", "ㅘ": "ㅗㅏ", "ㅙ": "ㅗㅐ", "ㅚ": "ㅗㅣ", "ㅝ": "ㅜㅓ", "ㅞ": "ㅜㅔ", "ㅟ": "ㅜㅣ", "ㅢ": "ㅡㅣ",
}  # fmt: skip
# The two-set keyboard, the one nearly everybody types on.
_KEYS = dict(
    zip("rRseEfaqQtTdwWczxvgkoiOjpuPhynbml", "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ", strict=True)
)
_LATIN = {letter: key for key, letter in _KEYS.items()}
_LETTER = re.compile("[ㄱ-ㅎㅏ-ㅣ]")
_LETTERS = re.compile("([ㄱ-ㅎㅏ-ㅣ])")


def plain(text: str) -> str:
    """One spelling for what looks the same: NFKC, lower case, single spaces."""
    # NFKC would turn a lone letter of the keyboard (U+3131) into a conjoining one (U+1100), which nobody types, and
    # then glue two of them together; so letters are kept out of its way.
    parts = (part if _LETTER.fullmatch(part) else unicodedata.normalize("NFKC", part) for part in _LETTERS.split(text))
    return " ".join("".join(parts).lower().split())


def _parts(character: str) -> tuple[int, int, int] | None:
    code = ord(character)
    if not _FIRST_SYLLABLE <= code <= _LAST_SYLLABLE:
        return None
    initial, rest = divmod(code - _FIRST_SYLLABLE, _VOWELS * _FINALS)
    return initial, *divmod(rest, _FINALS)


def jamo(text: str) -> str:
    """Every syllable as the letters that are typed for it: `갤럭시` → `ㄱㅐㄹㄹㅓㄱㅅㅣ`; other characters stay."""
    out = []
    for character in text:
        parts = _parts(character)
        if parts is None:
            out.append(_COMPOUND_LETTERS.get(character, character))
        else:
            out.append(INITIALS[parts[0]] + _MEDIAL_KEYS[parts[1]] + _FINAL_KEYS[parts[2]])
    return "".join(out)


def initials(text: str) -> str:
    """Every syllable as its first consonant: `갤럭시 버즈` → `ㄱㄹㅅ ㅂㅈ`; other characters stay."""
    parts = ((character, _parts(character)) for character in text)
    return "".join(character if found is None else INITIALS[found[0]] for character, found in parts)


def only_initials(text: str) -> bool:
    """True for `ㄱㄹㅅ`: nothing but consonants, at least two, so that it can only mean initials."""
    letters = text.replace(" ", "")
    return len(letters) >= 2 and all(letter in INITIALS for letter in letters)


def ends_in_consonant(text: str) -> bool:
    """Does the last syllable close with a consonant? (It decides between 을 and 를.)"""
    parts = _parts(text[-1]) if text else None
    return parts is not None and parts[2] > 0


def has_hangul(text: str) -> bool:
    return any(_parts(character) is not None or _LETTER.match(character) for character in text)


def typed_in_latin(text: str) -> str | None:
    """What Latin letters would have been on the Korean keyboard, as letters: `whaud` → `ㅈㅗㅁㅕㅇ` (조명). None where a
    character stands on no Korean key."""
    found = [_KEYS.get(key) or _KEYS.get(key.lower()) or (" " if key == " " else None) for key in text]
    return "".join(letter for letter in found if letter) if text and all(found) else None


def typed_in_hangul(text: str) -> str | None:
    """What Korean letters would have been on the Latin keyboard: `ㅡㅕㅎ` → `mug`. None where a character has no key."""
    found = [_LATIN.get(letter) or (" " if letter == " " else None) for letter in jamo(text)]
    return "".join(key.lower() for key in found if key) if text and all(found) else None


def keys_pressed(text: str) -> str:
    """A code that a scanner typed while the keyboard was in Korean: `ㅡㅕㅎ-1` → `mug-1`. Characters with no key stay."""
    return "".join(_LATIN.get(letter, letter) for letter in jamo(text))
