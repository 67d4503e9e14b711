"""A second person signs with number and PIN where somebody else is signed in."""

from uuid import UUID

import asyncpg

from store_omni.kit.database import Sessions
from store_omni.staff.errors import DecideInTheOffice, WrongSecret
from store_omni.staff.noting import Try
from store_omni.staff.signing_in import check_secret


async def confirm_manager(pool: asyncpg.Pool, sessions: Sessions, attempt: Try, secret: str, *, store_id: int) -> UUID:
    """The manager's account, with the limits and notes of a sign-in but no session. A manager of other stores gets the answer of a
    wrong PIN. Errors: `WrongSecret`, `TooManyTries`, `TooBusy`,
    `DecideInTheOffice`."""
    _, row = await check_secret(pool, sessions, attempt, secret)
    if row["has_code"]:
        # This screen asks for no second code, so a manager who has one decides where it was given.
        raise DecideInTheOffice
    theirs = await pool.fetchval(
        "SELECT store_ids IS NULL OR $2 = ANY (store_ids) FROM staff.account WHERE id = $1", row["id"], store_id
    )
    if not theirs:
        raise WrongSecret
    return row["id"]
