"""Who else may see an order: the browser that placed it, that came by the mailed one-time link, or by a mailed code."""

import hashlib
import hmac
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession
from store_omni.kit.ids import new_id, secret_token, token_hash
from store_omni.orders.errors import CodeWrong, LinkSpent, LookupOver

LINK_DAYS = 14
VIEWER_DAYS = 30
CODE_DIGITS = 6
CODE_TRIES_MAX = 5
CODE_MINUTES = 10


class Challenge(msgspec.Struct, frozen=True):
    """A look-up that waits for its code. `tries_left` of five."""

    id: UUID
    tries_left: int


async def make_order_link(session: WriteSession, order_id: UUID) -> str:
    """A token for `/o/{token}`: 128 random bits, used once, two weeks long. Only its hash is kept."""
    token = secret_token()
    await session.execute(
        text(
            """INSERT INTO orders.order_link (token_hash, order_id, expires_at)
               VALUES (:hash, :order, now() + make_interval(days => :days))"""
        ),
        {"hash": token_hash(token), "order": order_id, "days": LINK_DAYS},
    )
    return token


_OPEN_LINK = """
WITH link AS (
  UPDATE orders.order_link SET used_at = now()
  WHERE token_hash = $1 AND used_at IS NULL AND expires_at > now() RETURNING order_id
), seen AS (
  INSERT INTO orders.order_viewer (viewer_hash, order_id, expires_at)
  SELECT $2, order_id, now() + make_interval(days => $3) FROM link
  ON CONFLICT (viewer_hash, order_id) DO UPDATE SET expires_at = excluded.expires_at
)
SELECT o.number FROM link JOIN orders."order" o ON o.id = link.order_id"""

_LINK_ORDER = """
SELECT o.number, l.used_at IS NULL AND l.expires_at > now() AS alive,
       EXISTS (SELECT 1 FROM orders.order_viewer v
               WHERE v.order_id = o.id AND v.viewer_hash = $2 AND v.expires_at > now()) AS seen
FROM orders.order_link l JOIN orders."order" o ON o.id = l.order_id WHERE l.token_hash = $1"""


async def open_link(pool: asyncpg.Pool, token: str, *, viewer: str) -> str:
    """Uses the link up and lets this browser see its order. Returns the order's number. A browser that may see it
    already may press again. Errors: `LinkSpent`."""
    hashes = (token_hash(token), token_hash(viewer))
    number = await pool.fetchval(_OPEN_LINK, *hashes, VIEWER_DAYS)
    if number is not None:
        return number
    row = await pool.fetchrow(_LINK_ORDER, *hashes)
    if row is not None and row["seen"]:
        return row["number"]
    raise LinkSpent(next_url="/orders/lookup")


async def link_alive(pool: asyncpg.Pool, token: str, *, viewer: str | None) -> bool:
    """Would pressing the button work? Looking changes nothing, because mail scanners look first."""
    row = await pool.fetchrow(_LINK_ORDER, token_hash(token), token_hash(viewer or ""))
    return row is not None and (row["alive"] or row["seen"])


def lookup_code(secret: str, challenge_id: UUID) -> str:
    """The six digits that go with a challenge, for the mail and for the check; nowhere stored. `secret`: hex."""
    digest = hmac.new(bytes.fromhex(secret), b"lookup:" + challenge_id.bytes, hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


async def ask_for_code(session: WriteSession, *, number: str, last_four: str, by: Actor) -> UUID:
    """A challenge for an order number, as it is written, and the last four digits of its phone. Whether they match shows nowhere: the
    row is made and the answer is the same; only where they do, the fact that sends the mail is recorded."""
    challenge_id = new_id()
    row = (
        await session.execute(
            text(
                """INSERT INTO orders.lookup_challenge (id, order_id, expires_at)
                   VALUES (:id, (SELECT o.id FROM orders."order" o WHERE o.number = :number
                                   AND o.contact_phone IS NOT NULL AND right(o.contact_phone, 4) = :four),
                           now() + make_interval(mins => :minutes))
                   RETURNING order_id, (SELECT o.customer_id FROM orders."order" o WHERE o.number = :number)"""
            ),
            {"id": challenge_id, "number": number, "four": last_four, "minutes": CODE_MINUTES},
        )
    ).one()
    if row.order_id is not None:
        subject = Subject("order", row.order_id, row.order_id, row[1])
        await record(session, "order.lookup_requested", subject, by=by, data={"challenge_id": str(challenge_id)})
    return challenge_id


_LOOK = """
SELECT id, $2 - tries FROM orders.lookup_challenge WHERE id = $1 AND solved_at IS NULL AND expires_at > now() AND tries < $2"""
_TRY = """
UPDATE orders.lookup_challenge SET tries = tries + 1
WHERE id = $1 AND solved_at IS NULL AND expires_at > now() AND tries < $2 RETURNING order_id, $2 - tries AS tries_left"""
_SOLVE = """
WITH solved AS (
  UPDATE orders.lookup_challenge SET solved_at = now() WHERE id = $1 AND solved_at IS NULL RETURNING order_id
), seen AS (
  INSERT INTO orders.order_viewer (viewer_hash, order_id, expires_at)
  SELECT $2, order_id, now() + make_interval(days => $3) FROM solved
  ON CONFLICT (viewer_hash, order_id) DO UPDATE SET expires_at = excluded.expires_at
)
SELECT o.number FROM solved JOIN orders."order" o ON o.id = solved.order_id"""


async def open_challenge(pool: asyncpg.Pool, challenge_id: UUID) -> Challenge:
    """Errors: `LookupOver` when it ran out, was solved, or five tries are gone."""
    row = await pool.fetchrow(_LOOK, challenge_id, CODE_TRIES_MAX)
    if row is None:
        raise LookupOver(next_url="/orders/lookup")
    return Challenge(row[0], row[1])


async def solve(pool: asyncpg.Pool, challenge_id: UUID, *, code: str, secret: str, viewer: str) -> str:
    """Lets this browser see the order. Returns its number. The try counts before the code is looked at, and stays.

    Errors: `CodeWrong` (with the tries left), `LookupOver`.
    """
    row = await pool.fetchrow(_TRY, challenge_id, CODE_TRIES_MAX)
    if row is None:
        raise LookupOver(next_url="/orders/lookup")
    typed = "".join(character for character in code if character.isdigit())
    right = hmac.compare_digest(typed.encode(), lookup_code(secret, challenge_id).encode())
    if not right or row["order_id"] is None:
        if row["tries_left"] == 0:
            raise LookupOver(next_url="/orders/lookup")
        raise CodeWrong(left=row["tries_left"])
    number = await pool.fetchval(_SOLVE, challenge_id, token_hash(viewer), VIEWER_DAYS)
    if number is None:
        raise LookupOver(next_url="/orders/lookup")
    return number
