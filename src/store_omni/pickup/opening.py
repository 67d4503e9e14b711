"""What a code would open, read in one round trip. It is spent only inside the handover."""

from uuid import UUID

import asyncpg
import msgspec

from store_omni.kit.errors import NotAllowed, NotFound, SignInNeeded
from store_omni.kit.ids import token_hash
from store_omni.kit.signing import Signer
from store_omni.passes.codes import read_code
from store_omni.passes.errors import PassInvalid
from store_omni.passes.verifying import judge
from store_omni.pickup.opening_sql import OPENED


class OpenedLine(msgspec.Struct, frozen=True):
    """`qty`: ordered and not cancelled; `qty_picked`: of them in the bags."""

    line_no: int
    sku: str
    name_ko: str
    name_en: str
    qty: int
    qty_picked: int


class Opened(msgspec.Struct, frozen=True):
    """`state`: of the pickup; it is handed over when it is ready_for_pickup. `shelf`: where its bags wait. `due_minor`: to be paid
    before it is handed over. No name, no address: the person with the code need not be the buyer."""

    pickup_id: UUID
    number: str
    state: str
    shelf: str | None
    currency: str
    due_minor: int
    lines: list[OpenedLine]


async def what_opens(pool: asyncpg.Pool, signer: Signer, token: str, *, store: str, code: str) -> Opened:
    """For a service with `pickups:work` at `store` (its code).

    Errors: `SignInNeeded`, `NotAllowed`, `NotFound` for another store; every `PassRefused` as of `passes.verifying.verify`.
    """
    read = read_code(signer, code)
    rows = await pool.fetch(OPENED, token_hash(token), store, read.store_id, read.pass_id)
    if not rows:
        raise SignInNeeded
    first = rows[0]
    if not first["may"]:
        raise NotAllowed
    if first["at_store"] is None:
        raise NotFound
    known = judge(read, first if first["id"] is not None else None, purposes=("pickup",), at_store=first["at_store"])
    if first["number"] is None:
        raise PassInvalid
    due = sum(row["qty_left"] * row["unit_price_minor"] for row in rows) if first["charge_state"] == "due" else 0
    lines = [
        OpenedLine(row["line_no"], row["sku"], row["name_ko"], row["name_en"], row["qty_left"], row["qty_picked"] or 0)
        for row in rows
    ]
    return Opened(known.subject_id, first["number"], first["state"], first["staging_code"], first["currency"], due, lines)
