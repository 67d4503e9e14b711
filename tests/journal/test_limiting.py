import asyncio
import random

import asyncpg
import pytest

from store_omni.journal.limiting import (
    count_failure,
    count_try,
    forget_tries,
    limit_key,
    refuse_if_spent,
    take_back_try,
)
from store_omni.kit.errors import TooManyTries

pytestmark = pytest.mark.anyio
KEY = limit_key("test", "somebody")


def hangul(chars: int) -> str:
    """Random, so that no compression makes it short."""
    drawn = random.Random(7)
    return "".join(chr(drawn.randrange(0xAC00, 0xD7A4)) for _ in range(chars))


def test_a_key_is_short_and_tells_its_parts_apart() -> None:
    assert limit_key("a", "b") == limit_key("a", "b") != limit_key("a", "c")
    assert limit_key("a", "b:c", "d") != limit_key("a", "b", "c:d") != limit_key("a:b", "c", "d")
    assert limit_key("a", "b', 'c") != limit_key("a", "b", "c")
    for typed in (hangul(2000), "x" * 100_000, "\0\r\n", "\ud800"):
        assert len(limit_key("shopper", typed)) < 60


def test_an_ipv6_subscriber_has_one_source() -> None:
    assert limit_key("a", "2001:db8:1:2::5") == limit_key("a", "2001:db8:1:2:ffff::6") != limit_key("a", "2001:db8:1:3::5")
    assert limit_key("a", "192.0.2.1") != limit_key("a", "192.0.2.2")


async def test_whatever_somebody_typed_fits_into_the_index(pool: asyncpg.Pool) -> None:
    await count_try(pool, limit_key("shopper", hangul(2000)), tries_max=1, window_minutes=15)


async def test_tries_are_counted_whatever_becomes_of_them(pool: asyncpg.Pool) -> None:
    for _ in range(3):
        await count_try(pool, KEY, tries_max=3, window_minutes=15)
    with pytest.raises(TooManyTries):
        await count_try(pool, KEY, tries_max=3, window_minutes=15)
    await forget_tries(pool, KEY)
    await count_try(pool, KEY, tries_max=1, window_minutes=15)


async def test_looking_counts_nothing(pool: asyncpg.Pool) -> None:
    for _ in range(3):
        await refuse_if_spent(pool, KEY, tries_max=1, window_minutes=15)
    assert [await count_failure(pool, KEY, window_minutes=15) for _ in range(2)] == [1, 2]
    await refuse_if_spent(pool, KEY, tries_max=3, window_minutes=15)
    with pytest.raises(TooManyTries):
        await refuse_if_spent(pool, KEY, tries_max=2, window_minutes=15)


async def test_a_refusal_says_how_long_to_wait(pool: asyncpg.Pool) -> None:
    await count_failure(pool, KEY, window_minutes=15)
    await pool.execute("UPDATE journal.tries SET since = now() - interval '10 minutes'")
    for refused in (refuse_if_spent, count_try):
        with pytest.raises(TooManyTries) as refusal:
            await refused(pool, KEY, tries_max=1, window_minutes=15)
        assert 240 < refusal.value.seconds <= 300 and refusal.value.params["minutes"] in (4, 5)


async def test_after_the_window_the_count_starts_anew(pool: asyncpg.Pool) -> None:
    for _ in range(5):
        await count_failure(pool, KEY, window_minutes=15)
    await pool.execute("UPDATE journal.tries SET since = now() - interval '16 minutes'")
    await refuse_if_spent(pool, KEY, tries_max=1, window_minutes=15)
    assert await count_failure(pool, KEY, window_minutes=15) == 1


async def test_a_try_taken_back_is_no_failure_and_tries_at_once_stay_within_the_limit(pool: asyncpg.Pool) -> None:
    for _ in range(10):
        await count_try(pool, KEY, tries_max=2, window_minutes=15)
        await take_back_try(pool, KEY)
    tries = [count_try(pool, KEY, tries_max=2, window_minutes=15) for _ in range(6)]
    refused = [said for said in await asyncio.gather(*tries, return_exceptions=True) if isinstance(said, TooManyTries)]
    assert len(refused) == 4
    await take_back_try(pool, limit_key("test", "nobody"))
