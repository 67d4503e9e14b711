"""A database that a demo made."""

import asyncpg

from store_omni.demo.owning import READABLE, marking
from store_omni.kit.postgres.initialising import owner_of


async def mark(url: str, value: str) -> None:
    """As scripts/demo marks a database that it has just made. `value`: 32 hex digits."""
    owner = await asyncpg.connect(owner_of(url))
    try:
        await owner.execute(f"{marking(value)} {READABLE}")
    finally:
        await owner.close()
