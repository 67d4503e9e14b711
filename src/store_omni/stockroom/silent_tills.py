"""Tills that have not said for a day that all their sales are in: figures of their store are trusted less until they do, or until
a manager says that the till is gone."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.stockroom.errors import TillReports
from store_omni.stockroom.hearing_tills import NEVER_HEARD
from store_omni.stockroom.listing import check_reach

# As `stockroom.silent_stores` has it.
SILENT = "f.heard_at < now() - interval '24 hours'"


class SilentTill(msgspec.Struct, frozen=True):
    """`heard_at`: when it last said that it has reported everything; None: it never did."""

    store_id: int
    store_code: str
    store_name_ko: str
    store_name_en: str
    till: str
    heard_at: datetime | None


async def silent_tills(
    session: ReadSession, store_id: int | None = None, *, among: Sequence[int] | None = None
) -> list[SilentTill]:
    """Of one store or all, the longest silence first."""
    rows = await session.execute(
        text(
            f"""SELECT s.id, s.code, s.name_ko, s.name_en, f.till, nullif(f.heard_at, CAST(:never AS timestamptz))
                FROM stockroom.till_feed f JOIN stores.store s ON s.id = f.store_id AND s.active
                WHERE (CAST(:store AS int) IS NULL OR f.store_id = :store)
                AND (CAST(:among AS int[]) IS NULL OR f.store_id = ANY (CAST(:among AS int[]))) AND {SILENT} ORDER BY f.heard_at, s.code, f.till"""
        ),
        {"store": store_id, "among": among, "never": NEVER_HEARD},
    )
    return [SilentTill(*row) for row in rows]


async def retire_till(session: WriteSession, store_id: int, till: str, *, by: Actor) -> None:
    """Nobody waits for this till any longer; should it report again, it is listened to as before. Retired twice, it is retired once.
    Errors: `TillReports`, `NotFound` (store out of reach)."""
    check_reach(store_id, by)
    keys = {"store": store_id, "till": till}
    gone = await session.scalar(
        text(
            f"""DELETE FROM stockroom.till_feed f WHERE f.store_id = :store AND f.till = :till AND {SILENT} AND NOT EXISTS (
                  SELECT 1 FROM stockroom.till_report r
                  WHERE r.store_id = f.store_id AND r.till = f.till AND r.at > now() - interval '24 hours')
                RETURNING 1"""
        ),
        keys,
    )
    if gone:
        await record(session, "stock.till_retired", Subject("till", f"{store_id}/{till}", store_id=store_id), by=by)
    elif await session.scalar(text("SELECT 1 FROM stockroom.till_feed WHERE store_id = :store AND till = :till"), keys):
        raise TillReports(till=till)
