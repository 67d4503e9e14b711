"""Cells as people write them."""

from datetime import UTC, datetime, time

import pytest

from store_omni.importing.catalog import bar_code
from store_omni.importing.errors import RowRefused, UnclearDate
from store_omni.importing.parsing import degrees, moment, money, opening, whole, zone
from store_omni.importing.stores import right_place


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("6.95", "GBP", 695), ("0.001", "GBP", 0), ("0.005", "GBP", 1), ("12,900", "KRW", 12900), ("₩12,900원", "KRW", 12900),
     ("-53594.36", "GBP", -5359436), ("2.1", "GBP", 210)],
)  # fmt: skip
def test_money(text, currency, minor):
    assert money(text, currency) == minor


@pytest.mark.parametrize("text", ["", "free", "1e999999999", "NaN", "Infinity", "9" * 30])
def test_money_that_is_none(text):
    with pytest.raises(RowRefused, match="price"):
        money(text, "GBP")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2010-12-01 08:26:00", "2010-11-30T23:26:00+00:00"), ("2010-12-01T08:26:00+00:00", "2010-12-01T08:26:00+00:00"),
     ("13/12/2010 08:26", "2010-12-12T23:26:00+00:00"), ("12/12/2010 08:26", "2010-12-11T23:26:00+00:00"), ("2010.12.01 08:26", "2010-11-30T23:26:00+00:00"),
     ("20101201082600", "2010-11-30T23:26:00+00:00")],
)  # fmt: skip
def test_moments(text, expected):
    assert moment(text, "Asia/Seoul").astimezone(UTC) == datetime.fromisoformat(expected)


@pytest.mark.parametrize("text", ["01/12/2010 08:26", "12/1/2010 8:26", "1/2/2010 0:00:00"])
def test_a_date_with_two_readings_is_refused_until_the_mapping_says_which(text):
    with pytest.raises(UnclearDate, match="day/month or month/day"):
        moment(text, "Asia/Seoul")
    day_first, month_first = (
        moment("01/12/2010 08:26", "Europe/London", dates) for dates in ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M")
    )
    assert (day_first.month, month_first.month) == (12, 1)


@pytest.mark.parametrize(
    ("text", "decimal", "units"),
    [("1,200", "", 1200), ("5.0", "", 5), ("6.0000", "", 6), ("１２", "", 12), ("+3", "", 3), ("1.200", ",", 1200), ("5,0", ",", 5),
     ("12.000", ".", 12), ("1,234,567", "", None), ("1,5", "", None), ("12,0", "", None), ("1_5", "", None), ("1.200", "", None),
     ("12,00", "", None), ("1,2,3", "", None), ("1.5", ",", None), ("6.88", "", None), ("", "", None), ("٣", ",", 3)],
)  # fmt: skip
def test_numbers_are_read_one_way_or_not_at_all(text, decimal, units):
    if units is None:
        with pytest.raises(RowRefused, match="quantity"):
            whole(text, "quantity", decimal)
    else:
        assert whole(text, "quantity", decimal) == units


@pytest.mark.parametrize(
    ("text", "currency", "decimal", "minor"),
    [("12,50", "EUR", ",", 1250), ("12,50", "EUR", "", None), ("12.900", "KRW", "", None), ("12.900", "KRW", ",", 12900),
     ("0.125", "GBP", "", 13), ("￥35,000", "JPY", "", 35000), ("1.29E+04", "KRW", "", 12900), ("1.234.567", "KRW", ",", 1234567),
     ("19,9", "EUR", "", None)],
)  # fmt: skip
def test_prices_are_read_one_way_or_not_at_all(text, currency, decimal, minor):
    if minor is None:
        with pytest.raises(RowRefused, match="price"):
            money(text, currency, decimal)
    else:
        assert money(text, currency, decimal) == minor


def test_summer_time_is_the_zone_s_business():
    assert moment("2010-07-01 12:00", "Europe/London").astimezone(UTC).hour == 11


@pytest.mark.parametrize(
    ("call", "words"),
    [(lambda: moment("yesterday", "Asia/Seoul"), "date and time"), (lambda: whole("1.5", "quantity"), "quantity"),
     (lambda: whole("99999999999", "quantity"), "beyond"), (lambda: zone("Mars/Base"), "time zone"), (lambda: zone(""), "time zone"),
     (lambda: degrees("north"), "coordinate"), (lambda: opening("22:00-10:00"), "end before"), (lambda: opening("early"), "opening"),
     (lambda: bar_code("8801234567890"), "bar code"), (lambda: bar_code("hello"), "bar code")],
)  # fmt: skip
def test_what_cannot_be_read_says_so(call, words):
    with pytest.raises(RowRefused, match=words):
        call()


def test_whole_hours_and_bar_codes():
    assert whole("1,200", "quantity") == 1200
    assert opening("10:30-22:00") == (time(10, 30), time(22))
    assert opening("-") is None is opening("")
    assert zone("GMT+09:00 Asia/Seoul").key == "Asia/Seoul"
    assert bar_code("8801007-430010") == "8801007430010"
    assert bar_code("") is None


@pytest.mark.parametrize(
    ("given", "country", "right"),
    [((37.5, 127.0), "KR", (37.5, 127.0, False)), ((127.0, 37.5), "KR", (37.5, 127.0, True)),
     ((-2.57, 51.54), "GB", (51.54, -2.57, True)), ((51.54, -2.57), "GB", (51.54, -2.57, False)),
     ((None, None), "KR", (None, None, False)), ((37.5, None), "KR", (None, None, False)),
     ((0.0, 0.0), "KR", (None, None, False)), ((127.0, 37.5), "XX", (37.5, 127.0, True))],
)  # fmt: skip
def test_a_swapped_pair_is_put_right_by_its_country(given, country, right):
    assert right_place(*given, country) == right
