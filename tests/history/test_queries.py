"""One query for every role: newest first, page by page without gap or double, and only what a role may read."""

from datetime import UTC, datetime, timedelta

import pytest

from store_omni.history.gathering import orders_of
from store_omni.history.queries import PAGE_ENTRIES, timeline
from store_omni.history.watching import PAGE_ROWS, looks
from store_omni.journal.actors import Actor
from store_omni.journal.looking import note_look
from store_omni.journal.recording import Subject, record
from store_omni.orders.placing import Contact

from ..factories.ordering import Shop
from ..factories.world import SHOPPER

pytestmark = pytest.mark.anyio
LEE = Contact(name="이서준", phone="+821098765432", email="seojun@example.com", locale="ko")


async def test_clerk_agent_and_shopper_read_the_same(shop: Shop) -> None:
    order = await shop.collected((0, 1))
    stories = []
    for by in (SHOPPER, shop.world.clerk.actor(), shop.world.other_clerk.actor(), shop.world.agent.actor()):
        async with shop.sessions.begin() as session:
            found = await timeline(session, by=by, customer_id=order.customer_id)
        stories.append([(entry.id, entry.kind) for entry in found.entries])
    assert stories[0] == stories[1] == stories[2] == stories[3]
    assert [kind for _, kind in stories[0]] == [
        "pickup.handed_over", "pickup.ready", "pickup.picking_started", "order.placed",
    ]  # fmt: skip


async def test_staff_notes_are_not_for_shoppers_and_browsing_not_for_clerks(shop: Shop) -> None:
    placed = await shop.place()
    customer = (await shop.view(placed.order_id)).customer_id
    for access in ("staff_only", "browse", "care"):
        async with shop.sessions.begin() as session:
            subject = Subject("customer", customer, customer_id=customer)
            await record(session, f"test.{access}", subject, by=SHOPPER, display={}, access=access)

    async def kinds(by: Actor) -> set[str]:
        async with shop.sessions.begin() as session:
            return {entry.kind for entry in (await timeline(session, by=by, customer_id=customer)).entries}

    herself = Actor(kind="shopper", id=customer, label="김하늘", channel="web")
    assert await kinds(herself) == {"order.placed", "test.browse", "test.care"}
    assert await kinds(shop.world.clerk.actor()) == {"order.placed", "test.care", "test.staff_only"}
    assert await kinds(shop.world.agent.actor()) == {"order.placed", "test.browse", "test.care", "test.staff_only"}
    assert await kinds(SHOPPER) == {"order.placed"}


async def test_pages_have_no_gap_and_no_double_even_at_one_instant(shop: Shop) -> None:
    placed = await shop.place()
    customer = (await shop.view(placed.order_id)).customer_id
    async with shop.sessions.begin() as session:
        for n in range(PAGE_ENTRIES * 2 + 3):
            await record(session, f"test.n{n}", Subject("x", str(n), customer_id=customer), by=SHOPPER, display={})
    await shop.pool.execute("UPDATE journal.entry SET occurred_at = date_trunc('hour', occurred_at)")
    seen, before = [], None
    while True:
        async with shop.sessions.begin() as session:
            page = await timeline(session, by=SHOPPER, customer_id=customer, before=before)
        seen += [entry.id for entry in page.entries]
        before = page.next_before
        if before is None:
            break
    assert len(seen) == len(set(seen)) == PAGE_ENTRIES * 2 + 4


async def test_one_persons_history_is_not_anothers(shop: Shop) -> None:
    mine, theirs = await shop.place(), await shop.place(contact=LEE)
    customer = (await shop.view(mine.order_id)).customer_id
    async with shop.sessions.begin() as session:
        found = await timeline(session, by=shop.world.agent.actor(), customer_id=customer)
        one_order = await timeline(session, by=SHOPPER, order_id=theirs.order_id)
    assert [entry.display["number"] for entry in found.entries] == [mine.number]
    assert [entry.display["number"] for entry in one_order.entries] == [theirs.number]


async def test_today_begins_when_it_is_told(shop: Shop) -> None:
    placed = await shop.place()
    customer = (await shop.view(placed.order_id)).customer_id
    async with shop.sessions.begin() as session:
        now = datetime.now(UTC)
        assert (await timeline(session, by=SHOPPER, customer_id=customer, since=now - timedelta(hours=1))).entries
        assert not (await timeline(session, by=SHOPPER, customer_id=customer, since=now + timedelta(hours=1))).entries


async def test_open_orders_come_first(shop: Shop) -> None:
    waiting = await shop.place((1, 1))
    done = await shop.collected((0, 1))
    async with shop.sessions.begin() as session:
        cards = await orders_of(session, done.customer_id)
    assert [(card.number, card.open) for card in cards] == [(waiting.number, True), (done.number, False)]
    assert (cards[0].first_ko, cards[0].kinds, cards[0].store_ko) == ("무선 스탠드 조명 루나", 1, "강남점")


async def test_the_access_log_is_filtered_paged_and_masked(shop: Shop) -> None:
    one, two = await shop.place(), await shop.place(contact=LEE)
    first, second = [(await shop.view(placed.order_id)) for placed in (one, two)]
    agent, clerk = shop.world.agent.actor(), shop.world.clerk.actor()
    async with shop.sessions.begin() as session:
        for _ in range(PAGE_ROWS):
            await note_look(session, by=agent, task="desk.order", customer_id=first.customer_id, order_id=first.id)
        await note_look(session, by=clerk, task="counter.scan", customer_id=second.customer_id, order_id=second.id)
        await note_look(session, by=SHOPPER, task="shop.own", customer_id=first.customer_id)

    async with shop.sessions.begin() as session:
        everything = await looks(session)
        rest = await looks(session, before=everything.next_before)
        by_clerk = await looks(session, staff="1001")
        of_one = await looks(session, number=one.number.lower())
        of_two = await looks(session, customer_id=second.customer_id)
        nobody = await looks(session, staff="9999")
    assert (len(everything.rows), len(rest.rows), rest.next_before) == (PAGE_ROWS, 1, None)
    assert [(look.customer, look.store_ko, look.order_number) for look in by_clerk.rows] == [("이*준", "강남점", two.number)]
    assert {look.customer_id for look in of_one.rows} == {first.customer_id}
    assert [look.task for look in of_two.rows] == ["counter.scan"]
    assert nobody.rows == []
