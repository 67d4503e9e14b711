"""PINs that are guessed first are refused; PINs that mean nothing are taken."""

import pytest

from store_omni.staff.pins import WeakPin, draw_pin, is_weak_pin, refuse_weak_pin

WEAK = [
    "", "1234567", "482 913", "4829137", "1" * 8, "00000000", "9" * 12, "١١١١١١١١", "１２３４５６７８", "11211211", "x" * 65,
    "12121212", "12341234", "1212121212", "78787878", "10010010", "aabbaabb",
    "12345678", "87654321", "89012345", "01234567", "11223344", "9876543210", "12345670", "abcdefgh", "13579135",
    "14725836", "36925814", "78945612", "15935715", "74185296", "qwertyui", "QWERTYUI", "1qaz2wsx", "1q2w3e4r", "iuytrewq",
    "19960412", "20010228", "12041996", "04121996",
    "47114711", "4711471147", "11471147", "4711xx4711",
    "31415926", "password", "Password1", "admin123", "qwer1234", "iloveyou", "dkssud12", "비밀번호1234", "moastore", "모아상점모아", "storeomni1",
]  # fmt: skip
STRONG = [
    "48291350",
    "70284693",
    "61827354",
    "90518264",
    "k7-hu22q",
    "우산구름연필산책",
    "4711830264",
    "correct horse",
    "963174285503",
]


@pytest.mark.parametrize("pin", WEAK)
def test_what_is_guessed_first_is_refused(pin: str) -> None:
    with pytest.raises(WeakPin):
        refuse_weak_pin(pin, "4711")


@pytest.mark.parametrize("pin", STRONG)
def test_what_means_nothing_is_taken(pin: str) -> None:
    refuse_weak_pin(pin, "4711")


def test_few_of_all_eight_digit_pins_are_refused() -> None:
    """So few that guessing gains little: dates alone are three times 40,000 of a hundred million."""
    refused = sum(is_weak_pin(f"{number:08d}", "4711") for number in range(0, 100_000_000, 3_701))
    assert 0.001 < refused / (100_000_000 / 3_701) < 0.02


def test_a_drawn_pin_is_taken_and_another_each_time() -> None:
    drawn = {draw_pin("1001") for _ in range(50)}
    assert len(drawn) == 50
    assert not any(is_weak_pin(pin, "1001") for pin in drawn)
