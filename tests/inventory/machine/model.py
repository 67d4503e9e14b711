"""What the product's stock commands should do, told once more, plainly: holds, orders, and whatever moves goods."""

from typing import Any
from uuid import UUID

import msgspec

from .levels import Level, Move, No, Place, Shelves

HOLDS_PER_DEVICE_MAX = 3
UNITS_ALONE_MAX = 5
Units = dict[int, int]
"""SKU → units."""


class Hold(msgspec.Struct):
    store: int
    lines: Units
    device: str
    id: UUID | None = None
    state: str = "active"
    over: bool = False
    extended: bool = False


class Line(msgspec.Struct):
    """`qty`: still to be handed over; `gone`: nothing of it was found."""

    number: int
    sku: int
    qty: int
    picked: int = 0
    returned: int = 0

    @property
    def gone(self) -> bool:
        return self.qty == 0


class Order(msgspec.Struct):
    store: int
    wanted: Units
    hold: Hold | None
    key: str
    id: UUID | None = None
    fulfilment_id: UUID | None = None
    state: str = "allocated"
    cancelled: bool = False
    code: str = ""
    code_state: str = ""
    receipt: str = ""
    scans: int = 0
    lines: list[Line] = []


class Model:
    """`parts`: of the bundle. Every method either takes effect or raises `No`."""

    def __init__(self, bundle: int, parts: Units) -> None:
        self.shelves = Shelves()
        self.bundle = bundle
        self.parts = parts
        self.rules: dict[Place, tuple[int, bool]] = {}
        self.holds: list[Hold] = []
        self.orders: list[Order] = []

    def level(self, store: int, sku: int) -> Level:
        return self.shelves.levels[store, sku]

    def of_parts(self, wanted: Units) -> Units:
        units: Units = {}
        for sku, qty in wanted.items():
            for part, each in (self.parts if sku == self.bundle else {sku: 1}).items():
                units[part] = units.get(part, 0) + qty * each
        return units

    def _closed(self, store: int, wanted: Units) -> bool:
        return any(self.rules.get((store, sku), (0, False))[1] for sku in {*wanted, *self.of_parts(wanted)})

    def _enough(self, store: int, needs: Units) -> bool:
        return all(
            need == 0 or self.level(store, sku).free - self.rules.get((store, sku), (0, False))[0] >= need
            for sku, need in needs.items()
        )

    # Holds.

    def hold(self, store: int, wanted: Units, device: str) -> Hold:
        if self._closed(store, wanted):
            raise No("NotSoldHere")
        if sum(hold.state == "active" and hold.device == device for hold in self.holds) >= HOLDS_PER_DEVICE_MAX:
            raise No("TooManyHolds")
        made = Hold(store, self.of_parts(wanted), device)
        if not self._enough(store, made.lines):
            raise No("NotEnoughStock")
        self.shelves.post(*(Move((store, sku), "hold", reserved=qty) for sku, qty in made.lines.items()))
        self.holds.append(made)
        return made

    def extend(self, hold: Hold) -> None:
        if hold.state != "active" or hold.over or hold.extended:
            raise No("HoldEnded")
        hold.extended = True

    def _let_go(self, hold: Hold, state: str) -> None:
        hold.state = state
        self.shelves.post(*(Move((hold.store, sku), "release", reserved=-qty) for sku, qty in hold.lines.items()))

    def release(self, hold: Hold) -> None:
        if hold.state == "active":
            self._let_go(hold, "released")

    def expire(self) -> None:
        for hold in self.holds:
            if hold.state == "active" and hold.over:
                self._let_go(hold, "expired")

    # Orders.

    def place(self, store: int, wanted: Units, hold: Hold | None, key: str) -> Order:
        if self._closed(store, wanted):
            raise No("NotSoldHere")
        units = self.of_parts(wanted)
        usable = hold is not None and hold.store == store and hold.state == "active" and not hold.over
        held = hold.lines if hold is not None and usable else {}
        if not self._enough(store, {sku: max(qty - held.get(sku, 0), 0) for sku, qty in units.items()}):
            raise No("NotEnoughStock")
        made = Order(store, wanted, hold, key)
        self.orders.append(made)
        if hold is not None and usable:
            hold.state = "used"
        moves = [Move((store, sku), "release", reserved=-qty) for sku, qty in held.items()]
        # A line each: of a bundle's price that does not divide evenly, its part may fill two.
        self._placing = made, moves
        return made

    def placed(self, order: Order, lines: list[Line]) -> None:
        """The lines as the product wrote them, which have to be what was wanted."""
        made, moves = self._placing
        assert made is order
        units: Units = {}
        for line in lines:
            units[line.sku] = units.get(line.sku, 0) + line.qty
        assert units == self.of_parts(order.wanted), "ordered units are the wanted ones"
        order.lines = lines
        self.shelves.post(*moves, *(Move((order.store, line.sku), "allocate", allocated=line.qty) for line in lines))

    def _release_lines(self, order: Order) -> None:
        self.shelves.post(
            *(Move((order.store, line.sku), "release", allocated=-line.qty) for line in order.lines if not line.gone)
        )

    def cancel(self, order: Order) -> None:
        if order.cancelled:
            raise No("AlreadyCancelled")
        if order.state == "handed_over":
            raise No("AlreadyHandedOver")
        order.cancelled = True
        if order.code_state == "live":
            order.code_state = "revoked"
        if order.state == "allocated":
            self._release_lines(order)
            order.state = "cancelled"
        elif order.state == "picking" and all(line.gone for line in order.lines):
            order.state = "cancelled"
        else:
            order.state = "uncollected"

    def put_back(self, order: Order) -> None:
        self._must(order, "uncollected")
        self._release_lines(order)
        order.state = "restocked"

    def _must(self, order: Order, *states: str) -> None:
        if order.state not in states:
            raise No("WrongState")

    def start(self, order: Order) -> None:
        self._must(order, "allocated", "picking")
        order.state = "picking"

    def scan(self, order: Order, sku: int) -> None:
        self._must(order, "picking")
        lines = [line for line in order.lines if line.sku == sku and not line.gone]
        if not lines:
            raise No("WrongItem")
        if all(line.picked >= line.qty for line in lines):
            raise No("EnoughPicked")

    def scanned(self, order: Order, number: int, by: int) -> None:
        """The product says which of the lines of this SKU it put it on."""
        line = self.line(order, number)
        line.picked += by
        order.scans += by
        assert 0 <= line.picked <= line.qty

    def line(self, order: Order, number: int) -> Line:
        return next(line for line in order.lines if line.number == number)

    def undo(self, order: Order) -> None:
        self._must(order, "picking")
        if order.scans == 0:
            raise No("NothingPicked")

    def report_short(self, order: Order, number: int, reason: str) -> None:
        self._must(order, "picking")
        line = self.line(order, number)
        missing = line.qty - line.picked
        if missing == 0:
            raise No("NotFound")
        line.qty = line.picked
        place = order.store, line.sku
        # What the books have lost already they cannot lose again.
        lost = min(missing, self.shelves.levels[place].on_hand)
        moves = [Move(place, "release", allocated=-missing)]
        moves += [Move(place, "adjust", on_hand=-lost, reason=reason, truth=True)] if lost else []
        self.shelves.post(*moves)

    def pack(self, order: Order) -> None:
        left = sum(line.qty - line.picked for line in order.lines)
        if order.state == "picking" and (left or all(line.gone for line in order.lines)):
            raise No("NotAllPicked")
        self._must(order, "picking")
        order.state = "packed"

    def stage(self, order: Order) -> None:
        self._must(order, "packed", "ready")
        order.state = "ready"

    def hand_over(self, order: Order) -> None:
        if order.code_state in ("spent", "revoked"):
            raise No({"spent": "PassSpent", "revoked": "PassRevoked"}[order.code_state])
        self._must(order, "ready")
        moves: list[Move] = []
        there: dict[int, int] = {}
        for line in sorted((line for line in order.lines if not line.gone), key=lambda line: line.sku):
            place = order.store, line.sku
            left = there.get(line.sku, self.level(*place).on_hand)
            # It is in the customer's hands, so it was there, whatever the books said.
            if line.qty > left:
                moves.append(Move(place, "adjust", on_hand=line.qty - left, reason="found", truth=True))
                left = line.qty
            moves.append(Move(place, "hand_over", on_hand=-line.qty, allocated=-line.qty))
            there[line.sku] = left - line.qty
        self.shelves.post(*moves)
        order.state, order.code_state = "handed_over", "spent"

    def overstay(self, order: Order) -> None:
        if order.state == "ready":
            self.cancel(order)

    def bring_back(self, order: Order, number: int, qty: int, store: int) -> None:
        if order.state != "handed_over":
            raise No("NotHandedOverYet")
        line = self.line(order, number)
        if qty > line.qty - line.returned:
            raise No("MoreThanLeft")
        line.returned += qty
        self.shelves.post(Move((store, line.sku), "return", on_hand=qty))

    def eligible(self, kind: str, **having: Any) -> list[Any]:
        return [one for one in getattr(self, kind) if all(getattr(one, name) == value for name, value in having.items())]
