"""The machine's rules of the stockroom, and the machine itself."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from store_omni.stockroom.adjusting import Change, adjust, end_quarantine, set_aside_damaged
from store_omni.stockroom.approving import approve_count, refuse_count
from store_omni.stockroom.counting import Zone, close_count, count_item, start_count
from store_omni.stockroom.hearing_tills import TillLine, TillPaper
from store_omni.stockroom.purchasing import Listed
from store_omni.stockroom.receiving import Arrived, receive
from store_omni.stockroom.selling_at_till import report_sales
from store_omni.stockroom.stating_at_till import report_counts
from store_omni.stockroom.transferring import close_transfer, receive_transfer, send_transfer

from .base import ANY, FEW, MOSTLY, one_of, there_is
from .goods import REASONS, Count, Report, Transfer
from .levels import Place
from .serving import Serving

GOODS = st.integers(0, 3)
PILE = st.dictionaries(GOODS, FEW, min_size=1, max_size=2)
# (SKU index → units, of which so many are damaged)
ARRIVING = st.dictionaries(GOODS, st.tuples(FEW, st.integers(0, 1)), min_size=1, max_size=2)
MOMENTS_BACK = st.integers(0, 12)


class Stock(Serving):
    def _arrived(self, lines: dict[int, tuple[int, int]]) -> list[tuple[int, int, int]]:
        return [(self.town.skus[index], qty, damaged) for index, (qty, damaged) in lines.items()]

    @rule(store=ANY, lines=ARRIVING)
    def receive(self, store: int, lines: dict[int, tuple[int, int]]) -> None:
        at, came = one_of(self.town.stores, store).id, self._arrived(lines)
        by = self.clerk(at)
        self.do(
            lambda: self.model.receive(at, came),
            lambda session: receive(session, at, lines=[Arrived(*line) for line in came], by=by),
        )

    @rule(store=ANY, further=st.integers(1, 2), pile=PILE)
    def send_on_its_way(self, store: int, further: int, pile: dict[int, int]) -> None:
        at, to = one_of(self.town.stores, store).id, one_of(self.town.stores, store + further).id
        by, lines = self.clerk(at), self.wanted(pile)
        made, paper = self.send(
            lambda: self.model.send(at, to, lines),
            self.floor.write(
                lambda session: send_transfer(
                    session, at, to_store_id=to, lines=[Listed(*line) for line in lines.items()], by=by
                )
            ),
        )  # fmt: skip
        if made is not None:
            made.id = paper.id
        self._judge()

    @precondition(there_is("transfers"))
    @rule(which=ANY, lines=ARRIVING)
    def arrive(self, which: int, lines: dict[int, tuple[int, int]]) -> None:
        """What was sent, less, more, or something else."""
        transfer: Transfer = one_of(self.model.transfers, which)
        self._arrive(transfer, self._arrived(lines))

    @precondition(there_is("transfers", over=False))
    @rule(which=ANY)
    def arrive_as_sent(self, which: int) -> None:
        transfer: Transfer = one_of(self.model.eligible("transfers", over=False), which)
        self._arrive(transfer, [(sku, units, 0) for sku, units in transfer.open.items() if units])

    def _arrive(self, transfer: Transfer, came: list[tuple[int, int, int]]) -> None:
        by = self.clerk(transfer.to)
        self.do(
            lambda: self.model.arrive(transfer, came),
            lambda session: receive_transfer(
                session, transfer.to, transfer.id, lines=[Arrived(*line) for line in came], by=by
            ),
        )  # fmt: skip

    @precondition(there_is("transfers"))
    @rule(which=ANY)
    def give_up_waiting(self, which: int) -> None:
        transfer: Transfer = one_of(self.model.transfers, which)
        by = self.clerk(transfer.to)
        self.do(
            lambda: self.model.close_transfer(transfer),
            lambda session: close_transfer(session, transfer.to, transfer.id, by=by),
        )

    @rule(
        store=ANY,
        index=GOODS,
        busy=MOSTLY,
        units=st.integers(-7, 7).filter(bool),
        reason=st.sampled_from(sorted(REASONS)),
        manager=MOSTLY,
    )
    def adjust(self, store: int, index: int, busy: bool, units: int, reason: str, manager: bool) -> None:
        at, sku = self.spot(store, index, busy)
        by = self.town.manager if manager else self.clerk(at)
        self.do(
            lambda: self.model.adjust(at, sku, units, reason, clerk=not manager),
            lambda session: adjust(session, at, changes=[Change(sku, units)], reason=reason, by=by),
        )

    @rule(store=ANY, index=GOODS, busy=MOSTLY, units=FEW)
    def damage(self, store: int, index: int, busy: bool, units: int) -> None:
        at, sku = self.spot(store, index, busy)
        by = self.clerk(at)
        self.do(
            lambda: self.model.damage(at, sku, units),
            lambda session: set_aside_damaged(session, at, sku_id=sku, units=units, reason="broken", by=by),
        )

    @precondition(lambda self: any(level.quarantine for level in self.model.shelves.levels.values()))
    @rule(which=ANY, units=FEW, to=st.sampled_from(["shelf", "written_off"]))
    def end_quarantine(self, which: int, units: int, to: str) -> None:
        at, sku = one_of([place for place, level in sorted(self.model.shelves.levels.items()) if level.quarantine], which)
        by = self.clerk(at)
        self.do(
            lambda: self.model.end_quarantine(at, sku, units, to),
            lambda session: end_quarantine(session, at, sku_id=sku, units=units, to=to, by=by),
        )

    # Counts.

    @rule(store=ANY, index=GOODS, busy=MOSTLY, more=st.lists(GOODS, max_size=1))
    def start_count(self, store: int, index: int, busy: bool, more: list[int]) -> None:
        at, first = self.spot(store, index, busy)
        skus = sorted({first, *(self.town.skus[index] for index in more)})
        by = self.clerk(at)
        made, count_id = self.send(
            lambda: self.model.start_count(at, skus),
            self.floor.write(lambda session: start_count(session, at, zone=Zone("skus", sku_ids=skus), by=by)),
        )
        assert made is not None
        made.id = count_id
        self._judge()

    @precondition(there_is("counts"))
    @rule(which=ANY, index=GOODS, listed=st.booleans(), off=st.integers(-8, 8), aside=st.integers(0, 2))
    def count(self, which: int, index: int, listed: bool, off: int, aside: int) -> None:
        """What is found is near what the books say."""
        count: Count = one_of(self.model.eligible("counts", state="open") or self.model.counts, which)
        sku = one_of(count.skus, index) if listed else self.town.skus[index]
        units = max(aside, self.model.level(count.store, sku).on_hand + off)
        by = self.clerk(count.store)
        self.do(
            lambda: self.model.count_item(count, sku, units),
            lambda session: count_item(
                session, count.store, count.id, sku_id=sku, counted=units - aside, aside=aside, by=by
            ),
        )  # fmt: skip

    @precondition(there_is("counts"))
    @rule(which=ANY, leave=st.booleans())
    def close_count(self, which: int, leave: bool) -> None:
        count: Count = one_of(self.model.eligible("counts", state="open") or self.model.counts, which)
        by = self.clerk(count.store)
        closed = self.do(
            lambda: self.model.close_count(count, leave=leave),
            lambda session: close_count(session, count.store, count.id, by=by, leave_uncounted=leave),
        )
        assert closed is None or closed.state == count.state

    @precondition(there_is("counts", state="to_approve"))
    @rule(which=ANY, yes=st.booleans())
    def decide(self, which: int, yes: bool) -> None:
        count: Count = one_of(self.model.eligible("counts", state="to_approve"), which)
        by = self.town.manager
        if yes:
            self.do(lambda: self.model.approve(count), lambda session: approve_count(session, count.store, count.id, by=by))
        else:
            self.do(
                lambda: self.model.refuse(count),
                lambda session: refuse_count(session, count.store, count.id, reason="아니오", by=by),
            )

    # Tills.

    @rule(store=ANY, index=st.integers(0, 4), busy=MOSTLY, qty=st.integers(-2, 4).filter(bool), back=MOMENTS_BACK)
    def till_sells(self, store: int, index: int, busy: bool, qty: int, back: int) -> None:
        self._report("sale", self.spot(store, index, busy), qty, back)

    @rule(store=ANY, index=GOODS, busy=MOSTLY, qty=st.integers(-1, 9), back=MOMENTS_BACK)
    def till_states(self, store: int, index: int, busy: bool, qty: int, back: int) -> None:
        self._report("count", self.spot(store, index, busy), qty, back)

    def _report(self, kind: str, at: Place, qty: int, back: int) -> None:
        moment = max(0, len(self.times) - 1 - back)
        self._hear(Report(at[0], f"{len(self.model.reports)}", kind, at[1], qty, moment))

    @precondition(there_is("reports"))
    @rule(which=ANY, more=st.sampled_from([0, 0, 1]))
    def till_says_it_again(self, which: int, more: int) -> None:
        known: Report = one_of(self.model.reports, which)
        self._hear(Report(known.store, known.number, known.kind, known.sku, known.qty + more, known.moment))

    def _hear(self, report: Report) -> None:
        by = self.clerk(report.store)
        paper = TillPaper(report.number, self.times[report.moment], [TillLine(self.town.codes[report.sku], report.qty)])
        expect, command = (
            (self.model.till_sale, report_sales) if report.kind == "sale" else (self.model.till_count, report_counts)
        )
        papers = {"sales" if report.kind == "sale" else "counts": [paper]}
        heard, answers = self.send(
            lambda: expect(report), self.floor.write(lambda session: command(session, report.store, till="T1", by=by, **papers))
        )
        assert [answer.state for answer in answers] == [heard]
        self._judge()

    # Rules of selling.

    @rule(store=ANY, index=st.integers(0, 4), safety=st.integers(0, 2), closed=st.sampled_from([False] * 4 + [True]))
    def set_rule(self, store: int, index: int, safety: int, closed: bool) -> None:
        at, sku = one_of(self.town.stores, store).id, self.town.skus[index]
        self.model.rules[at, sku] = safety, closed
        self.floor.run(
            self.floor.pool.execute(
                """INSERT INTO inventory.selling_rule (store_id, sku_id, channel, safety, closed) VALUES ($1, $2, 'web', $3, $4)
                   ON CONFLICT (store_id, sku_id, channel) DO UPDATE SET safety = excluded.safety, closed = excluded.closed""",
                at, sku, safety, closed,
            )
        )  # fmt: skip
