"""PINs that are guessed first are refused; PINs that mean nothing are taken."""

import pytest

from store_omni.staff.pins import WeakPin, draw_pin, is_weak_pin, refuse_weak_pin

WEAK = [
    "", "12345", "482 9", "1" * 6, "000000", "9" * 12, "١١١١١١", "１２３４５６", "112112", "x" * 65,
    "121212", "123123", "1212121", "787878", "100100", "aabbaabb",
    "123456", "654321", "890123", "012345", "112233", "987654321", "123450", "abcdef", "135791",
    "147258", "369258", "789456", "159357", "147147", "741852", "qwerty", "QWERTY", "1qaz2wsx", "1q2w3e4r", "ytrewq",
    "960412", "050315", "19960412", "20010228", "12041996",
    "4711", "47114711", "471147", "114711", "1174xx",
    "246810", "password", "Password1", "admin123", "qwer1234", "iloveyou", "dkssud12", "비밀번호1234",
]  # fmt: skip
STRONG = ["482913", "702846", "618273", "90518264", "k7-hu22q", "우산구름연필", "4711830264", "correct horse", "963174"]


@pytest.mark.parametrize("pin", WEAK)
def test_what_is_guessed_first_is_refused(pin: str) -> None:
    with pytest.raises(WeakPin):
        refuse_weak_pin(pin, "4711")


@pytest.mark.parametrize("pin", STRONG)
def test_what_means_nothing_is_taken(pin: str) -> None:
    refuse_weak_pin(pin, "4711")


def test_few_of_all_six_digit_pins_are_refused() -> None:
    """So many that nobody has to try long, so few that guessing gains little: dates alone are 36,525 of a million."""
    refused = sum(is_weak_pin(f"{number:06d}", "4711") for number in range(0, 1_000_000, 37))
    assert 0.03 < refused / (1_000_000 / 37) < 0.08


def test_a_drawn_pin_is_taken_and_another_each_time() -> None:
    drawn = {draw_pin("1001") for _ in range(50)}
    assert len(drawn) == 50
    assert not any(is_weak_pin(pin, "1001") for pin in drawn)
