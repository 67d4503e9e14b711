"""The machine's rules of what becomes of an order: picked, short, packed, handed over, cancelled, put back, brought back."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from store_omni.fulfilling.cancelling import cancel_order
from store_omni.fulfilling.expiring import end_uncollected
from store_omni.passes.issuing import live_pass
from store_omni.pickup.handing_over import hand_over
from store_omni.pickup.packing import pack, stage
from store_omni.pickup.picking import scan_item, start_picking, undo_scan
from store_omni.pickup.putting_back import put_back
from store_omni.pickup.shortages import report_short
from store_omni.returns.choosing import Asked
from store_omni.returns.queries import live_code, return_by_id
from store_omni.returns.receiving import receive_return
from store_omni.returns.requesting import request_return

from .base import ANY, FEW, SHORT_REASONS, one_of, there_is
from .model import Order
from .selling import Selling


class Serving(Selling):
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
