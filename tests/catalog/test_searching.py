import pytest
from hypothesis import given
from hypothesis import strategies as st

from store_omni.catalog.searching import QUERY_CHARS_MAX, WORDS_MAX, like, read_query, search_columns, stem


def test_columns_hold_names_brand_shelf_words_and_numbers() -> None:
    columns = search_columns(
        ["무드 조명", "Mood Light"], "모아홈", "lighting", ["수면등"], ["MOA-1", "MOA-1-2"], ["8801234567893", None]
    )
    lines = columns.text.split("\n")
    assert lines[0] == "무드 조명"
    assert {"mood light", "모아홈", "조명", "lighting", "수면등", "무드조명", "moa-1", "8801234567893"} <= set(lines)
    assert "ㅁㅜㄷㅡㅈㅗㅁㅕㅇ" in columns.jamo.split("\n")
    assert "ㅁㄷㅈㅁ" in columns.cho.split("\n")
    assert "8801234567893" not in columns.jamo


def test_columns_of_nothing_are_empty() -> None:
    columns = search_columns([], "", "", [], [], [None])
    assert (columns.text, columns.jamo, columns.cho) == ("", "", "")


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("조명을", "조명"), ("의자가", "의자"), ("의자는", "의자"), ("머그컵이랑", "머그컵"), ("수건으로", "수건"), ("테이블로", "테이블"),
        ("캠핑용", "캠핑"), ("부엌에서", "부엌"), ("주전자를", "주전자"), ("냄비도", "냄비"),
        # what is no particle after this syllable, or would leave too little, stays
        ("사과", "사과"), ("아이", "아이"), ("컵으로", "컵으로"), ("의자을", "의자을"), ("mug를", "mug"), ("light", "light"),
    ],
)  # fmt: skip
def test_particles_go(typed: str, left: str) -> None:
    assert stem(typed) == left


def test_one_syllable_words_lose_theirs_as_the_second_way() -> None:
    reading = read_query("컵으로")
    assert reading.words == ["컵으로"] and reading.bare == ["컵"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("캠핑용 의자 추천해주세요", ["캠핑", "의자"]),
        ("조명 있나요", ["조명"]),
        ("추천", ["추천"]),
        ("a mug for tea", ["mug", "tea"]),
        ("수건, 발매트/세트", ["수건", "발매트", "세트"]),
        ("   ", []),
    ],
)
def test_words_around_the_thing_go(typed: str, words: list[str]) -> None:
    assert read_query(typed).words == words


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("8801234567893", "8801234567893"), ("8801234 567893", "8801234567893"), ("880-1234-567893", "8801234567893"),
        ("moa-1", "moa-1"), ("조명 두 개", None), ("12345", "12345"), ("", None),
    ],
)  # fmt: skip
def test_numbers(typed: str, number: str | None) -> None:
    assert read_query(typed).number == number


def test_ways_of_reading() -> None:
    assert read_query("ㄱㄹㅅ").initials == ["ㄱㄹㅅ"]
    assert read_query("갤럭ㅅ").keys == ["ㄱㅐㄹㄹㅓㄱㅅ"] and read_query("갤럭ㅅ").initials == []
    assert read_query("whaud").swapped == ["ㅈㅗㅁㅕㅇ"]
    assert read_query("ㅡㅕㅎ").swapped == ["mug"]
    assert read_query("").empty


@given(st.text(max_size=200))
def test_any_text_can_be_read(typed: str) -> None:
    reading = read_query(typed)
    assert len(reading.text) <= 4 * QUERY_CHARS_MAX and len(reading.words) <= WORDS_MAX
    assert all(reading.words) and all(reading.keys) and all(reading.swapped)


def test_patterns_mean_what_was_typed() -> None:
    assert like("50%_\\") == r"%50\%\_\\%"
