"""Listening to a till: which of its papers are new, what they mean in units of goods, and keeping what was answered."""

from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.operations import body_hash
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.ids import new_id

PAPERS_MAX = 500
Kind = Literal["sale", "count"]
State = Literal["applied", "replayed", "reused", "future", "too_old"]
NEVER_HEARD = datetime(1970, 1, 1, tzinfo=UTC)
# A till's clock may run a little ahead of the database's. A paper dated later would hide each sale until then from the books,
# and one older than a quarter is a clock that was reset.
AHEAD_MINUTES_MAX = 5
AGE_DAYS_MAX = 92


class TillLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`code`: SKU code or barcode. `qty`: units sold, below 0 taken back; in a count: the figure on hand."""

    code: str
    qty: int


class TillPaper(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sale (or take-back) or count, by the till's own number. `happened_at`: the till's time."""

    number: str
    happened_at: datetime
    lines: list[TillLine]


class TillAnswer(msgspec.Struct, frozen=True):
    """`state`: applied; replayed (reported before, the first result stands); reused (the number stands for something else:
    nothing was done); future, too_old (`happened_at` cannot be: nothing was done, the number may be sent again with the right
    time). `sold_more`: code → units beyond what we knew of. `short`: code → promised units that are missing now. `unknown`:
    codes that we have no goods for."""

    number: str
    state: State
    document_id: UUID | None
    sold_more: dict[str, int] = {}
    short: dict[str, int] = {}
    unknown: list[str] = []


class Fresh(msgspec.Struct, frozen=True):
    """A paper that takes effect now. `units`: SKU → units, lines of one SKU added up, a bundle's as those of its parts."""

    paper: TillPaper
    document_id: UUID
    units: dict[int, int]
    unknown: list[str]

    @property
    def happened_at(self) -> datetime:
        return self.paper.happened_at


class Heard(msgspec.Struct, frozen=True):
    """By place in the list: what is new, and the answers to what is not. `again`: the same paper twice in one call, with
    the place of the first. `codes`: SKU id → its code."""

    fresh: dict[int, Fresh]
    answers: dict[int, TillAnswer]
    again: dict[int, int]
    codes: dict[int, str]

    def complete(self, results: dict[int, TillAnswer], count: int) -> list[TillAnswer]:
        """All answers in the order of the papers, `results` being those of the fresh ones."""
        known = self.answers | results
        repeated = {place: msgspec.structs.replace(known[first], state="replayed") for place, first in self.again.items()}
        return [(known | repeated)[place] for place in range(count)]


def hash_of(kind: Kind, paper: TillPaper) -> bytes:
    """The same sale says the same instant in whatever time zone."""
    lines = sorted((line.code, line.qty) for line in paper.lines)
    return body_hash([kind, paper.number, paper.happened_at.astimezone(UTC).isoformat(), lines])


async def hear(session: WriteSession, store_id: int, till: str, kind: Kind, papers: list[TillPaper], *, complete: bool) -> Heard:
    """Takes the till's turn (one call of a till at a time, so that a repeated one finds what the first did). A till that sent a
    paper with an impossible time has not reported everything."""
    now = (await session.execute(text("SELECT clock_timestamp()"))).scalar_one()
    undatable: dict[int, State] = {
        place: state for place, paper in enumerate(papers) if (state := _impossible(paper.happened_at, now))
    }
    await session.execute(
        text(
            """INSERT INTO stockroom.till_feed (store_id, till, heard_at)
               VALUES (:store, :till, CASE WHEN CAST(:complete AS boolean) THEN clock_timestamp() ELSE CAST(:never AS timestamptz) END)
               ON CONFLICT (store_id, till) DO UPDATE
               SET heard_at = CASE WHEN CAST(:complete AS boolean) THEN clock_timestamp() ELSE till_feed.heard_at END"""
        ),
        {"store": store_id, "till": till, "complete": complete and not undatable, "never": NEVER_HEARD},
    )
    rows = await session.execute(
        text(
            """SELECT number, body_hash, result FROM stockroom.till_report
               WHERE store_id = :store AND till = :till AND number = ANY(:numbers)"""
        ),
        {"store": store_id, "till": till, "numbers": [paper.number for paper in papers]},
    )
    before = {row.number: (row.body_hash, row.result) for row in rows}
    goods, codes = await _goods(session, sorted({line.code for paper in papers for line in paper.lines}))
    heard = Heard({}, {}, {}, codes)
    first: dict[str, tuple[int, bytes]] = {}
    for place, paper in enumerate(papers):
        if place in undatable:
            heard.answers[place] = TillAnswer(paper.number, undatable[place], None)
            continue
        digest = hash_of(kind, paper)
        if paper.number in before:
            known, result = before[paper.number]
            heard.answers[place] = _replay(paper.number, result) if known == digest else _reused(paper.number)
        elif paper.number in first:
            if first[paper.number][1] == digest:
                heard.again[place] = first[paper.number][0]
            else:
                heard.answers[place] = _reused(paper.number)
        else:
            first[paper.number] = (place, digest)
            heard.fresh[place] = _fresh(paper, goods)
    return heard


def _impossible(at: datetime, now: datetime) -> State | None:
    if at > now + timedelta(minutes=AHEAD_MINUTES_MAX):
        return "future"
    return "too_old" if at < now - timedelta(days=AGE_DAYS_MAX) else None


def _replay(number: str, result: dict[str, object]) -> TillAnswer:
    return msgspec.convert({**result, "number": number, "state": "replayed"}, TillAnswer)


def _reused(number: str) -> TillAnswer:
    return TillAnswer(number, "reused", None)


def _fresh(paper: TillPaper, goods: dict[str, list[tuple[int, int]]]) -> Fresh:
    units: dict[int, int] = {}
    for line in paper.lines:
        for sku_id, each in goods.get(line.code, []):
            units[sku_id] = units.get(sku_id, 0) + each * line.qty
    unknown = sorted({line.code for line in paper.lines if line.code not in goods})
    return Fresh(paper, new_id(), units, unknown)


async def _goods(session: ReadSession, codes: list[str]) -> tuple[dict[str, list[tuple[int, int]]], dict[int, str]]:
    """Code → its goods and units of each: one of itself, the parts of a bundle, nothing for a service."""
    rows = await session.execute(
        text(
            """SELECT c.code, coalesce(b.part_sku_id, k.id) AS sku_id, coalesce(b.qty, 1) AS units, coalesce(t.code, k.code) AS named,
                      k.kind = 'goods' OR b.part_sku_id IS NOT NULL AS stocked
               FROM unnest(CAST(:codes AS text[])) c(code)
               CROSS JOIN LATERAL (
                 SELECT id, code, kind FROM catalog.sku WHERE code = c.code
                 UNION ALL SELECT id, code, kind FROM catalog.sku WHERE gtin = c.code LIMIT 1) k
               LEFT JOIN catalog.bundle_part b ON b.bundle_sku_id = k.id AND k.kind = 'bundle'
               LEFT JOIN catalog.sku t ON t.id = b.part_sku_id"""
        ),
        {"codes": codes},
    )
    goods: dict[str, list[tuple[int, int]]] = {}
    named: dict[int, str] = {}
    for row in rows:
        found = goods.setdefault(row.code, [])
        if row.stocked:
            found.append((row.sku_id, row.units))
            named[row.sku_id] = row.named
    return goods, named


async def write_till_documents(
    session: WriteSession, store_id: int, till: str, kind: str, fresh: list[Fresh], *, by: Actor
) -> None:
    """The papers that the ledger's entries will name."""
    await session.execute(
        text(
            """INSERT INTO inventory.document (store_id, id, kind, reference, note, channel, actor_kind, actor_id)
               VALUES (:store, :id, :kind, :reference, :note, :channel, :actor_kind, :actor_id)"""
        ),
        [
            {
                "store": store_id, "id": one.document_id, "kind": kind, "reference": f"{till}/{one.paper.number}",
                "note": " ".join(one.unknown), "channel": by.channel, "actor_kind": by.kind,
                "actor_id": str(by.id) if by.id else None,
            }
            for one in fresh
        ],
    )  # fmt: skip


async def keep_reports(session: WriteSession, store_id: int, till: str, kind: Kind, kept: list[tuple[Fresh, TillAnswer]]) -> None:
    """So that the same paper again gets the same answer. The primary key is the last word on "again"."""
    await session.execute(
        text(
            """INSERT INTO stockroom.till_report (store_id, till, number, kind, body_hash, document_id, happened_at, result)
               VALUES (:store, :till, :number, :kind, :hash, :document, :at, CAST(:result AS jsonb))"""
        ),
        [
            {
                "store": store_id, "till": till, "number": one.paper.number, "kind": kind, "hash": hash_of(kind, one.paper),
                "document": one.document_id, "at": one.happened_at, "result": msgspec.json.encode(answer).decode(),
            }
            for one, answer in kept
        ],
    )  # fmt: skip


async def short_now(session: ReadSession, store_id: int, sku_ids: list[int]) -> dict[int, int]:
    """SKU → units promised and missing, of those where some are."""
    rows = await session.execute(
        text("SELECT sku_id, short FROM inventory.stock_level WHERE store_id = :store AND sku_id = ANY(:skus) AND short > 0"),
        {"store": store_id, "skus": sku_ids},
    )
    return {row.sku_id: row.short for row in rows}


def answer_for(one: Fresh, codes: dict[int, str], sold_more: dict[int, int], short: dict[int, int]) -> TillAnswer:
    return TillAnswer(
        one.paper.number,
        "applied",
        one.document_id,
        {codes[sku_id]: units for sku_id, units in sorted(sold_more.items())},
        {codes[sku_id]: short[sku_id] for sku_id in sorted(one.units) if sku_id in short},
        one.unknown,
    )
