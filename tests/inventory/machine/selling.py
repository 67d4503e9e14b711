"""The machine's rules of holding and placing."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from store_omni.inventory.holding import Holder, Wanted, expire_holds, extend_hold, hold, release_hold
from store_omni.journal.actors import Actor
from store_omni.kit.clock import SystemClock
from store_omni.orders.placing import Contact, Placed, place

from .base import ANY, MOSTLY, SELDOM, WANTED, Machine, one_of, there_is
from .floor import operation_key
from .levels import No
from .model import Hold, Line, Order

GUEST = Actor(kind="guest", id=None, label="손님", channel="web", source="machine")
CONTACT = Contact("김하늘", "+821012345678", None, "ko")


class Selling(Machine):
    # Holds.

    @rule(store=ANY, indexes=WANTED, device=st.sampled_from("abc"))
    def hold(self, store: int, indexes: dict[int, int], device: str) -> None:
        at, wanted = one_of(self.town.stores, store).id, self.wanted(indexes)
        made, held = self.send(
            lambda: self.model.hold(at, wanted, device),
            hold(
                self.floor.holds, store_id=at, wanted=[Wanted(*line) for line in wanted.items()],
                holder=Holder(device=f"{device}{self.town.bundle}"), by=GUEST, operation_key=operation_key(),
            ),
        )  # fmt: skip
        if made is not None:
            made.id = held.hold_id
        self._judge()

    @precondition(there_is("holds"))
    @rule(which=ANY)
    def extend(self, which: int) -> None:
        held: Hold = one_of(self.model.holds, which)
        self.do(lambda: self.model.extend(held), lambda session: extend_hold(session, held.store, held.id))

    @precondition(there_is("holds"))
    @rule(which=ANY)
    def let_go(self, which: int) -> None:
        held: Hold = one_of(self.model.holds, which)
        self.do(lambda: self.model.release(held), lambda session: release_hold(session, held.store, held.id, by=GUEST))

    @precondition(there_is("holds", state="active", over=False))
    @rule(which=ANY)
    def the_time_of_a_hold_runs_out(self, which: int) -> None:
        held: Hold = one_of(self.model.eligible("holds", state="active", over=False), which)
        held.over = True
        self.floor.run(
            self.floor.pool.execute("UPDATE inventory.hold SET expires_at = now() - interval '1 s' WHERE id = $1", held.id)
        )

    @precondition(there_is("holds", state="active", over=True))
    @rule()
    def sweep(self) -> None:
        self.send(self.model.expire, expire_holds(self.floor.sessions))
        self._judge()

    # Orders.

    @rule(store=ANY, indexes=WANTED)
    def place(self, store: int, indexes: dict[int, int]) -> None:
        self._place(one_of(self.town.stores, store).id, self.wanted(indexes), None)

    @precondition(there_is("holds"))
    @rule(which=ANY, change=st.integers(-1, 1), alone=st.booleans(), alive=MOSTLY, elsewhere=SELDOM)
    def place_from_hold(self, which: int, change: int, alone: bool, alive: bool, elsewhere: bool) -> None:
        held: Hold = one_of((alive and self.model.eligible("holds", state="active")) or self.model.holds, which)
        lines = list(held.lines.items())[: 1 if alone else None]
        store = one_of(self.town.stores, which).id if elsewhere else held.store
        self._place(store, {sku: max(1, qty + change) for sku, qty in lines}, held)

    def _place(self, store: int, wanted: dict[int, int], held: Hold | None) -> None:
        key = operation_key()
        order, placed = self.send(lambda: self.model.place(store, wanted, held, key), self._placing(store, wanted, held, key))
        if order is not None:
            self._note(order, placed)
        self._judge()

    async def _placing(self, store: int, wanted: dict[int, int], held: Hold | None, key: str) -> Placed:
        return await place(
            self.floor.orders, store=next(view for view in self.town.stores if view.id == store),
            wanted=[Wanted(*line) for line in wanted.items()], contact=CONTACT, customer_id=None, by=self.town.agent,
            clock=SystemClock(), operation_key=key, hold_id=held.id if held else None,
        )  # fmt: skip

    def _note(self, order: Order, placed: Placed) -> None:
        rows = self.floor.run(
            self.floor.pool.fetch(
                "SELECT fulfilment_id, line_no, sku_id, qty FROM orders.fulfilment_line WHERE order_id = $1 ORDER BY 2",
                placed.order_id,
            )
        )
        order.id, order.fulfilment_id = placed.order_id, rows[0]["fulfilment_id"]
        self.model.placed(order, [Line(row["line_no"], row["sku_id"], row["qty"]) for row in rows])

    @precondition(there_is("orders"))
    @rule(which=ANY, other=st.booleans())
    def place_again(self, which: int, other: bool) -> None:
        """The same key: the same order, or a refusal of something else under it."""
        order: Order = one_of(self.model.orders, which)
        wanted = {sku: qty + other for sku, qty in order.wanted.items()}

        def expect() -> None:
            if other:
                raise No("OperationReused")

        _, placed = self.send(expect, self._placing(order.store, wanted, order.hold, order.key))
        assert other or (placed.order_id, placed.replayed) == (order.id, True)
        self._judge()
