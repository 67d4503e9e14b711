"""Who signed in, and who failed to: what a manager reads."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.kit.database import ReadSession
from store_omni.kit.ids import first_id_at, keyed_hash

PAGE_ROWS = 50


class TryView(msgspec.Struct, frozen=True):
    """`name` and `login` are empty for a number that no account has. `times`: how often this unknown number was tried."""

    id: UUID
    at: datetime
    name: str
    login: str
    role: str
    outcome: str
    way: str
    face: str
    source: str
    known_device: bool


class Tries(msgspec.Struct, frozen=True):
    """Newest first. `next_before`: the id to ask the next page with, None at the end."""

    rows: list[TryView]
    next_before: UUID | None


_TRIES = """SELECT t.id, t.at, coalesce(a.name, ''), coalesce(a.login, ''), coalesce(a.role, ''), t.outcome, t.way, t.face, t.source,
  t.known_device FROM staff.sign_in_try t LEFT JOIN staff.account a ON a.id = t.account_id
  WHERE {where} ORDER BY t.id DESC LIMIT :limit"""


async def tries(
    session: ReadSession, *, by: Actor, person: str, day: datetime | None, only_failed: bool, key: str, before: UUID | None = None
) -> Tries:
    """A manager of some stores reads of their clerks and of herself; unknown numbers belong to no store. `person`: a staff number or name; a number that no account has is found by its hash under `key`. `day`: its midnight."""
    where, values = ["true"], dict[str, object]({"limit": PAGE_ROWS + 1})
    if by.store_ids is not None:
        where.append("(a.store_id = ANY (:stores) OR a.id = :me)")
        values |= {"stores": list(by.store_ids), "me": by.id}
    if person:
        where.append("(a.login = lower(:person) OR a.name = :person OR t.login_hash = :hash)")
        values |= {"person": person, "hash": keyed_hash(key, person.lower())}
    if day is not None:
        where.append("t.id >= :first AND t.id < :next")
        values |= {"first": first_id_at(day), "next": first_id_at(day + timedelta(days=1))}
    if only_failed:
        where.append("t.outcome <> 'signed_in'")
    if before is not None:
        where.append("t.id < :before")
        values["before"] = before
    found = [TryView(*row) for row in await session.execute(text(_TRIES.format(where=" AND ".join(where))), values)]
    return Tries(found[:PAGE_ROWS], found[PAGE_ROWS - 1].id if len(found) > PAGE_ROWS else None)
