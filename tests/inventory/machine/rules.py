"""The machine's rules: each sends one command to the product and to the model, and both must say the same."""

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, TypeVar
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from store_omni.fulfilling.cancelling import cancel_order
from store_omni.fulfilling.expiring import end_uncollected
from store_omni.inventory.holding import Holder, Wanted, expire_holds, extend_hold, hold, release_hold
from store_omni.journal.actors import Actor
from store_omni.kit.clock import SystemClock
from store_omni.kit.errors import Refusal
from store_omni.orders.placing import Contact, Placed, place
from store_omni.passes.issuing import live_pass
from store_omni.pickup.handing_over import hand_over
from store_omni.pickup.packing import pack, stage
from store_omni.pickup.picking import report_short, scan_item, start_picking, undo_scan
from store_omni.pickup.putting_back import put_back
from store_omni.returns.choosing import Asked
from store_omni.returns.queries import live_code, return_by_id
from store_omni.returns.receiving import receive_return
from store_omni.returns.requesting import request_return

from .floor import Floor, Town, operation_key
from .goods import Goods
from .levels import Move, No, Place
from .model import Hold, Line, Order

T = TypeVar("T")
GUEST = Actor(kind="guest", id=None, label="손님", channel="web", source="machine")
CONTACT = Contact("김하늘", "+821012345678", None, "ko")
# An index into whatever list there is.
ANY = st.integers(0, 11)
FEW = st.integers(1, 3)
WANTED = st.dictionaries(st.integers(0, 4), FEW, min_size=1, max_size=3)
MOSTLY = st.sampled_from([True] * 3 + [False])
SELDOM = st.sampled_from([False] * 7 + [True])
SHORT_REASONS = st.sampled_from(["not_found", "damaged", "wrong_count"])


def one_of(things: list[T], index: int) -> T:
    return things[index % len(things)]


def there_is(kind: str, **having: Any) -> Callable[[Any], bool]:
    return lambda machine: bool(machine.model.eligible(kind, **having))


class Selling(RuleBasedStateMachine):
    """`floor` is set by whoever runs it."""

    floor: ClassVar[Floor]

    def __init__(self) -> None:
        super().__init__()
        self.town: Town = self.floor.fresh_town()
        self.model = Goods(self.town.bundle, self.town.parts)
        self.model.shelves.moment = -1
        self.model.shelves.post(*(Move(place, "opening", on_hand=units) for place, units in self.town.opening.items()))
        self.times: list[Any] = []
        self._judge()

    def _judge(self) -> None:
        expected = {place: level.figures for place, level in self.model.shelves.levels.items()}
        self.times.append(self.floor.look(self.town, expected))
        self.model.shelves.moment += 1
        self.floor.heard["steps with units short"] += any(level.short for level in self.model.shelves.levels.values())

    def teardown(self) -> None:
        self.floor.audit()

    def send(self, expect: Callable[[], T], command: Awaitable[Any]) -> tuple[T | None, Any]:
        """(what the model made, what the product answered); (None, None) where both refused alike."""
        self.floor.steps += 1
        made = said = None
        try:
            made = expect()
        except No as no:
            said = no.name
        answer = heard = None
        try:
            answer = self.floor.run(command)
        except Refusal as refusal:
            heard = type(refusal).__name__
        assert heard == said, f"the product said {heard or 'yes'}, the model {said or 'yes'}"
        self.floor.heard[said or "yes"] += 1
        return (None, None) if said else (made, answer)

    def do(self, expect: Callable[[], Any], work: Callable[[Any], Awaitable[Any]]) -> Any:
        """One transaction; returns its answer."""
        _, answer = self.send(expect, self.floor.write(work))
        self._judge()
        return answer

    def wanted(self, indexes: dict[int, int]) -> dict[int, int]:
        return {self.town.skus[index]: qty for index, qty in indexes.items()}

    def spot(self, store: int, index: int, busy: bool) -> Place:
        """A level; `busy`: one with promised units, if there is any, because there it hurts."""
        promised = [place for place, level in sorted(self.model.shelves.levels.items()) if level.allocated + level.reserved]
        if busy and promised:
            return one_of(promised, store + index)
        return one_of(self.town.stores, store).id, self.town.skus[index]

    def clerk(self, store: int) -> Actor:
        return self.town.clerks[store]

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

    def on(
        self, order: Order, expect: Callable[..., Any], command: Callable[..., Awaitable[Any]], *told: Any, **more: Any
    ) -> Any:
        """A command of the store's clerk on an order's fulfilment."""
        by = self.clerk(order.store)
        return self.do(lambda: expect(order, *told), lambda session: command(session, order.fulfilment_id, by=by, **more))

    @precondition(there_is("orders", state="allocated"))
    @rule(which=ANY)
    def start(self, which: int) -> None:
        order = one_of(self.model.eligible("orders", state="allocated"), which)
        self.on(order, self.model.start, start_picking)

    @precondition(there_is("orders", state="picking"))
    @rule(which=ANY, line=ANY)
    def scan(self, which: int, line: int) -> None:
        order: Order = one_of(self.model.eligible("orders", state="picking"), which)
        self._scan(order, one_of(order.lines, line).sku)

    def _scan(self, order: Order, sku: int) -> None:
        picked = self.on(
            order, lambda order: self.model.scan(order, sku), scan_item, barcode=self.town.codes[sku], operation_id=uuid4()
        )
        if picked is not None:
            assert self.model.line(order, picked.line_no).sku == sku
            self.model.scanned(order, picked.line_no, 1)

    @precondition(there_is("orders", state="picking"))
    @rule(which=ANY)
    def undo(self, which: int) -> None:
        order: Order = one_of(self.model.eligible("orders", state="picking"), which)
        undone = self.on(order, self.model.undo, undo_scan)
        if undone is not None:
            self.model.scanned(order, undone.line_no, -1)

    @precondition(there_is("orders", state="picking"))
    @rule(which=ANY, line=ANY, reason=SHORT_REASONS)
    def find_too_few(self, which: int, line: int, reason: str) -> None:
        order: Order = one_of(self.model.eligible("orders", state="picking"), which)
        number = one_of(order.lines, line).number
        expect = lambda order: self.model.report_short(order, number, reason)  # noqa: E731
        self.on(order, expect, report_short, line_no=number, reason=reason)

    @precondition(there_is("orders", state="picking"))
    @rule(which=ANY)
    def pack(self, which: int) -> None:
        self._pack(one_of(self.model.eligible("orders", state="picking"), which))

    def _pack(self, order: Order) -> None:
        self.on(order, self.model.pack, pack, bags=1)

    @precondition(there_is("orders", state="packed"))
    @rule(which=ANY)
    def stage(self, which: int) -> None:
        self._stage(one_of(self.model.eligible("orders", state="packed"), which))

    def _stage(self, order: Order) -> None:
        by, signer = self.clerk(order.store), self.floor.signer
        self.do(lambda: self.model.stage(order), lambda session: stage(session, signer, order.fulfilment_id, shelf="A1", by=by))
        if order.state == "ready" and not order.code:
            order.code, order.code_state = self._code("pickup", order), "live"

    def _code(self, purpose: Any, order: Order) -> str:
        subject = order.fulfilment_id if purpose == "pickup" else order.id
        live = self.floor.run(
            self.floor.write(lambda session: live_pass(session, purpose=purpose, store_id=order.store, subject_id=subject))
        )
        return live.code(self.floor.signer)

    @precondition(there_is("orders", state="allocated"))
    @rule(which=ANY)
    def serve(self, which: int) -> None:
        """From the list to the shelf in one go."""
        order: Order = one_of(self.model.eligible("orders", state="allocated"), which)
        self.on(order, self.model.start, start_picking)
        for line in order.lines:
            while line.picked < line.qty:
                self._scan(order, line.sku)
        self._pack(order)
        self._stage(order)

    @precondition(lambda self: any(order.code for order in self.model.orders))
    @rule(which=ANY)
    def hand_over(self, which: int) -> None:
        """With a code that was good once, whatever became of it."""
        order: Order = one_of([order for order in self.model.orders if order.code], which)
        self._hand_over(order)

    @precondition(there_is("orders", state="ready"))
    @rule(which=ANY)
    def collect(self, which: int) -> None:
        self._hand_over(one_of(self.model.eligible("orders", state="ready"), which))

    def _hand_over(self, order: Order) -> None:
        by, signer = self.clerk(order.store), self.floor.signer
        self.do(
            lambda: self.model.hand_over(order),
            lambda session: hand_over(
                session, signer, order.fulfilment_id, pass_code=order.code, tender="cash", slip_no=None, by=by
            ),
        )  # fmt: skip

    @precondition(there_is("orders", cancelled=False))
    @rule(which=ANY)
    def cancel(self, which: int) -> None:
        order: Order = one_of(self.model.orders, which)
        by = self.town.agent
        self.do(lambda: self.model.cancel(order), lambda session: cancel_order(session, order.id, reason="other", by=by))

    @precondition(there_is("orders", state="ready"))
    @rule(which=ANY)
    def nobody_comes(self, which: int) -> None:
        order: Order = one_of(self.model.eligible("orders", state="ready"), which)
        passes = "UPDATE orders.fulfilment SET hold_until = now() - interval '1 minute' WHERE id = $1"
        self.floor.run(self.floor.pool.execute(passes, order.fulfilment_id))
        self.send(lambda: self.model.overstay(order), end_uncollected(self.floor.sessions))
        self._judge()

    @precondition(there_is("orders", cancelled=True))
    @rule(which=ANY)
    def put_back(self, which: int) -> None:
        order: Order = one_of(
            self.model.eligible("orders", state="uncollected") or self.model.eligible("orders", cancelled=True), which
        )
        self.on(order, self.model.put_back, put_back)

    @precondition(there_is("orders", state="handed_over"))
    @rule(which=ANY, line=ANY, qty=FEW, store=ANY)
    def bring_back(self, which: int, line: int, qty: int, store: int) -> None:
        order: Order = one_of(self.model.eligible("orders", state="handed_over"), which)
        number, at = one_of([line for line in order.lines if not line.gone], line).number, one_of(self.town.stores, store).id
        self.send(lambda: self.model.bring_back(order, number, qty, at), self._bring_back(order, Asked(number, qty), at))
        self._judge()

    async def _bring_back(self, order: Order, asked: Asked, at: int) -> None:
        signer = self.floor.signer
        made = await self.floor.write(
            lambda session: request_return(session, signer, order.id, asked=[asked], reason="size", by=self.town.agent)
        )

        async def receive(session: Any) -> None:
            live = await live_code(session, await return_by_id(session, made.request_id))
            await receive_return(session, signer, made.request_id, code=live.code(signer), slip_no=None, by=self.clerk(at))

        await self.floor.write(receive)

    @precondition(lambda self: self.model.orders and self.model.shelves.moment % 4 == 0)
    @rule(which=ANY, line=ANY, command=st.sampled_from(["start", "scan", "undo", "short", "pack", "stage", "put_back"]))
    def try_what_does_not_fit(self, which: int, line: int, command: str) -> None:
        """Any command on any order."""
        order: Order = one_of(self.model.orders, which)
        number, sku = one_of(order.lines, line).number, one_of(order.lines, line).sku
        match command:
            case "start":
                self.on(order, self.model.start, start_picking)
            case "scan":
                self._scan(order, sku)
            case "undo":
                undone = self.on(order, self.model.undo, undo_scan)
                if undone is not None:
                    self.model.scanned(order, undone.line_no, -1)
            case "short":
                expect = lambda order: self.model.report_short(order, number, "not_found")  # noqa: E731
                self.on(order, expect, report_short, line_no=number, reason="not_found")
            case "pack":
                self._pack(order)
            case "stage":
                self._stage(order)
            case "put_back":
                self.on(order, self.model.put_back, put_back)
