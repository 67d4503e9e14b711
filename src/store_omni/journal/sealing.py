"""The chain of facts: each seal holds all that its fact says and the seal before it.

Whoever changes a sealed fact, takes one out or puts one in breaks a seal. Cutting off the chain's end, or sealing all of it
anew, only shows against a head that was written down elsewhere: the worker logs it each hour, the audit prints it.
"""

import hashlib

import asyncpg

COLUMNS = """id, kind, subject_type, subject_id, at, actor_kind, actor_id, from_state, to_state, data::text AS body,
  order_id, customer_id, store_id, channel"""
_NOTHING = (0xFFFFFFFF).to_bytes(4, "big")


def seal(previous: bytes, row: asyncpg.Record) -> bytes:
    """The chain's next link, 32 bytes. `row`: with `COLUMNS`."""
    return _link(previous, *_said(row), row["order_id"], row["customer_id"], row["store_id"], row["channel"])


def first_seal(previous: bytes, row: asyncpg.Record) -> bytes:
    """As facts were sealed at first, without whose they are and where, and with nothing sealed as empty: such facts stand at the
    beginning of older chains."""
    return _link(previous, *(part or "" for part in _said(row)))


def _said(row: asyncpg.Record) -> tuple[bytes | str | None, ...]:
    return (
        row["id"].bytes, row["kind"], row["subject_type"], row["subject_id"], row["at"].isoformat(), row["actor_kind"],
        row["actor_id"], row["from_state"], row["to_state"], row["body"],
    )  # fmt: skip


def _link(previous: bytes, *parts: object) -> bytes:
    digest = hashlib.sha256(previous)
    for part in parts:
        if part is None:
            digest.update(_NOTHING)
        else:
            raw = part if isinstance(part, bytes) else str(part).encode()
            digest.update(len(raw).to_bytes(4, "big") + raw)
    return digest.digest()


class Chain:
    """Goes along the sealed facts in their order and says of each whether it stands as it was sealed."""

    def __init__(self) -> None:
        self._pos, self._previous, self._wholly = 0, b"", False

    def breaks(self, row: asyncpg.Record) -> bool:
        """`row`: with `COLUMNS`, pos, prev_hash and hash."""
        fits = row["hash"] == seal(self._previous, row)
        # Once a fact is sealed wholly, no later one may come with the lesser seal.
        self._wholly = self._wholly or fits
        fits = fits or (not self._wholly and row["hash"] == first_seal(self._previous, row))
        linked = (row["pos"], row["prev_hash"]) == (self._pos + 1, self._previous)
        self._pos, self._previous = row["pos"], row["hash"] or b""
        return not (fits and linked)


async def head(connection: asyncpg.Connection | asyncpg.Pool) -> str | None:
    """The chain's end as it is written down: `position:seal`, the seal in hexadecimal. None while nothing is sealed."""
    row = await connection.fetchrow("SELECT pos, hash FROM journal.fact WHERE pos IS NOT NULL ORDER BY pos DESC LIMIT 1")
    return f"{row['pos']}:{row['hash'].hex()}" if row else None


async def still_holds(connection: asyncpg.Connection, written_down: str) -> bool:
    """Whether the chain still goes through a head of before; that it is whole up to there only `Chain` tells. Errors:
    ValueError for what is no head."""
    before, _, seal_hex = written_down.partition(":")
    pos, wanted = int(before), bytes.fromhex(seal_hex)
    if len(wanted) != hashlib.sha256().digest_size or not 0 < pos < 1 << 63:
        raise ValueError(written_down)
    return await connection.fetchval("SELECT hash FROM journal.fact WHERE pos = $1", pos) == wanted
