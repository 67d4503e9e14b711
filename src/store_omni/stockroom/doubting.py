"""Doubting a figure: a clerk did not find what the books say is there."""

from datetime import datetime

from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.kit.database import WriteSession
from store_omni.stockroom.tasks import Open, open_tasks_for


async def doubt(session: WriteSession, store_id: int, sku_id: int, *, units: int, reason: str, by: Actor) -> None:
    """Counts a short pick against the figure's trust and opens a recount task, or adds to the open one.

    Call it after the level was moved, under whose lock it stands.
    """
    await session.execute(
        text(
            """INSERT INTO stockroom.trust (store_id, sku_id, short_picks, last_short_at)
               VALUES (:store, :sku, 1, clock_timestamp())
               ON CONFLICT (store_id, sku_id) DO UPDATE SET short_picks = trust.short_picks + 1, last_short_at = clock_timestamp()"""
        ),
        {"store": store_id, "sku": sku_id},
    )
    await open_tasks_for(session, [Open(store_id, sku_id, "recount", units, reason)], by=by)


async def trust_counted(session: WriteSession, store_id: int, lines: list[tuple[int, datetime]]) -> None:
    """These (SKU, when) were counted: what spoke against the figures before is over, what came up since is not."""
    for sku_id, at in sorted(lines, key=lambda line: line[0]):
        await session.execute(
            text(
                """INSERT INTO stockroom.trust (store_id, sku_id, counted_at, stated_at) VALUES (:store, :sku, :at, :at)
                   ON CONFLICT (store_id, sku_id) DO UPDATE SET
                     counted_at = greatest(trust.counted_at, excluded.counted_at),
                     stated_at = greatest(trust.stated_at, excluded.stated_at),
                     short_picks = CASE WHEN trust.last_short_at > excluded.counted_at THEN trust.short_picks ELSE 0 END"""
            ),
            {"store": store_id, "sku": sku_id, "at": at},
        )


async def trust_stated(session: WriteSession, store_id: int, lines: list[tuple[int, datetime]]) -> None:
    """The till said what it believed in at these moments: sales of before are in the figure. Nobody counted, so trust
    in it does not rise."""
    for sku_id, at in sorted(lines, key=lambda line: line[0]):
        await session.execute(
            text(
                """INSERT INTO stockroom.trust (store_id, sku_id, stated_at) VALUES (:store, :sku, :at)
                   ON CONFLICT (store_id, sku_id) DO UPDATE SET stated_at = greatest(trust.stated_at, excluded.stated_at)"""
            ),
            {"store": store_id, "sku": sku_id, "at": at},
        )
