import pytest

from store_omni.kit.korean import (
    ends_in_consonant,
    has_hangul,
    initials,
    jamo,
    only_initials,
    plain,
    typed_in_hangul,
    typed_in_latin,
)  # fmt: skip


def test_a_half_typed_word_is_the_beginning_of_the_finished_one_key_by_key() -> None:
    whole = jamo("갤럭시")
    assert whole == "ㄱㅐㄹㄹㅓㄱㅅㅣ"
    for typed in ("갤", "갤러", "갤럭", "갤럭ㅅ", "갤럯", "갤럭시"):
        assert whole.startswith(jamo(typed)), typed


@pytest.mark.parametrize(
    ("text", "keys"), [("과", "ㄱㅗㅏ"), ("값", "ㄱㅏㅂㅅ"), ("의", "ㅇㅡㅣ"), ("까", "ㄲㅏ"), ("ㄳ", "ㄱㅅ"), ("a1 ", "a1 ")]
)
def test_compound_letters_are_their_keys(text: str, keys: str) -> None:
    assert jamo(text) == keys


def test_initials() -> None:
    assert initials("갤럭시 버즈 2") == "ㄱㄹㅅ ㅂㅈ 2"
    assert only_initials("ㄱㄹㅅ") and only_initials("ㄱㄹ ㅂㅈ")
    assert not only_initials("ㄱ") and not only_initials("갤ㄹ") and not only_initials("ㅏㅑ") and not only_initials("")


def test_one_spelling_for_what_looks_the_same() -> None:
    decomposed = "조명"
    assert plain(decomposed) == "조명" and plain("  ＭＵＧ　Ｃｕｐ ") == "mug cup"
    assert plain("갤럭ㅅ") == "갤럭ㅅ" and plain("ㄱㅏ") == "ㄱㅏ"


def test_the_keyboard_in_the_wrong_language() -> None:
    assert typed_in_latin("whaud") == jamo("조명")
    assert typed_in_latin("Rkcl") == jamo("까치")
    assert typed_in_hangul("ㅡㅕㅎ") == "mug"
    assert typed_in_latin("mug-1") is None and typed_in_latin("") is None and typed_in_hangul("컵!") is None


def test_the_end_of_a_syllable() -> None:
    assert (
        ends_in_consonant("조명") and not ends_in_consonant("의자") and not ends_in_consonant("") and not ends_in_consonant("cup")
    )
    assert has_hangul("mug컵") and has_hangul("ㄱ") and not has_hangul("mug")
