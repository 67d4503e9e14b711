"""Every guard of the functions that promise and move stock, with its control: taken away, what it guards against must happen.

(The person's lock of holding, and the levels' lock of placing with all, have theirs in test_holding.py and orders/test_placing.py.)
"""

import asyncio
import hashlib
import inspect
from types import ModuleType
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy.exc import IntegrityError

from store_omni.auditing import audit
from store_omni.inventory import allocating
from store_omni.inventory.errors import NotEnoughStock
from store_omni.inventory.ledger import Move, post
from store_omni.kit.database import writing
from store_omni.kit.ids import token_hash
from store_omni.staff.serving import add_service, revoke_service
from tests.factories.gate import WAITS, gate
from tests.factories.ordering import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.owner]
HOLD, PLACE, PLAINLY, POST = "inventory.hold_batch", "orders.place_batch", "orders.place_plainly", "inventory.post"
# An order that needs no more is first tried with as little under the lock as can be.
WAYS = {HOLD: 1, PLACE: 1, PLAINLY: 2}
LOCK = ("l.sku_id = q.sku_id FOR UPDATE", "l.sku_id = q.sku_id")
ON_HAND = 10
Row = dict[str, Any]


def _row(shop: Shop, lines: tuple[tuple[int, int], ...], more: Row) -> Row:
    row = {
        "actor": "service:x", "key": str(uuid4()), "token": None, "store_id": shop.world.gangnam, "channel": "web",
        "by_kind": "service", "by_id": None,
    } | more  # fmt: skip
    return row | {"hash": hashlib.sha256(str(lines).encode()).hexdigest()}


def hold(shop: Shop, *lines: tuple[int, int], **more: Any) -> Row:
    """`lines`: (index into world.items, units)."""
    wanted = [{"sku_id": shop.world.items[index].sku_id, "qty": qty} for index, qty in lines]
    return _row(shop, lines, more) | {"id": str(uuid4()), "minutes": 10, "lines": wanted}


def order(shop: Shop, *lines: tuple[int, int], **more: Any) -> Row:
    wanted = [
        {"line_no": number, "sku_id": shop.world.items[index].sku_id, "qty": qty, "allocation_id": str(uuid4())}
        for number, (index, qty) in enumerate(lines, 1)
    ]
    ids = ("order_id", "guest_id", "phone_identity_id", "email_identity_id", "fulfilment_id", "charge_id", "fact_id", "entry_id")
    return (
        _row(shop, lines, {"name": "김", "email": "a@example.com", "by_label": "x"} | more)
        | {name: str(uuid4()) for name in ids}
        | {"number": str(uuid4())[:9], "locale": "ko", "currency": "KRW", "ready_by": "2030-01-01T00:00:00Z", "lines": wanted}
    )


def capped(orders: int, units: int = 100, who: str = "a") -> list[Row]:
    """What one person may have open."""
    return [{"kind": "phone", "key": hashlib.sha256(who.encode()).hexdigest(), "orders_max": orders, "units_max": units}]


async def answers(shop: Shop, function: str, *rows: Row) -> list[Row]:
    """Of one batch, in the order of its rows."""
    told = await shop.pool.fetchval(f"SELECT {function}($1)", [row | {"no": no} for no, row in enumerate(rows)])
    return sorted(told, key=lambda answer: answer["no"])


async def ask(shop: Shop, function: str, *rows: Row) -> list[str]:
    """What each of one batch hears: a refusal's name, replayed or yes."""
    told = await answers(shop, function, *rows)
    return ["replayed" if answer.get("replayed") else answer.get("refused", "yes") for answer in told]


async def at_once(shop: Shop, function: str, *rows: Row) -> list[str]:
    """Each in a transaction of its own, all at the same time; of an error its name."""
    told = await asyncio.gather(*(ask(shop, function, row) for row in rows), return_exceptions=True)
    return [type(answer).__name__ if isinstance(answer, BaseException) else answer[0] for answer in told]


async def without(shop: Shop, function: str, guard: str, instead: str, *, times: int = 1) -> None:
    """`times`: in how many places the guard stands; all of them change."""
    source = await shop.pool.fetchval("SELECT pg_get_functiondef($1::text::regproc)", function)
    assert source.count(guard) == times, (function, guard)
    await shop.pool.execute(source.replace(guard, instead))


async def gated(shop: Shop, function: str) -> None:
    """Who has read what is free, and written nothing yet, waits at the gate."""
    if function == POST:
        await without(shop, function, "INSERT INTO inventory.document (", f"PERFORM {WAITS}; INSERT INTO inventory.document (")
    else:
        reading = "WHERE r.no = ANY (live)\n  ), "
        await without(shop, function, reading, reading.replace("\n", f" AND {WAITS} IS NOT NULL\n"), times=WAYS[function])


async def broken(shop: Shop) -> set[str]:
    async with shop.pool.acquire() as connection:
        # I43: these tests put other functions in the place of ours.
        return {code for code, count in (await audit(connection)).items() if count} - {"I43"}


ROWS = {HOLD: hold, PLACE: order}
BOTH = pytest.mark.parametrize("function", [HOLD, PLACE])


# Once.


@BOTH
async def test_a_key_counts_once(shop: Shop, function: str) -> None:
    row = ROWS[function](shop, (0, 1))
    assert [*await ask(shop, function, row), *await ask(shop, function, row)] == ["yes", "replayed"]


@pytest.mark.parametrize(
    ("function", "guard"),
    [
        (HOLD, "FROM ok JOIN hold h ON h.id = ok.id ORDER BY ok.actor, ok.key"),
        (PLAINLY, "jsonb_build_object('order_id', order_id, 'number', number) FROM ok ORDER BY actor, key"),
        (PLACE, "jsonb_build_object('order_id', order_id, 'number', number) FROM ok ORDER BY actor, key"),
    ],
)
async def test_control_without_its_record_a_key_counts_twice(shop: Shop, function: str, guard: str) -> None:
    await without(shop, function, guard, guard.replace(" ORDER", " WHERE false ORDER"), times=WAYS[function])
    # A cap sends an order the long way through placing.
    make, entry, more = (hold, HOLD, {}) if function == HOLD else (order, PLACE, {"caps": capped(9)} if function == PLACE else {})
    first, second = (make(shop, (0, 1), key="k", **more) for _ in range(2))
    assert [*await ask(shop, entry, first), *await ask(shop, entry, second)] == ["yes", "yes"]


@BOTH
async def test_twins_in_one_batch_do_not_spoil_it(shop: Shop, function: str) -> None:
    make = ROWS[function]
    rows = [make(shop, (0, 1), key="k"), make(shop, (0, 1), key="k"), make(shop, (1, 1))]
    assert await ask(shop, function, *rows) == ["yes", "busy", "yes"]


@BOTH
async def test_control_unnoticed_twins_fail_the_whole_batch(shop: Shop, function: str) -> None:
    await without(shop, function, "row_number() OVER (PARTITION BY r.actor, r.key ORDER BY r.no) > 1", "false")
    make = ROWS[function]
    with pytest.raises(asyncpg.UniqueViolationError):
        await ask(shop, function, make(shop, (0, 1), key="k"), make(shop, (0, 1), key="k"), make(shop, (1, 1)))


# Only what is there.


async def test_of_many_who_hold_the_last_units_each_hears_yes_or_no(shop: Shop) -> None:
    heard = await at_once(shop, HOLD, *(hold(shop, (0, 3)) for _ in range(8)))
    assert sorted(heard) == ["not_enough"] * 5 + ["yes"] * 3


async def test_control_without_the_levels_lock_holding_ends_in_errors(shop: Shop) -> None:
    await without(shop, HOLD, *LOCK)
    await gated(shop, HOLD)
    async with gate(shop.pool, opens_at=4):
        heard = await at_once(shop, HOLD, *(hold(shop, (0, 3)) for _ in range(4)))
    assert {"CheckViolationError", "UniqueViolationError"} & set(heard)


RECHECK = "NOT coalesce(u.closed, false) AND CASE WHEN v.short > 0"


async def _four_who_saw_enough(shop: Shop) -> list[str]:
    """Each wants four of ten, and has seen that there are ten, before any of them takes some."""
    await gated(shop, PLAINLY)
    async with gate(shop.pool, opens_at=4):
        return await at_once(shop, PLACE, *(order(shop, (0, 4), email=f"{n}@example.com") for n in range(4)))


async def test_what_was_written_ahead_is_gone_with_the_units(shop: Shop) -> None:
    assert sorted(await _four_who_saw_enough(shop)) == ["not_enough"] * 2 + ["yes"] * 2
    for table in ('orders."order"', "payments.charge", "journal.fact", "journal.operation", "customers.customer"):
        assert await shop.pool.fetchval(f"SELECT count(*) FROM {table}") == 2, table
    assert (await shop.level(0))["allocated"] == 8
    assert await broken(shop) == set()


async def test_control_without_the_second_look_what_was_seen_ahead_is_promised(shop: Shop) -> None:
    await without(shop, PLAINLY, RECHECK, f"true OR {RECHECK}")
    assert "CheckViolationError" in await _four_who_saw_enough(shop)


async def test_control_without_its_end_an_order_stays_without_units(shop: Shop) -> None:
    await without(shop, PLAINLY, "RAISE EXCEPTION 'gone' USING ERRCODE = 'SO003';", "RETURN more;")
    assert await _four_who_saw_enough(shop) == ["yes"] * 4
    assert await broken(shop) != set()


@pytest.mark.parametrize(("looked", "heard"), [(True, "not_sold"), (False, "yes")], ids=["as it is", "control"])
async def test_what_is_closed_meanwhile_is_not_promised(shop: Shop, looked: bool, heard: str) -> None:
    if not looked:
        await without(shop, PLAINLY, "NOT coalesce(u.closed, false) AND CASE", "CASE")
    async with shop.pool.acquire() as rival:
        # The level is held, so that the store closes it between the two looks.
        await rival.execute("BEGIN")
        await rival.execute("SELECT 1 FROM inventory.stock_level WHERE sku_id = $1 FOR UPDATE", shop.world.items[0].sku_id)
        placing = asyncio.create_task(ask(shop, PLACE, order(shop, (0, 1))))
        while not await shop.pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"):
            await asyncio.sleep(0.01)
        await _close(shop)
        await rival.execute("COMMIT")
    assert await placing == [heard]


@pytest.mark.parametrize("ahead", [True, False], ids=["ahead", "under the lock"])
async def test_control_without_the_levels_lock_placing_ends_in_errors(shop: Shop, ahead: bool) -> None:
    await without(shop, PLAINLY, *LOCK, times=2)
    if ahead:
        await without(shop, PLAINLY, RECHECK, f"{WAITS} IS NOT NULL AND {RECHECK}")
    else:
        await without(shop, PLAINLY, "IF sure THEN", "IF false THEN", times=2)
        await gated(shop, PLAINLY)
    async with gate(shop.pool, opens_at=4):
        heard = await at_once(shop, PLACE, *(order(shop, (0, 4), email=f"{n}@example.com") for n in range(4)))
    assert {"CheckViolationError", "UniqueViolationError"} & set(heard)


async def test_control_with_hope_the_hopeless_wait_for_the_lock(shop: Shop) -> None:
    """Where nothing is left, nobody waits for somebody who holds the level."""

    async def refused_at_once() -> bool:
        async with shop.pool.acquire() as rival, rival.transaction():
            await rival.execute("SELECT 1 FROM inventory.stock_level WHERE sku_id = $1 FOR UPDATE", shop.world.items[0].sku_id)
            try:
                async with asyncio.timeout(5):
                    return await ask(shop, PLACE, order(shop, (0, ON_HAND + 1))) == ["not_enough"]
            except TimeoutError:
                return False

    assert await refused_at_once()
    await without(shop, PLAINLY, "IF hopeless THEN", "IF false THEN")
    assert not await refused_at_once()


async def test_control_without_the_check_more_is_held_than_there_is(shop: Shop) -> None:
    await shop.pool.execute("ALTER TABLE inventory.stock_level DROP CONSTRAINT ck_stock_level_no_oversell")
    await without(shop, HOLD, "bool_and(coalesce(t.free >= t.cum, false)) AS enough", "true AS enough")
    assert await ask(shop, HOLD, hold(shop, (0, ON_HAND + 1))) == ["yes"]
    assert (await shop.level(0))["reserved"] == ON_HAND + 1


@BOTH
async def test_who_comes_first_in_a_batch_is_served_first(shop: Shop, function: str) -> None:
    rows = [ROWS[function](shop, (0, qty)) for qty in (6, 6, 4)]
    told = await answers(shop, function, *rows)
    assert [answer.get("refused") for answer in told] == [None, "not_enough", "not_enough"]
    assert [answer.get("again") for answer in told[1:]] == [True, True], "each would fit without the others"
    assert await ask(shop, function, rows[2]) == ["yes"]


@pytest.mark.parametrize(("function", "sum_"), [(HOLD, "t.free >= t.cum"), (PLAINLY, "free >= cum")])
async def test_control_without_the_running_sum_a_batch_oversells_itself(shop: Shop, function: str, sum_: str) -> None:
    check = "bool_and(coalesce({}, false)) AS enough"
    await without(shop, function, check.format(sum_), check.format(sum_.replace("cum", "qty")), times=WAYS[function])
    make, entry = (hold, HOLD) if function == HOLD else (order, PLACE)
    with pytest.raises(asyncpg.CheckViolationError):
        await ask(shop, entry, *(make(shop, (0, 6)) for _ in range(2)))


async def _close(shop: Shop) -> None:
    rule = "INSERT INTO inventory.selling_rule (store_id, sku_id, channel, closed) VALUES ($1, $2, 'web', true)"
    await shop.pool.execute(rule, shop.world.gangnam, shop.world.items[0].sku_id)


@BOTH
async def test_what_a_store_has_closed_is_not_promised(shop: Shop, function: str) -> None:
    await _close(shop)
    assert await ask(shop, function, ROWS[function](shop, (0, 1))) == ["not_sold"]


@pytest.mark.parametrize(
    ("function", "guard"),
    [(HOLD, "v.enough AND NOT v.missing AND NOT v.over"), (PLAINLY, "v.no = r.no AND v.enough AND NOT v.missing")],
)
async def test_control_without_the_rule_closed_goods_are_promised(shop: Shop, function: str, guard: str) -> None:
    await without(shop, function, guard, guard.replace("AND NOT v.missing", ""), times=WAYS[function])
    if function == PLAINLY:
        await without(shop, function, "IF hopeless THEN", "IF false THEN")
    await _close(shop)
    make, entry = (hold, HOLD) if function == HOLD else (order, PLACE)
    await ask(shop, entry, make(shop, (0, 1)))
    level = await shop.level(0)
    assert level["allocated"] + level["reserved"] == 1


# Only who may.


async def _revoked(shop: Shop) -> str:
    token = await add_service(shop.pool, name="till", verbs=["orders:place"], store_ids=None)
    await revoke_service(shop.pool, "till")
    return token_hash(token).hex()


@BOTH
async def test_a_revoked_token_promises_nothing(shop: Shop, function: str) -> None:
    assert await ask(shop, function, ROWS[function](shop, (0, 1), token=await _revoked(shop))) == ["token"]


@BOTH
async def test_control_without_the_look_a_revoked_token_promises(shop: Shop, function: str) -> None:
    await without(shop, function, "AND t.revoked_at IS NULL", "")
    assert await ask(shop, function, ROWS[function](shop, (0, 1), token=await _revoked(shop))) == ["yes"]


@BOTH
async def test_a_store_that_takes_no_orders_promises_nothing(shop: Shop, function: str) -> None:
    await shop.pool.execute("UPDATE stores.store SET pickup = false")
    assert await ask(shop, function, ROWS[function](shop, (0, 1))) == ["store"]


@BOTH
async def test_control_without_the_look_a_closed_store_promises(shop: Shop, function: str) -> None:
    await without(shop, function, "AND s.active AND s.pickup", "")
    await shop.pool.execute("UPDATE stores.store SET pickup = false")
    assert await ask(shop, function, ROWS[function](shop, (0, 1))) == ["yes"]


# Only so much for one person.


def mine(shop: Shop, index: int = 0, qty: int = 1) -> Row:
    return hold(shop, (index, qty), device_hash="ab" * 32, holds_max=2, units_max=5)


async def test_one_person_in_one_batch_is_served_once_and_capped(shop: Shop) -> None:
    assert await ask(shop, HOLD, *(mine(shop, index) for index in range(4))) == ["yes", "busy", "busy", "busy"]
    assert [*await ask(shop, HOLD, mine(shop, 1)), *await ask(shop, HOLD, mine(shop, 2))] == ["yes", "too_many_held"]


async def test_control_without_the_look_at_mates_a_batch_is_over_the_cap(shop: Shop) -> None:
    await without(shop, HOLD, "AND NOT v.mate", "")
    await ask(shop, HOLD, *(mine(shop, index) for index in range(4)))
    assert await shop.pool.fetchval("SELECT count(*) FROM inventory.hold") == 4


async def test_of_one_item_a_person_gets_so_many(shop: Shop) -> None:
    assert [*await ask(shop, HOLD, mine(shop, 0, 4)), *await ask(shop, HOLD, mine(shop, 0, 2))] == ["yes", "too_many_held"]


async def test_control_without_the_caps_one_person_keeps_it_all(shop: Shop) -> None:
    await without(shop, HOLD, "AND NOT v.over", "")
    for _ in range(2):
        await ask(shop, HOLD, mine(shop, 0, 4))
    await ask(shop, HOLD, mine(shop, 1))
    assert await shop.pool.fetchval("SELECT count(*) FROM inventory.hold") == 3
    assert (await shop.level(0))["reserved"] == 8


async def test_control_without_the_persons_lock_more_orders_are_open_than_may_be(shop: Shop) -> None:
    rows = [order(shop, (index, 1), caps=capped(2)) for index in range(6)]
    assert sorted(await at_once(shop, PLACE, *rows)) == ["open_orders"] * 4 + ["yes"] * 2
    await without(shop, PLACE, "pg_advisory_xact_lock(k.lock)", "k.lock")
    await gated(shop, PLACE)
    rows = [order(shop, (index, 1), caps=capped(2, who="b"), email="b@example.com") for index in range(4)]
    async with gate(shop.pool, opens_at=4):
        heard = await at_once(shop, PLACE, *rows)
    assert heard == ["yes"] * 4


async def test_one_person_in_one_batch_of_orders_is_capped(shop: Shop) -> None:
    heard = await ask(shop, PLACE, *(order(shop, (index, 1), caps=capped(2)) for index in range(4)))
    assert heard == ["yes", "yes", "open_orders", "open_orders"]


async def test_who_is_over_a_cap_only_because_of_others_in_the_batch_is_tried_again(shop: Shop) -> None:
    rows = [order(shop, (0, units), caps=capped(9, units=4)) for units in (3, 2, 5)]
    told = await answers(shop, PLACE, *rows)
    assert [(answer.get("refused"), answer.get("again")) for answer in told] == [
        (None, None),
        ("open_units", True),
        ("open_units", False),
    ]
    assert [(answer["max"], answer["left"]) for answer in told[1:]] == [(4, 4), (4, 4)]


UNIT_CAPS = {
    "item_units": ({"item_units_max": 4}, "HAVING sum(l.qty) > r.item_units_max", "HAVING false"),
    "order_units": ({"order_units_max": 4}, "WHERE z.items > r.order_units_max", "WHERE false"),
    "order_minor": ({"order_minor_max": 4 * 12_900}, "WHERE z.minor > r.order_minor_max", "WHERE false"),
    "open_units": ({"caps": None}, "WHERE units + cum > units_max", "WHERE false"),
}


@pytest.mark.parametrize("cap", UNIT_CAPS)
async def test_units_are_capped_and_control_without_the_cap(shop: Shop, cap: str) -> None:
    """Four units are allowed, and five are not, in one line or in two of one SKU."""
    more, guard, instead = UNIT_CAPS[cap]
    more = {"caps": capped(9, units=4 if "caps" in more else 100)} | {k: v for k, v in more.items() if v}
    for lines in (((0, 5),), ((0, 2), (0, 3))):
        assert await ask(shop, PLACE, order(shop, *lines, **more)) == [cap]
    assert await ask(shop, PLACE, order(shop, (0, 4), **more)) == ["yes"]
    await without(shop, PLACE, guard, instead)
    assert await ask(shop, PLACE, order(shop, (1, 5), **more)) == ["yes"]


# A hold is used once.


async def _held(shop: Shop) -> str:
    row = hold(shop, (0, 4))
    assert await ask(shop, HOLD, row) == ["yes"]
    return row["id"]


async def test_two_of_one_batch_do_not_share_a_hold(shop: Shop) -> None:
    held = await _held(shop)
    assert await ask(shop, PLACE, *(order(shop, (0, 4), hold_id=held) for _ in range(2))) == ["yes", "yes"]
    level = await shop.level(0)
    assert (level["reserved"], level["allocated"]) == (0, 8)
    assert await broken(shop) == set()


async def test_control_shared_in_a_batch_a_hold_is_given_back_twice(shop: Shop) -> None:
    await without(shop, PLACE, "WHERE NOT EXISTS (SELECT 1 FROM r other WHERE other.hold_id = r.hold_id AND other.no < r.no)", "")
    await _held(shop)
    held = await _held(shop)
    try:
        await ask(shop, PLACE, *(order(shop, (0, 1), hold_id=held) for _ in range(2)))
    except asyncpg.IntegrityConstraintViolationError:
        return
    assert await broken(shop) != set()


# The one function that moves stock.


def gone(shop: Shop, units: int, **more: Any) -> Move:
    return Move(shop.world.gangnam, shop.world.items[0].sku_id, "adjust", on_hand=-units, reason="lost", **more)


async def move(shop: Shop, *moves: Move) -> None:
    async with shop.sessions.begin() as session:
        await post(writing(session), list(moves), cause=("test", uuid4()), by=shop.world.clerk.actor())


async def test_of_many_who_take_the_last_units_each_hears_yes_or_no(shop: Shop) -> None:
    taken = await asyncio.gather(*(move(shop, gone(shop, 3, need=3)) for _ in range(8)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in taken) == ["NoneType"] * 3 + ["NotEnoughStock"] * 5


async def test_control_without_the_lock_moving_ends_in_errors(shop: Shop) -> None:
    # Counting is kept, waiting is not.
    await without(shop, POST, "ORDER BY l.store_id, l.sku_id FOR UPDATE) locked;", ") locked;")
    await gated(shop, POST)
    async with gate(shop.pool, opens_at=4):
        taken = await asyncio.gather(*(move(shop, gone(shop, 3, need=3)) for _ in range(4)), return_exceptions=True)
    assert [one for one in taken if isinstance(one, IntegrityError)] != []


async def test_what_needs_free_units_is_refused_without_them(shop: Shop) -> None:
    await shop.place((0, 8))
    with pytest.raises(NotEnoughStock):
        await move(shop, gone(shop, 3, need=3))


async def test_control_without_the_look_promised_units_are_taken_until_the_constraint_says_no(shop: Shop) -> None:
    await without(shop, POST, "IF lacking IS NOT NULL THEN", "IF false THEN")
    await shop.place((0, 8))
    with pytest.raises(IntegrityError, match="no_oversell"):
        await move(shop, gone(shop, 3, need=3))


async def test_a_recorded_truth_is_never_refused(shop: Shop) -> None:
    await shop.place((0, 8))
    await move(shop, gone(shop, 5, truth=True))
    assert (await shop.level(0))["short"] == 3


async def test_control_a_truth_that_cannot_make_a_level_short_is_refused(shop: Shop) -> None:
    await without(shop, POST, "CASE WHEN s.truth THEN s.gap ELSE least(l.short, s.gap) END", "least(l.short, s.gap)")
    await shop.place((0, 8))
    with pytest.raises(IntegrityError, match="no_oversell"):
        await move(shop, gone(shop, 5, truth=True))


async def test_only_a_truth_makes_a_level_short(shop: Shop) -> None:
    await shop.place((0, 8))
    with pytest.raises(IntegrityError, match="no_oversell"):
        await move(shop, gone(shop, 5))


async def test_control_where_anything_makes_it_short_promised_units_go(shop: Shop) -> None:
    await without(shop, POST, "CASE WHEN s.truth THEN s.gap ELSE least(l.short, s.gap) END", "s.gap")
    await shop.place((0, 8))
    await move(shop, gone(shop, 5))
    assert (await shop.level(0))["short"] == 3


# A promise ends once.


def mutated(module: ModuleType, guard: str) -> ModuleType:
    source = inspect.getsource(module)
    assert source.count(guard) >= 1
    made = ModuleType(module.__name__)
    exec(compile(source.replace(guard, ""), module.__file__ or "", "exec"), made.__dict__)
    return made


async def _release(shop: Shop, module: ModuleType, allocation: UUID) -> None:
    async with shop.sessions.begin() as session:
        await module.release(
            writing(session), shop.world.gangnam, [allocation], cause=("test", uuid4()), by=shop.world.clerk.actor()
        )


async def test_control_a_promise_that_ends_twice_frees_others(shop: Shop) -> None:
    await shop.place((0, 4))
    await shop.place((0, 4))
    allocation = await shop.pool.fetchval("SELECT id FROM inventory.allocation LIMIT 1")
    for _ in range(2):
        await _release(shop, allocating, allocation)
    assert (await shop.level(0))["allocated"] == 4
    await _release(shop, mutated(allocating, "AND state = 'active'"), allocation)
    assert (await shop.level(0))["allocated"] == 0
    assert "I03" in await broken(shop)
