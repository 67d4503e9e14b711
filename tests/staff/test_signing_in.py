"""The staff's door: guesses are slowed before they cost anything, nobody locks another person out, and all of it is written down."""

import asyncio

import asyncpg
import pytest
from litestar.testing import AsyncTestClient

from store_omni.kit import passwords
from store_omni.staff.slowing import ALL_FAILURES_MAX, SOURCE_FAILURES_MAX

from ..factories.browsing import send, sign_in_staff
from ..factories.world import PIN, World

pytestmark = pytest.mark.anyio
WRONG = "735019"


class Checks:
    """Counts how often argon2 is asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        real = passwords._hasher()

        class Counting:
            hash = real.hash

            def verify(_self, secret: str, hashed: str) -> bool:
                self.count += 1
                return real.verify(secret, hashed)

        monkeypatch.setattr(passwords, "_hasher", Counting)


async def knock(client: AsyncTestClient, login: str, pin: str, source: str | None = None) -> int:
    """From another source, as a proxy that the operator trusts says it."""
    headers = {"x-forwarded-for": source} if source else {}
    return (await send(client, "/counter/sign-in", {"login": login, "pin": pin}, headers=headers)).status_code


@pytest.fixture
def behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The source of a request is what its header says."""
    from store_omni.web.plumbing import entering_staff

    monkeypatch.setattr(entering_staff, "source_of", lambda request: request.headers.get("x-forwarded-for", "192.0.2.1"))


async def let_time_pass(pool: asyncpg.Pool, seconds: int) -> None:
    await pool.execute("UPDATE journal.tries SET since = since - make_interval(secs => $1)", seconds)


async def test_spraying_over_many_numbers_ends_early(
    client: AsyncTestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = Checks(monkeypatch)
    answers = [await knock(client, str(number), pin) for pin in ("482910", "735019") for number in range(1000, 1040)]
    assert answers[:SOURCE_FAILURES_MAX] == [422] * SOURCE_FAILURES_MAX
    assert set(answers[SOURCE_FAILURES_MAX:]) == {429}
    assert checks.count == SOURCE_FAILURES_MAX


async def test_guesses_at_one_number_wait_longer_each_time(client: AsyncTestClient, pool: asyncpg.Pool, world: World) -> None:
    waits = []
    for _ in range(7):
        while await knock(client, "1001", WRONG) == 429:
            answer = await send(client, "/counter/sign-in", {"login": "1001", "pin": PIN})
            assert answer.status_code == 429  # the right PIN is not checked either
            waits.append(int(answer.headers["retry-after"]))
            await let_time_pass(pool, waits[-1])
    assert waits == [10, 60, 300]
    assert await knock(client, "1001", PIN) == 429
    await let_time_pass(pool, 900)
    assert await knock(client, "1001", PIN) == 303
    assert [await knock(client, "1001", WRONG) for _ in range(4)] == [422] * 4


async def test_guesses_at_the_same_moment_do_not_pass_together(client: AsyncTestClient, world: World) -> None:
    await client.get("/health/live")
    answers = await asyncio.gather(*(knock(client, "1001", WRONG) for _ in range(12)))
    assert sorted(answers) == [422] * 4 + [429] * 8


@pytest.mark.usefixtures("behind_a_proxy")
async def test_a_known_browser_is_not_hurt_by_what_others_do(client: AsyncTestClient, pool: asyncpg.Pool, world: World) -> None:
    assert await knock(client, "1001", PIN) == 303
    known = client.cookies["so_device"]
    client.cookies.delete("so_device")
    for n in range(14):
        await knock(client, "1001", WRONG, f"198.51.100.{n}")
    # And so many guesses at other numbers that every new browser waits.
    await pool.execute("UPDATE journal.tries SET count = $1 WHERE key LIKE 'staff-all%'", ALL_FAILURES_MAX)
    assert await knock(client, "1001", PIN, "203.0.113.7") == 429
    assert await knock(client, "1002", PIN, "203.0.113.8") == 429
    client.cookies.set("so_device", "made-up")
    assert await knock(client, "1001", PIN, "203.0.113.9") == 429
    client.cookies.set("so_device", known)
    assert await knock(client, "1002", PIN) == 429  # it is known for one person
    assert await knock(client, "1001", PIN) == 303
    # In a stolen browser guesses are slowed as everywhere.
    assert [await knock(client, "1001", WRONG) for _ in range(6)] == [422] * 4 + [429] * 2


@pytest.mark.usefixtures("behind_a_proxy")
async def test_a_number_guessed_from_everywhere_is_slowed_and_not_locked(
    client: AsyncTestClient, pool: asyncpg.Pool, world: World
) -> None:
    answers = [await knock(client, "1001", WRONG, f"198.51.100.{n}") for n in range(30)]
    assert answers.count(422) == 10
    await let_time_pass(pool, 5)
    client.cookies.clear()
    assert await knock(client, "1001", PIN, "198.51.100.200") == 303


async def test_only_failures_count(client: AsyncTestClient, world: World) -> None:
    """A whole chain behind one address signs in."""
    for _ in range(SOURCE_FAILURES_MAX + 5):
        client.cookies.delete("so_device")
        assert await knock(client, "1001", PIN) == 303


async def test_success_and_failure_are_facts_and_rows(client: AsyncTestClient, pool: asyncpg.Pool, world: World) -> None:
    await knock(client, "1001", WRONG)
    await knock(client, "77 05", WRONG)
    await sign_in_staff(client, world.clerk)
    for _ in range(8):
        await knock(client, "1002", WRONG)
    facts = await pool.fetch("SELECT kind, subject_id, actor_id, data FROM journal.fact WHERE kind LIKE 'staff.%' ORDER BY at")
    assert [fact["kind"] for fact in facts[:3]] == ["staff.sign_in_failed", "staff.sign_in_failed", "staff.signed_in"]
    assert facts[2]["actor_id"] == str(world.clerk.id) == facts[0]["subject_id"]
    rows = await pool.fetch("SELECT * FROM staff.sign_in_try ORDER BY at")
    assert [row["outcome"] for row in rows] == ["wrong_secret"] * 2 + ["signed_in"] + ["wrong_secret"] * 4 + ["slowed"]
    assert [row["account_id"] for row in rows[:3]] == [world.clerk.id, None, world.clerk.id]
    kept = " ".join(str(dict(row)) for row in [*facts, *rows])
    assert "77 05" not in kept and WRONG not in kept
    assert "source" not in str(facts) and rows[0]["source"]
