import sys
import unicodedata

import pytest

from store_omni.kit.tidying import tidied, tidy, tidy_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("김역순", "김역순"),
        ("\u202e김역순", "김역순"),
        ("김\x00역\x01순\x7f\x85", "김역순"),
        ("김\u200b역\u2060순\ufeff", "김역순"),
        (unicodedata.normalize("NFD", "강남점"), "강남점"),
        ("  a \t b  ", "a \t b"),
        ("한 줄\r\n두 줄\r\n", "한 줄\n두 줄"),
        ("a\u2028b", "a\nb"),
        ("a\ud800b", "ab"),
        ("a\ue02fb", "ab"),
        ("좋아요 ❤️ 👩‍👧", "좋아요 ❤️ 👩‍👧"),
        ("a\u200db\ufe0f", "ab"),
        ("\u200d\u200d", ""),
    ],
)
def test_what_is_kept(typed: str, kept: str) -> None:
    assert tidy(typed) == kept


@pytest.mark.parametrize(
    "typed", ["\u3164", "\u200b", "\u2800", "\u115f\u1160", "\uffa0", "\xad", "\u00a0\u3000 ", "\u034f", "\u202e\u202c"]
)
def test_what_cannot_be_seen_is_nothing(typed: str) -> None:
    assert tidy(typed) == tidy_line(typed) == ""


def test_a_line_is_one_line() -> None:
    assert tidy_line("김\n하늘\t \u3000씨") == "김 하늘 씨"


def test_tidying_twice_changes_nothing_more() -> None:
    for code in range(0, sys.maxunicode, 7):
        once = tidy(f"a{chr(code)}b")
        assert tidy(once) == once and "\0" not in once


def test_a_document_is_tidied_but_for_secrets_and_scans() -> None:
    came = {
        "name": "김\u200b",
        "lines": [{"note": "a\0"}],
        "password": "a\u200b",
        "code": "01\x1d2",
        "new_password": "a\u200b",
        "approver_pin": " 1",
        "qty": 3,
        "none": None,
    }
    assert tidied(came) == came | {"name": "김", "lines": [{"note": "a"}]}
