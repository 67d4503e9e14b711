"""Passwords that lists of stolen ones lead to, or what everybody knows of the shop and of her, are refused."""

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from store_omni.customers.passwords import PASSWORD_CHARS_MIN, check_password
from store_omni.kit.errors import InvalidInput

MAIL, PHONE = "haneul.kim@example.com", "+821012345678"


@pytest.mark.parametrize(
    "typed",
    [
        "short", "password1", "Passw0rd!", "qwerty12", "asdf1234", "11112222", "aaaaaaaa", "dkssudgktpdy", "tkfkdgody1", "안녕하세요안녕",
        "haneul.kim", "haneul.kim1", "haneul.kim@example.com", "010-1234-5678", "01012345678", "moastore1", "Moa Store!", "모아상점모아상점",
        "storeomni", "store_omni1",
    ],
)  # fmt: skip
def test_what_is_guessed_first_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        check_password(typed, MAIL, PHONE)


@pytest.mark.parametrize(
    "typed",
    [
        "k7hu22qmv",
        "노란 우산 구름 연필",
        "correct horse battery",
        "  spaces stay  ",
        "🦊여우가 달린다",
        "correct horse battery staple and more " * 5,
    ],
)
def test_all_letters_and_no_rule_of_kinds(typed: str) -> None:
    assert check_password(typed, MAIL, PHONE) == typed


def test_the_three_thousand_most_usual_are_refused() -> None:
    usual = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= PASSWORD_CHARS_MIN][:3000]
    assert len(usual) == 3000
    taken = []
    for word in usual:
        try:
            taken.append(check_password(word))
        except InvalidInput:
            continue
    assert taken == []


def test_a_retailers_own_name_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    check_password("hanbitmart1")
    monkeypatch.setenv("STORE_OMNI_RETAILER_EN", "Hanbit Mart")
    with pytest.raises(InvalidInput):
        check_password("hanbitmart1")
