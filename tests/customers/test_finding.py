"""One box: what an agent may type, what it finds, and what it refuses to find."""

import pytest

from store_omni.customers.finding import DigitsAlone, NameAlone, Sought, find_customers, read_search
from store_omni.customers.masking import masked_email, masked_name
from store_omni.customers.queries import customer_by_id
from store_omni.history.finding import find, order_named, recent_customers
from store_omni.journal.looking import note_look
from store_omni.kit.errors import NotFound
from store_omni.orders.placing import Contact

from ..factories.ordering import KIM, Shop

SAME_NAME = Contact(name="김하늘", phone="+821055550000", email="other@example.com", locale="ko")
SAME_PHONE = Contact(name="김바다", phone=KIM.phone, email="bada@example.com", locale="ko")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("010-1234-5678", Sought("phone", "+821012345678")),
        (" 01012345678 ", Sought("phone", "+821012345678")),
        ("+82 10 1234 5678", Sought("phone", "+821012345678")),
        ("02-555-0100", Sought("phone", "+8225550100")),
        ("Haneul@Example.com", Sought("email", "haneul@example.com")),
        ("k7qm-2x9p", Sought("order", "K7QM-2X9P")),
        ("K7QM2X9P", Sought("order", "K7QM2X9P")),
        ("kqmx-xpab", Sought("order", "KQMX-XPAB")),
        ("R-K7QM-2X9P", Sought("order", "R-K7QM-2X9P")),
        ("489434", Sought("order", "489434")),
        ("김하늘 5678", Sought("name", "김하늘", "5678")),
        ("김 하늘, 5678", Sought("name", "김하늘", "5678")),
        ("Jane Doe 5678", Sought("name", "janedoe", "5678")),
    ],
)
def test_what_was_typed_is_understood(typed: str, first: Sought) -> None:
    assert read_search(typed)[0] == first


def test_a_name_grown_together_with_its_digits_is_tried_as_both() -> None:
    assert read_search("김하늘5678") == [Sought("order", "김하늘5678"), Sought("name", "김하늘", "5678")]


@pytest.mark.parametrize("typed", ["김하늘", "Kim", "김 하늘", "김하늘 56", "하늘 언니", "!!", "%"])
def test_a_name_alone_is_refused(typed: str) -> None:
    with pytest.raises(NameAlone):
        read_search(typed)


def test_four_digits_alone_are_refused() -> None:
    with pytest.raises(DigitsAlone):
        read_search("5678")


@pytest.mark.anyio
async def test_everybody_is_found_by_what_they_can_say(shop: Shop) -> None:
    placed = await shop.place()
    await shop.place(contact=SAME_NAME)
    mine = (await shop.view(placed.order_id)).customer_id
    for typed in ("01012345678", "haneul@example.com", "김하늘 5678", "김하늘5678"):
        async with shop.sessions.begin() as session:
            found = await find(session, typed)
        assert [person.id for person in found.customers] == [mine], typed
        assert found.only_customer is not None
    for typed in (placed.number, placed.number.replace("-", "").lower()):
        async with shop.sessions.begin() as session:
            found = await find(session, typed)
        assert found.only_order is not None
        assert found.only_order.number == placed.number


@pytest.mark.anyio
async def test_a_household_shares_a_phone(shop: Shop) -> None:
    await shop.place()
    await shop.place(contact=SAME_PHONE)
    async with shop.sessions.begin() as session:
        found = await find(session, "010-1234-5678")
        one = await find(session, "김바다 5678")
    assert {person.name for person in found.customers} == {"김하늘", "김바다"}
    assert [person.name for person in one.customers] == ["김바다"]


@pytest.mark.anyio
@pytest.mark.parametrize("typed", ["김하늘 0001", "010-9999-9999", "nobody@example.com", "ZZZZ-9999", "김% 5678", "김__ 5678"])
async def test_what_does_not_fit_finds_nobody(shop: Shop, typed: str) -> None:
    await shop.place()
    async with shop.sessions.begin() as session:
        found = await find(session, typed)
    assert (found.customers, found.orders) == ([], [])


@pytest.mark.anyio
async def test_an_order_placed_with_this_phone_by_somebody_else_is_found(shop: Shop) -> None:
    placed = await shop.place(contact=SAME_NAME)
    await shop.pool.execute('UPDATE orders."order" SET contact_phone = $1', "+821077770000")
    async with shop.sessions.begin() as session:
        found = await find(session, "010-7777-0000")
    assert [order.number for order in found.orders] == [placed.number]


@pytest.mark.anyio
async def test_merged_and_erased_records_do_not_open(shop: Shop) -> None:
    one, two = await shop.place(), await shop.place(contact=SAME_NAME)
    old, new = [(await shop.view(placed.order_id)).customer_id for placed in (one, two)]
    await shop.pool.execute("UPDATE customers.customer SET status = 'merged', merged_into = $2 WHERE id = $1", old, new)
    async with shop.sessions.begin() as session:
        assert (await customer_by_id(session, old)).id == new
        assert await find_customers(session, Sought("phone", KIM.phone)) == []
        assert (await find(session, "01012345678")).customers == []
    await shop.pool.execute("UPDATE customers.customer SET status = 'erased' WHERE id = $1", new)
    async with shop.sessions.begin() as session:
        with pytest.raises(NotFound):
            await customer_by_id(session, new)


@pytest.mark.anyio
async def test_recent_customers_are_ones_own(shop: Shop) -> None:
    placed = await shop.place()
    customer = (await shop.view(placed.order_id)).customer_id
    agent, manager = shop.world.agent.actor(), shop.world.manager.actor()
    async with shop.sessions.begin() as session:
        await note_look(session, by=agent, task="desk.customer", customer_id=customer)
        assert [person.id for person in await recent_customers(session, by=agent)] == [customer]
        assert await recent_customers(session, by=manager) == []
        assert await order_named(session, placed.number.lower()) == placed.order_id


def test_masks_leave_enough_to_recognise_and_no_more() -> None:
    assert [masked_name(name) for name in ("김하늘", "홍길", "남궁민수", "Jane Doe", "")] == [
        "김*늘",
        "홍*",
        "남**수",
        "J** D**",
        "",
    ]
    assert masked_email("haneul@example.com") == "ha****@example.com"
    assert masked_email("a@example.com") == "a**@example.com"


@pytest.mark.parametrize("typed", ["R-DZAG-JDVR", "rdzagjdvr", "dzag-jdvr", "DZAGJDVR"])
def test_a_number_of_letters_only_is_still_a_number(typed: str) -> None:
    assert [(sought.kind, sought.value) for sought in read_search(typed)] == [("order", typed.upper())]


def test_an_order_number_that_letters_of_keys_could_dial_is_no_phone() -> None:
    assert [sought.kind for sought in read_search("264A-GP3M")] == ["order"]
