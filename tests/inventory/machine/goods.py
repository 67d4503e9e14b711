"""What the stockroom's commands should do: receipts, transfers, counts, changes by hand, tills."""

from uuid import UUID

import msgspec

from .levels import Move, No, Place
from .model import UNITS_ALONE_MAX, Model, Units

# Reason → (which way, whether it has happened already).
REASONS = {
    "found": (1, True), "lost": (-1, True), "stolen": (-1, True), "own_use": (-1, False), "given_away": (-1, False),
    "typing_error": (0, True),
}  # fmt: skip


class Transfer(msgspec.Struct):
    store: int
    to: int
    open: Units
    id: UUID | None = None
    over: bool = False


class Counted(msgspec.Struct):
    units: int
    on_hand: int
    version: int
    moment: float
    settled: bool = False


class Count(msgspec.Struct):
    store: int
    skus: list[int]
    id: UUID | None = None
    state: str = "open"
    lines: dict[int, Counted] = {}


class Report(msgspec.Struct, frozen=True):
    """A till's paper. `moment`: when it happened."""

    store: int
    number: str
    kind: str
    sku: int
    qty: int
    moment: int


class Goods(Model):
    def __init__(self, bundle: int, parts: Units) -> None:
        super().__init__(bundle, parts)
        self.transfers: list[Transfer] = []
        self.counts: list[Count] = []
        self.reports: list[Report] = []

    def receive(self, store: int, lines: list[tuple[int, int, int]]) -> None:
        """[(SKU, units, damaged of them)]."""
        self.shelves.post(
            *(Move((store, sku), "receive", on_hand=qty - damaged, quarantine=damaged) for sku, qty, damaged in lines)
        )

    # Transfers.

    def send(self, store: int, to: int, lines: Units) -> Transfer:
        if any(qty > self.level(store, sku).free for sku, qty in lines.items()):
            raise No("NotEnoughStock")
        for sku, qty in lines.items():
            self.shelves.post(Move((store, sku), "transfer_out", on_hand=-qty), Move((to, sku), "transfer_in", in_transit=qty))
        made = Transfer(store, to, dict(lines))
        self.transfers.append(made)
        return made

    def arrive(self, transfer: Transfer, lines: list[tuple[int, int, int]]) -> None:
        if transfer.over:
            raise No("TransferOver")
        for sku, qty, damaged in lines:
            expected = min(qty, transfer.open.get(sku, 0))
            transfer.open[sku] = transfer.open.get(sku, 0) - expected
            self.shelves.post(
                Move((transfer.to, sku), "transfer_in", on_hand=qty - damaged, in_transit=-expected, quarantine=damaged)
            )
        transfer.over = not any(transfer.open.values())

    def close_transfer(self, transfer: Transfer) -> None:
        if transfer.over:
            raise No("TransferOver")
        for sku, units in transfer.open.items():
            if units:
                self.shelves.post(Move((transfer.to, sku), "adjust", in_transit=-units, reason="lost_on_the_way"))
        transfer.open, transfer.over = {}, True

    # By hand.

    def adjust(self, store: int, sku: int, units: int, reason: str, *, clerk: bool) -> None:
        sign, truth = REASONS[reason]
        level = self.level(store, sku)
        if clerk and abs(units) > UNITS_ALONE_MAX:
            raise No("ManagerNeeded")
        if sign * units < 0:
            raise No("ReasonMissing")
        if level.on_hand + units < 0:
            raise No("MoreThanThere")
        if not truth and -units > level.free:
            raise No("NotEnoughStock")
        self.shelves.post(Move((store, sku), "adjust", on_hand=units, reason=reason, truth=truth))

    def damage(self, store: int, sku: int, units: int) -> None:
        if units > self.level(store, sku).on_hand:
            raise No("MoreThanThere")
        self.shelves.post(Move((store, sku), "damage", on_hand=-units, quarantine=units, truth=True))

    def end_quarantine(self, store: int, sku: int, units: int, to: str) -> None:
        if units > self.level(store, sku).quarantine:
            raise No("MoreThanThere")
        back = units if to == "shelf" else 0
        self.shelves.post(Move((store, sku), "adjust" if back else "damage", on_hand=back, quarantine=-units, reason=to))

    # Counts.

    def start_count(self, store: int, skus: list[int]) -> Count:
        made = Count(store, skus, lines={})
        self.counts.append(made)
        return made

    def _must_be_open(self, count: Count) -> None:
        if count.state != "open":
            raise No("CountOver")

    def count_item(self, count: Count, sku: int, units: int) -> None:
        self._must_be_open(count)
        level = self.level(count.store, sku)
        count.lines[sku] = Counted(units, level.on_hand, len(level.entries), self.shelves.now)

    def _variance(self, place: Place, line: Counted) -> int:
        return line.units - line.on_hand - self.level(*place).misread_since(line.version, line.moment)

    def close_count(self, count: Count, *, leave: bool) -> None:
        self._must_be_open(count)
        if not leave and any(sku not in count.lines for sku in count.skus):
            raise No("NotAllCounted")
        small = [sku for sku, line in count.lines.items() if abs(self._variance((count.store, sku), line)) <= UNITS_ALONE_MAX]
        self._correct(count, small)

    def approve(self, count: Count) -> None:
        if count.state != "to_approve":
            raise No("NothingToApprove")
        self._correct(count, [sku for sku, line in count.lines.items() if not line.settled])

    def refuse(self, count: Count) -> None:
        if count.state != "to_approve":
            raise No("NothingToApprove")
        count.state = "done"

    def _correct(self, count: Count, skus: list[int]) -> None:
        for sku in skus:
            line, place = count.lines[sku], (count.store, sku)
            level = self.level(*place)
            units = max(self._variance(place, line), -level.on_hand)
            if units:
                self.shelves.post(Move(place, "count", on_hand=units, truth=True))
            level.stated = max(level.stated or line.moment, line.moment)
            line.settled = True
        count.state = "done" if all(line.settled for line in count.lines.values()) else "to_approve"

    # Tills.

    def _reported(self, report: Report) -> str:
        for known in self.reports:
            if (known.store, known.number) == (report.store, report.number):
                return "replayed" if known == report else "reused"
        self.reports.append(report)
        return "applied"

    def till_sale(self, report: Report) -> str:
        """Never refused. Returns what the till hears."""
        heard = self._reported(report)
        if heard != "applied":
            return heard
        for sku, units in sorted(self.of_parts({report.sku: report.qty}).items()):
            place = report.store, sku
            level = self.level(*place)
            told = float(report.moment)
            seen = level.stated is not None and told <= level.stated
            moves = [Move(place, "sell" if units > 0 else "return", on_hand=-units, truth=True, told=told)]
            if seen:
                moves.append(Move(place, "count", on_hand=units, truth=True, told=told))
            elif units > level.on_hand:
                more = units - level.on_hand
                moves.insert(0, Move(place, "adjust", on_hand=more, reason="till_sold_more", truth=True, told=told))
            self.shelves.post(*moves)
        return heard

    def till_count(self, report: Report) -> str:
        heard = self._reported(report)
        if heard != "applied":
            return heard
        for sku, units in sorted(self.of_parts({report.sku: report.qty}).items()):
            place, told = (report.store, sku), float(report.moment)
            level = self.level(*place)
            wrong = max(units, 0) - level.on_hand_at(told) - level.misread_since(level.version_at(told), told)
            change = max(wrong, -level.on_hand)
            if change:
                self.shelves.post(Move(place, "count", on_hand=change, truth=True, told=told))
            level.stated = max(level.stated or told, told)
        return heard
