"""The one-statement reads: the same history as on the pages, the look written down with it or not at all."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from store_omni.customers.signing_in import open_session
from store_omni.history import reading_sql as sql
from store_omni.history.queries import timeline
from store_omni.history.reading import Histories, History, Told
from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import open_pool
from store_omni.kit.errors import NotAllowed, NotFound, SignInNeeded
from store_omni.kit.ids import new_id, token_hash
from store_omni.staff.serving import add_service, revoke_service

from ..factories.explaining import planned_once, tables_of
from ..factories.ordering import Shop
from ..factories.world import SHOPPER

pytestmark = pytest.mark.anyio


TOLD = Told("said:{}".format, english=False)


@pytest.fixture
def histories(shop: Shop) -> Histories:
    return Histories(shop.pool)


@pytest.fixture
async def customer(shop: Shop) -> UUID:
    """Somebody who has collected an order in Gangnam and waits for one in Hongdae."""
    done = await shop.collected((0, 1))
    await shop.place((1, 1), store_id=shop.world.hongdae, customer_id=done.customer_id)
    await shop.pool.execute("UPDATE customers.customer SET status = 'active' WHERE id = $1", done.customer_id)
    assert done.customer_id is not None
    return done.customer_id


async def _service(
    shop: Shop, name: str = "helpline", *, verbs: tuple[str, ...] = ("customers:read",), stores: list[int] | None = None
) -> str:
    return await add_service(shop.pool, name=name, verbs=list(verbs), store_ids=stores)


async def _look(histories: Histories, token: str, customer_id: UUID, before: UUID | None = None) -> History:
    return _decoded(await histories.look_at(token, customer_id, source="10.0.0.9", told=TOLD, before=before))


async def _own(histories: Histories, token: str, before: UUID | None = None, told: Told = TOLD) -> History:
    return _decoded(await histories.own(token, told=told, before=before))


def _decoded(page: bytes) -> History:
    return msgspec.json.decode(page, type=History)


async def _looks(shop: Shop) -> int:
    return await shop.pool.fetchval("SELECT count(*) FROM journal.access")


async def test_programs_read_what_pages_read(shop: Shop, histories: Histories, customer: UUID) -> None:
    for access in ("staff_only", "browse", "care"):
        async with shop.sessions.begin() as session:
            await record(
                session,
                f"test.{access}",
                Subject("customer", customer, customer_id=customer),
                by=SHOPPER,
                display={},
                access=access,
            )
    herself = Actor(kind="shopper", id=customer, label="", channel="mobile")
    service = Actor(kind="service", id=new_id(), label="", channel="api")
    own = await _own(histories, await open_session(shop.pool, customer, source="app", kind="app"))
    looked = await _look(histories, await _service(shop), customer)
    for read, by in ((own, herself), (looked, service)):
        async with shop.sessions.begin() as session:
            page = await timeline(session, by=by, customer_id=customer)
        assert [(e.id, e.occurred_at, e.kind, e.channel, e.actor_kind, e.order_id) for e in read.entries] == [
            (e.id, e.occurred_at, e.kind, e.channel, e.actor_kind, e.order_id) for e in page.entries
        ]
        assert read.next_before is None
    assert {entry.kind for entry in own.entries} >= {"test.browse", "test.care"}
    assert not [entry for entry in looked.entries if entry.kind.startswith("test.")]
    handed = next(entry for entry in own.entries if entry.kind == "pickup.handed_over")
    assert (handed.actor_kind, handed.actor, handed.store, handed.store_name) == ("clerk", None, "GN", "강남점")
    assert (own.entries[-1].actor, own.entries[-1].said) == ("김하늘", "said:order.placed")


async def test_the_look_is_written_with_the_read(shop: Shop, histories: Histories, customer: UUID) -> None:
    token = await _service(shop)
    await _look(histories, token, customer)
    row = await shop.pool.fetchrow(
        "SELECT x.*, a.login FROM journal.access x JOIN staff.account a ON a.id = x.staff_id WHERE task = 'api.history'"
    )
    assert (row["login"], row["staff_role"], row["customer_id"], row["source"]) == (
        "service:helpline",
        "service",
        customer,
        "10.0.0.9",
    )


@pytest.mark.parametrize(
    ("body", "error"),
    [("RAISE EXCEPTION 'no more looks'", asyncpg.RaiseError), ("RETURN NULL", NotFound)],
    ids=["the row fails", "the row is dropped"],
)
@pytest.mark.owner
async def test_no_row_no_look(shop: Shop, histories: Histories, customer: UUID, body: str, error: type[Exception]) -> None:
    token = await _service(shop)
    await shop.pool.execute(f"CREATE FUNCTION stop_looks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; END $$")
    await shop.pool.execute("CREATE TRIGGER stop BEFORE INSERT ON journal.access FOR EACH ROW EXECUTE FUNCTION stop_looks()")
    with pytest.raises(error):
        await _look(histories, token, customer)
    async with shop.sessions.begin() as session:
        page = timeline(session, by=shop.world.agent.actor(), customer_id=customer, task="desk.customer")
        if error is NotFound:
            assert (await page).entries == []
        else:
            with pytest.raises(Exception, match="no more looks"):
                await page
    assert await _looks(shop) == 0


async def test_tokens_open_what_they_are_for_until_they_are_revoked(shop: Shop, histories: Histories, customer: UUID) -> None:
    with pytest.raises(SignInNeeded):
        await _look(histories, "guessed", customer)
    with pytest.raises(SignInNeeded):
        await _own(histories, "guessed")
    with pytest.raises(NotAllowed):
        await _look(histories, await _service(shop, "till", verbs=("orders:read",)), customer)
    token = await _service(shop)
    with pytest.raises(NotFound):
        await _look(histories, token, uuid4())
    assert await _looks(shop) == 0
    await _look(histories, token, customer)
    await revoke_service(shop.pool, "helpline")
    with pytest.raises(SignInNeeded):
        await _look(histories, token, customer)
    own = await open_session(shop.pool, customer, source="app", kind="app")
    await shop.pool.execute("UPDATE customers.sign_in SET revoked_at = now()")
    with pytest.raises(SignInNeeded):
        await _own(histories, own)


async def test_a_service_of_one_store_sees_what_happened_there(shop: Shop, histories: Histories, customer: UUID) -> None:
    here = await _look(histories, await _service(shop, "gangnam", stores=[shop.world.gangnam]), customer)
    assert {entry.store for entry in here.entries} == {"GN"}
    there = await _look(histories, await _service(shop, "hongdae", stores=[shop.world.hongdae]), customer)
    assert [(entry.kind, entry.store) for entry in there.entries] == [("order.placed", "HD")]
    elsewhere = await _service(shop, "elsewhere", stores=[10_000])
    with pytest.raises(NotFound):
        await _look(histories, elsewhere, customer)
    assert await _looks(shop) == 2


async def test_a_merged_record_leads_on_and_an_erased_one_is_gone(shop: Shop, histories: Histories, customer: UUID) -> None:
    other, token = await shop.view((await shop.place()).order_id), await _service(shop)
    await shop.pool.execute(
        "UPDATE customers.customer SET status = 'merged', merged_into = $1 WHERE id = $2", customer, other.customer_id
    )
    assert len((await _look(histories, token, other.customer_id)).entries) == len(
        (await _look(histories, token, customer)).entries
    )
    await shop.pool.execute("UPDATE customers.customer SET status = 'erased' WHERE id = $1", customer)
    with pytest.raises(NotFound):
        await _look(histories, token, customer)


async def test_pages_have_no_gap_and_no_double(shop: Shop, histories: Histories, customer: UUID) -> None:
    async with shop.sessions.begin() as session:
        for n in range(sql.PAGE_ENTRIES * 2):
            await record(session, f"test.n{n}", Subject("x", str(n), customer_id=customer), by=SHOPPER, display={"n": n})
    await shop.pool.execute("UPDATE journal.entry SET occurred_at = date_trunc('hour', occurred_at)")
    token, own = await _service(shop), await open_session(shop.pool, customer, source="app", kind="app")
    total = await shop.pool.fetchval("SELECT count(*) FROM journal.entry WHERE customer_id = $1", customer)
    for staff in (True, False):
        seen, before = [], None
        while True:
            page = await (_look(histories, token, customer, before) if staff else _own(histories, own, before))
            seen += [entry.id for entry in page.entries]
            before = page.next_before
            if before is None:
                break
        assert len(seen) == len(set(seen)) == total


async def test_a_history_without_lines_is_empty(shop: Shop, histories: Histories, customer: UUID) -> None:
    token, own = await _service(shop), await open_session(shop.pool, customer, source="app", kind="app")
    await shop.pool.execute("UPDATE journal.entry SET customer_id = NULL")
    assert (await _look(histories, token, customer)).entries == []
    assert (await _own(histories, own)).entries == []
    assert await _looks(shop) == 1


async def test_asked_together_everybody_gets_his_own_answer(shop: Shop, histories: Histories, customer: UUID) -> None:
    token, till = await _service(shop), await _service(shop, "till", verbs=("orders:read",))
    good, bad = [(token, customer)] * 30, [("guessed", customer), (till, customer), (token, uuid4())] * 5
    answers = await asyncio.gather(*(_look(histories, *asked) for asked in good + bad), return_exceptions=True)
    assert {len(answer.entries) for answer in answers[:30]} == {5}
    assert [type(answer) for answer in answers[30:]] == [SignInNeeded, NotAllowed, NotFound] * 5
    assert await _looks(shop) == 30


async def test_whatever_stands_in_a_line_stays_in_it(shop: Shop, histories: Histories, customer: UUID) -> None:
    """Pages are put together from text: nothing in it may be taken for the text around it."""
    odd = '"},\\ \x1d \x1e \x1f \n\t 김\u2028😀 {0} %s'
    by = Actor(kind="shopper", id=customer, label=odd, channel="mobile")
    async with shop.sessions.begin() as session:
        await record(session, "test.odd", Subject("x", "1", customer_id=customer), by=by, display={odd: [odd, None, 1.5]})
    await shop.pool.execute("UPDATE stores.store SET name_ko = name_ko || $1", odd)
    entries = (await _own(histories, await open_session(shop.pool, customer, source="app", kind="app"))).entries
    assert (entries[0].kind, entries[0].actor, entries[0].display) == ("test.odd", odd, {odd: [odd, None, 1.5]})
    assert entries[0].occurred_at == await shop.pool.fetchval("SELECT max(occurred_at) FROM journal.entry")
    assert {entry.store_name for entry in entries} == {None, f"강남점{odd}", f"홍대점{odd}"}


@pytest.mark.owner
async def test_times_are_told_alike_however_the_database_writes_a_date(shop: Shop, customer: UUID, database_url: str) -> None:
    name = await shop.pool.fetchval("SELECT current_database()")
    await shop.pool.execute(f"ALTER DATABASE {name} SET datestyle = 'German'")
    pool = await open_pool(database_url, size=1)
    try:
        entries = (await _own(Histories(pool), await open_session(pool, customer, source="app", kind="app"))).entries
        assert [entry.occurred_at for entry in entries] == [
            row[0]
            for row in await pool.fetch("SELECT occurred_at FROM journal.entry WHERE customer_id = $1 ORDER BY 1 DESC", customer)
        ]
    finally:
        await pool.close()


async def test_a_store_that_opened_since_is_named(shop: Shop, histories: Histories, customer: UUID) -> None:
    own = await open_session(shop.pool, customer, source="app", kind="app")
    await _own(histories, own)
    new = await shop.pool.fetchval("INSERT INTO stores.store (code, name_ko, name_en) VALUES ('NW', '새 매장', '') RETURNING id")
    async with shop.sessions.begin() as session:
        await record(session, "test.new", Subject("x", "1", customer_id=customer, store_id=new), by=SHOPPER, display={})
    newest = (await _own(histories, own, told=Told("said:{}".format, english=True))).entries[0]
    assert (newest.store, newest.store_name) == ("NW", "새 매장")


async def test_each_statement_touches_its_tables_and_is_planned_once(shop: Shop, customer: UUID) -> None:
    held, before = token_hash("any"), await shop.pool.fetchval("SELECT id FROM journal.entry LIMIT 1")
    own = {"customers.sign_in", "customers.customer", "journal.entry"}
    look = {"staff.service_token", "staff.account", "staff.service_scope", "customers.customer", "journal.entry"}
    asked = [[held], [customer], [new_id()], [""]]
    for statement, values, read, written in (
        (sql.OWN, [held], own, set()),
        (sql.OWN_OLDER, [held, before], own, set()),
        (sql.LOOKED, asked, look, {"journal.access"}),
        (sql.LOOKED_OLDER, [*asked, before], look, {"journal.access"}),
    ):
        assert await tables_of(shop.pool, statement, *values) == (read, written)
        assert await planned_once(shop.pool, statement, *values)
