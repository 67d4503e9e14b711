"""One bad message never stops the others, and a mail server's answer decides what becomes of a mail."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from store_omni.notifications import sending
from store_omni.notifications.carrying import Letter, Parcel
from store_omni.notifications.mailing import Mailer
from store_omni.notifications.sending import House, send_waiting
from store_omni.settings import Settings
from store_omni.web.plumbing.letters import render_letter

from ..factories.ordering import Shop
from .mail_server import MailServer, mail_server

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def writing_to(
    server: MailServer,
    settings: Settings,
    *,
    render: Callable[..., Letter] = render_letter,
    at_once: int = 20,
    timeout: float = 20,
) -> AsyncGenerator[House, None]:
    mailer = Mailer(settings.mail_from, server.url, at_once)
    mailer.post.options["timeout"] = timeout
    house = House(settings, render, {"email": mailer})
    yield house
    await house.close()


async def write_rows(shop: Shop, *addresses: str, template: str = "order_placed") -> None:
    """Messages that wait, all about one order."""
    number = (await shop.place((0, 1))).number
    order_id = await shop.pool.fetchval('SELECT id FROM orders."order" WHERE number = $1', number)
    await shop.pool.executemany(
        """INSERT INTO notifications.message (id, fact_id, order_id, template, channel, address, locale)
           VALUES (gen_random_uuid(), gen_random_uuid(), $1, $2, 'email', $3, 'ko')""",
        [(order_id, template, address) for address in addresses],
    )


async def rows_of(shop: Shop) -> dict[str, tuple[str, int, str | None]]:
    """address → state, attempts, problem."""
    rows = await shop.pool.fetch("SELECT address, state, attempts, problem FROM notifications.message")
    return {row["address"]: (row["state"], row["attempts"], row["problem"]) for row in rows}


async def make_due(shop: Shop) -> None:
    await shop.pool.execute("UPDATE notifications.message SET next_try_at = now() - interval '1 second' WHERE state = 'waiting'")


async def send(shop: Shop, house: House) -> int:
    return await send_waiting(shop.pool, shop.sessions, house)


async def test_addresses_no_mail_can_go_to_fail_and_the_mail_behind_them_leaves_in_the_same_run(
    shop: Shop, settings: Settings
) -> None:
    poison = ["a@b..co", "[a]@b.co", "()@b.co", "(a@b.co", "\x7f@b.co", "a@b.co\x01", "a@b.co\r\nBcc: x@y.zz"]
    await write_rows(shop, *poison, "good@example.com")
    with mail_server() as server:
        async with writing_to(server, settings, at_once=1) as house:
            assert await send(shop, house) == 1
    rows = await rows_of(shop)
    assert rows.pop("good@example.com")[0] == "sent"
    assert set(rows.values()) == {("failed", 1, "refused")}
    assert [mail["To"] for mail in server.mails] == ["good@example.com"]


async def test_any_error_of_one_message_is_its_own_and_is_final_after_three_tries(
    shop: Shop, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    def render(channel: str, template: str, locale: str, values: dict[str, Any]) -> Letter:
        if template == "handed_over":
            raise ZeroDivisionError("@".join(["kim", "example.com"]))
        return render_letter(channel, template, locale, values)

    await write_rows(shop, "broken@example.com", template="handed_over")
    await write_rows(shop, "unknown@example.com", template="no_such_template")
    await write_rows(shop, "good@example.com")
    with mail_server() as server:
        async with writing_to(server, settings, render=render, at_once=1) as house:
            for tries in (1, 2, 3):
                await send(shop, house)
                state = "failed" if tries == 3 else "waiting"
                rows = await rows_of(shop)
                assert rows["good@example.com"][0] == "sent"
                assert rows["broken@example.com"] == rows["unknown@example.com"] == (state, tries, "broken")
                await make_due(shop)
    words = await shop.pool.fetchval("SELECT last_error FROM notifications.message WHERE address LIKE 'broken%'")
    assert "ZeroDivisionError" in words
    assert "kim@example.com" not in words + caplog.text, "what an error says may be somebody's address"
    assert await shop.pool.fetchval("SELECT count(*) FROM journal.entry WHERE kind = 'message.failed'") == 2


@pytest.mark.parametrize(
    ("address", "state", "problem"),
    [
        ("450@example.com", "waiting", "unreachable"),
        ("451@example.com", "waiting", "unreachable"),
        ("421@example.com", "waiting", "unreachable"),
        ("550@example.com", "failed", "refused"),
        ("552@example.com", "failed", "refused"),
        ("data-451@example.com", "waiting", "unreachable"),
        ("data-554@example.com", "failed", "refused"),
        ("drop@example.com", "waiting", "unreachable"),
        ("hang@example.com", "waiting", "unreachable"),
        ("lost@example.com", "waiting", "unreachable"),
    ],
)
async def test_4xx_dropped_lines_and_silence_wait_and_5xx_fails(
    shop: Shop, settings: Settings, address: str, state: str, problem: str
) -> None:
    await write_rows(shop, address, "good@example.com")
    with mail_server() as server:
        async with writing_to(server, settings, at_once=1, timeout=0.5) as house:
            await send(shop, house)
    rows = await rows_of(shop)
    assert rows[address] == (state, 1, problem)
    assert rows["good@example.com"][0] == "sent"


async def test_a_mail_whose_answer_was_lost_goes_again_under_the_same_id(shop: Shop, settings: Settings) -> None:
    await write_rows(shop, "lost@example.com")
    with mail_server() as server:
        async with writing_to(server, settings) as house:
            await send(shop, house)
            await make_due(shop)
            await send(shop, house)
    assert len(server.mails) == 2
    assert len({mail["Message-ID"] for mail in server.mails}) == 1


async def test_greylisting_is_waited_for(shop: Shop, settings: Settings) -> None:
    await write_rows(shop, "grey@example.com")
    with mail_server(greylist=True) as server:
        async with writing_to(server, settings) as house:
            await send(shop, house)
            assert (await rows_of(shop))["grey@example.com"][0] == "waiting"
            await make_due(shop)
            await send(shop, house)
    assert (await rows_of(shop))["grey@example.com"] == ("sent", 2, None)


async def test_pauses_grow_and_the_tries_come_to_an_end(shop: Shop, settings: Settings) -> None:
    await write_rows(shop, "450@example.com")
    pauses = []
    with mail_server() as server:
        async with writing_to(server, settings) as house:
            for _ in range(sending.ATTEMPTS_MAX):
                await send(shop, house)
                pause = "SELECT round(extract(epoch FROM next_try_at - now())) FROM notifications.message WHERE state = 'waiting'"
                pauses.append(await shop.pool.fetchval(pause))
                await make_due(shop)
    assert (await rows_of(shop))["450@example.com"] == ("failed", sending.ATTEMPTS_MAX, "unreachable")
    assert pauses.pop() is None
    assert pauses == sorted(pauses) and sum(pauses) > 12 * 3600, "a server that is away for half a day loses nothing"


async def test_a_server_that_refuses_the_password_costs_no_mail(shop: Shop, settings: Settings) -> None:
    await write_rows(shop, "good@example.com")
    with mail_server() as server:
        async with writing_to(server, settings) as house:
            house.carriers["email"].post.options |= {"username": "shop", "password": "wrong"}
            await send(shop, house)
            assert (await rows_of(shop))["good@example.com"][:2] == ("waiting", 1)
            house.carriers["email"].post.options |= {"username": None, "password": None}
            await make_due(shop)
            assert await send(shop, house) == 1


async def test_many_mails_are_in_the_servers_hands_at_once_and_connections_are_used_again(shop: Shop, settings: Settings) -> None:
    await write_rows(shop, *(f"n{number}@example.com" for number in range(60)))
    with mail_server(meet=12) as server:
        async with writing_to(server, settings) as house:
            assert await send(shop, house) == 60
    assert server.at_once >= 12
    assert server.connections <= 20
    assert len({mail["To"] for mail in server.mails}) == len(server.mails) == 60


async def test_hundreds_of_mails_to_a_slow_server(
    shop: Shop, settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prints the rate to a server that takes 100 ms for each mail; run with -s to see it."""
    monkeypatch.setattr(sending, "RUN_SECONDS", 60)
    await write_rows(shop, *(f"n{number}@example.com" for number in range(300)))
    with mail_server(seconds=0.1) as server:
        async with writing_to(server, settings) as house:
            began = time.perf_counter()
            assert await send(shop, house) == 300
            rate = 300 / (time.perf_counter() - began)
    with capsys.disabled():
        print(f"\n{rate:.0f} mails a second, {server.at_once} at once, {server.connections} connections")
    assert server.at_once >= 10
    assert server.connections <= 20


async def test_a_server_that_hangs_up_after_each_mail_gets_all_of_them_in_one_run(shop: Shop, settings: Settings) -> None:
    await write_rows(shop, *(f"n{number}@example.com" for number in range(12)))
    with mail_server(closes_after=1) as server:
        async with writing_to(server, settings, at_once=2) as house:
            assert await send(shop, house) == 12, "no mail waits because a connection had ended before it"
    assert len(server.mails) == 12


async def test_a_server_that_takes_few_connections_gets_no_more(shop: Shop, settings: Settings) -> None:
    await write_rows(shop, *(f"n{number}@example.com" for number in range(40)))
    with mail_server(refuses_connections=3, seconds=0.01) as server:
        async with writing_to(server, settings, at_once=10) as house:
            await send(shop, house)
    states = {state: count for state, count, _ in (await rows_of(shop)).values()}
    assert set(states) == {"sent"}, "no mail had to wait because the server takes three connections only"


async def test_what_a_dead_sender_had_claimed_goes_to_the_next_after_the_lease(shop: Shop, settings: Settings) -> None:
    class Dying:
        at_once = 1

        async def send(self, parcel: Parcel) -> None:
            raise asyncio.CancelledError

        async def close(self) -> None: ...

    await write_rows(shop, "good@example.com")
    with pytest.raises(asyncio.CancelledError):
        await send(shop, House(settings, render_letter, {"email": Dying()}))
    with mail_server() as server:
        async with writing_to(server, settings) as house:
            assert await send(shop, house) == 0, "it is another's for the time of the lease"
            await make_due(shop)
            assert await send(shop, house) == 1


async def test_a_slow_mail_does_not_keep_a_later_one_waiting(shop: Shop, settings: Settings) -> None:
    await write_rows(shop, "hang@example.com")
    with mail_server() as server:
        async with writing_to(server, settings, at_once=2, timeout=3) as house:
            running = asyncio.create_task(send(shop, house))
            while "hang@example.com" not in server.asked:
                await asyncio.sleep(0.02)
            await write_rows(shop, "good@example.com")
            while not server.mails:
                assert not running.done(), "it was sent by the run that still waits for the slow one"
                await asyncio.sleep(0.02)
            await running


async def test_two_processes_never_send_the_same_row(shop: Shop, settings: Settings) -> None:
    await write_rows(shop, *(f"n{number}@example.com" for number in range(40)))
    with mail_server() as server:
        async with writing_to(server, settings, at_once=5) as one, writing_to(server, settings, at_once=5) as other:
            assert sum(await asyncio.gather(send(shop, one), send(shop, other))) == 40
    assert len(server.mails) == 40


async def test_codes_are_not_sent_when_they_have_run_out(shop: Shop, settings: Settings) -> None:
    await write_rows(shop, "late@example.com", template="order_lookup")
    await shop.pool.execute("UPDATE notifications.message SET created_at = now() - interval '11 minutes'")
    with mail_server() as server:
        async with writing_to(server, settings) as house:
            await send(shop, house)
    assert (await rows_of(shop))["late@example.com"] == ("failed", 1, "too_late")


async def test_an_address_gets_so_many_mails_an_hour_and_the_rest_waits(shop: Shop, settings: Settings) -> None:
    few = msgspec.structs.replace(settings, mails_per_hour=3)
    await write_rows(shop, *["much@example.com"] * 8, "other@example.com")
    with mail_server() as server:
        async with writing_to(server, few, at_once=4) as house:
            assert await send(shop, house) == 4
            await make_due(shop)
            assert await send(shop, house) == 0
            counts = await shop.pool.fetch(
                "SELECT state, problem, max(attempts) AS tries, count(*) FROM notifications.message "
                "WHERE address LIKE 'much%' GROUP BY 1, 2 ORDER BY 1"
            )
            assert [tuple(row) for row in counts] == [("sent", None, 1, 3), ("waiting", "limit", 0, 5)]
            await shop.pool.execute("UPDATE notifications.message SET settled_at = settled_at - interval '61 minutes'")
            await make_due(shop)
            assert await send(shop, house) == 3
