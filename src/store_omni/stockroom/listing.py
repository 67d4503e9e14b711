"""What every paper lists: goods by code or barcode, each once, in a store that the writer may touch."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import NotFound
from store_omni.kit.ids import new_id, spoken_code
from store_omni.stockroom.errors import ListedTwice, NothingListed, UnknownGoods

NUMBER_CHARS = 8


def check_reach(store_id: int, by: Actor) -> None:
    """Errors: `NotFound` for a store that is not this actor's."""
    if not by.may_at(store_id):
        raise NotFound


async def goods_by_code(session: ReadSession, codes: Iterable[str]) -> dict[str, int]:
    """SKU code or barcode → SKU id, of goods with stock of their own. Errors: `UnknownGoods` for the first that is none."""
    wanted = list(codes)
    found = await known_goods(session, wanted)
    for code in wanted:
        if code not in found:
            raise UnknownGoods(code=code)
    return found


async def known_goods(session: ReadSession, codes: Sequence[str]) -> dict[str, int]:
    """As `goods_by_code`, without what is unknown. A SKU's own code goes before another's barcode."""
    rows = await session.execute(
        text(
            """SELECT c.code, k.id FROM unnest(CAST(:codes AS text[])) c(code)
               CROSS JOIN LATERAL (
                 SELECT id FROM catalog.sku WHERE code = c.code AND kind = 'goods'
                 UNION ALL SELECT id FROM catalog.sku WHERE gtin = c.code AND kind = 'goods' LIMIT 1) k"""
        ),
        {"codes": list(codes)},
    )
    return {row.code: row.id for row in rows}


async def check_listed(session: ReadSession, sku_ids: Sequence[int], quantities: Sequence[int]) -> None:
    """Each SKU once, known, with at least one unit. Errors: `NothingListed`, `ListedTwice`, `UnknownGoods`."""
    if not sku_ids or any(units < 1 for units in quantities):
        raise NothingListed
    rows = await session.execute(
        text("SELECT id, code FROM catalog.sku WHERE id = ANY(:ids) AND kind = 'goods'"), {"ids": list(sku_ids)}
    )
    codes = {row.id: row.code for row in rows}
    seen: set[int] = set()
    for sku_id in sku_ids:
        if sku_id not in codes:
            raise UnknownGoods(code=str(sku_id))
        if sku_id in seen:
            raise ListedTwice(item=codes[sku_id])
        seen.add(sku_id)


def made_number(prefix: str) -> str:
    """A number that survives being read over the phone."""
    return f"{prefix}-{spoken_code(NUMBER_CHARS)}"


async def write_document(
    session: WriteSession, kind: str, store_id: int, *, by: Actor, id: UUID | None = None, reference: str = "", note: str = ""
) -> UUID:
    """The paper that ledger entries will name as their cause. Returns its id."""
    document_id = id or new_id()
    await session.execute(
        text(
            """INSERT INTO inventory.document (store_id, id, kind, reference, note, channel, actor_kind, actor_id)
               VALUES (:store, :id, :kind, :reference, :note, :channel, :actor_kind, :actor_id)"""
        ),
        {
            "store": store_id, "id": document_id, "kind": kind, "reference": reference, "note": note, "channel": by.channel,
            "actor_kind": by.kind, "actor_id": str(by.id) if by.id else None,
        },
    )  # fmt: skip
    return document_id
