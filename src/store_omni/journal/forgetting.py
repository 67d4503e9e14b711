"""Old looks at people's records are forgotten: whole sealed spans of them, by a role that may do nothing else. Their seals stay, and a
fact says which rows are gone, so that the chain still holds and nobody can take out a single look."""

from datetime import timedelta

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import SYSTEM
from store_omni.journal.recording import Subject, record
from store_omni.journal.sealing import LOOKS, REMOVED
from store_omni.kit.database import Sessions, writing

# Who looked at whom has to be provable for two years.
DAYS_MIN = 730

# The oldest span that is still there, with its newest row.
_OLDEST = text(
    """SELECT s.first, s.last, s.keys, (SELECT max(a.at) FROM journal.access a WHERE a.id = ANY (s.keys::uuid[])) AS newest,
              now() - CAST(:kept AS interval) AS limit
       FROM journal.seal s WHERE s.stream = :stream AND NOT EXISTS (
         SELECT FROM journal.fact r WHERE r.kind = :removed AND r.subject_type = 'seal' AND r.subject_id = s.stream || ':' || s.last)
       ORDER BY s.last LIMIT 1"""
)
_FORGET = text("DELETE FROM journal.access WHERE id = ANY (CAST(:keys AS uuid[])) RETURNING 1")


class Forgotten(msgspec.Struct, frozen=True):
    spans: int
    looks: int


async def forget_looks(sessions: Sessions, *, older_than: timedelta) -> Forgotten:
    """Span by span from the oldest on, each in a transaction of its own, up to the first with a younger look."""
    spans = looks = 0
    while True:
        async with sessions.begin() as session:
            values = {"stream": LOOKS.name, "removed": REMOVED, "kept": older_than}
            span = (await session.execute(_OLDEST, values)).one_or_none()
            if span is None or span.newest is None or span.newest >= span.limit:
                return Forgotten(spans, looks)
            gone = len((await session.execute(_FORGET, {"keys": span.keys})).all())
            subject = Subject("seal", f"{LOOKS.name}:{span.last}")
            await record(writing(session), REMOVED, subject, by=SYSTEM, data={"first": span.first, "last": span.last})
        spans, looks = spans + 1, looks + gone
