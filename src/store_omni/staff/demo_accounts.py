"""Accounts that scripts/demo made: their PIN stands in a file and on a terminal, so they may open no door off this machine."""

import os
from urllib.parse import urlsplit

import asyncpg

from store_omni.outside import is_loopback, is_private
from store_omni.settings import DEMO_MARK

_SHOWN_MAX = 5


async def demo_problem(asked: asyncpg.Connection | asyncpg.Pool, public_url: str, host: str = "127.0.0.1") -> str | None:
    """Why this shop may not be served there, with what to do. The demo itself may be served on a private address: it knows the
    mark that it wrote into its database."""
    places = (urlsplit(public_url).hostname or "", host)
    if all(is_loopback(place) for place in places):
        return None
    rows = await asked.fetch("SELECT login FROM staff.account WHERE demo AND active ORDER BY login")
    if not rows:
        return None
    if all(is_private(place) for place in places) and await _is_the_demo(asked):
        return None
    logins = [row["login"] for row in rows]
    shown = ", ".join(logins[:_SHOWN_MAX]) + (" …" if len(logins) > _SHOWN_MAX else "")
    return (
        f"This database has accounts of a demo ({shown}), whose PIN is no secret: close each with store-omni staff close LOGIN, "
        "or let the shop be reached on this machine only (--host 127.0.0.1 and STORE_OMNI_PUBLIC_URL on localhost)."
    )


async def _is_the_demo(asked: asyncpg.Connection | asyncpg.Pool) -> bool:
    mark = os.environ.get(DEMO_MARK)
    if not mark or not await asked.fetchval("SELECT to_regclass('store_omni_demo.mark') IS NOT NULL"):
        return False
    return bool(await asked.fetchval("SELECT EXISTS (SELECT 1 FROM store_omni_demo.mark WHERE mark = $1)", mark))
