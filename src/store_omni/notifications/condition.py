"""What an operator wants to know at once: does a worker lead, how old is what waits, does mail leave the house."""

import asyncpg
import msgspec

from store_omni.inventory.sealing import STREAMS
from store_omni.journal.beating import DEAD_SECONDS
from store_omni.kit.errors import N_

FAILING_SECONDS = 600
# Facts and deliveries are a worker's work of a second.
LATE_SECONDS = 120

# One look by index for each figure, none of which counts rows: during an outage there are many.
_READ = """
SELECT (SELECT count(*) FROM journal.heartbeat WHERE NOT leads AND beat_at > now() - make_interval(secs => $1)) AS standby,
  extract(epoch FROM now() - l.beat_at)::float AS beat_age, extract(epoch FROM now() - l.since)::float AS leads_for, l.late_seconds,
  coalesce(extract(epoch FROM now() - (
    SELECT min(u.since) FROM unnest($2::text[]) s (name) CROSS JOIN LATERAL (
      SELECT since FROM journal.unsealed WHERE stream = s.name ORDER BY number LIMIT 1) u)), 0)::float AS unsealed,
  coalesce(extract(epoch FROM now() - (SELECT min(next_try_at) FROM journal.delivery WHERE state = 'waiting')), 0)::float AS undelivered
FROM (SELECT 1) one LEFT JOIN LATERAL (
  SELECT * FROM journal.heartbeat WHERE leads ORDER BY beat_at DESC LIMIT 1) l ON true"""

_CHANNELS = """
SELECT m.channel, extract(epoch FROM now() - min(m.next_try_at))::float AS due,
  extract(epoch FROM now() - min(m.created_at) FILTER (WHERE m.problem IN ('unreachable', 'broken')))::float AS troubled,
  extract(epoch FROM now() - (SELECT max(s.settled_at) FROM notifications.message s WHERE s.channel = m.channel AND s.state = 'sent'))
    ::float AS last_sent
FROM notifications.message m WHERE m.state = 'waiting' GROUP BY m.channel"""


class Channel(msgspec.Struct, frozen=True):
    """`due_seconds`: how long the oldest message has been due. `failing_seconds`: since when none has left though one was tried;
    0 where messages leave."""

    name: str
    due_seconds: float
    failing_seconds: float


class Trouble(msgspec.Struct, frozen=True):
    """`title`, `reason`: gettext message ids; the title with `%(long)s`, how long it has been so."""

    code: str
    title: str
    reason: str
    minutes: int

    def sentence(self) -> str:
        """In English, for the operator."""
        long = f"{self.minutes // 60} hours" if self.minutes >= 120 else f"{self.minutes} minutes"
        return f"{self.title} {self.reason}" % {"long": long}


class Condition(msgspec.Struct, frozen=True):
    """Ages in seconds, by the database's clock. `beat_age`, `leads_for` None: no worker has ever led."""

    beat_age: float | None
    leads_for: float | None
    late: float
    standby: int
    unsealed: float
    undelivered: float
    channels: tuple[Channel, ...]

    @property
    def leads(self) -> bool:
        return self.beat_age is not None and self.beat_age < DEAD_SECONDS

    def troubles(self, *, watched_seconds: float | None = None) -> list[Trouble]:
        """Worst first. `watched_seconds`: since when the asker looks: without a worker's trace there was none for that time."""
        found = []
        if self.beat_age is None:
            if watched_seconds is None or watched_seconds >= DEAD_SECONDS:
                found.append(_trouble("never_worked", 0))
        elif not self.leads:
            found.append(_trouble("no_worker", self.beat_age))
        for channel in self.channels:
            if channel.failing_seconds >= FAILING_SECONDS:
                code = "mail_failing" if channel.name == "email" else "texts_failing"
                found.append(_trouble(code, channel.failing_seconds))
        if self.leads and (late := max(self.unsealed, self.undelivered, self.late)) >= LATE_SECONDS:
            found.append(_trouble("worker_late", late))
        return found


_WORDS = {
    "never_worked": (
        N_("Background work has not begun yet."),
        N_("Nobody is told about orders, and holds and pickup times do not end. The operator must start a worker."),
    ),
    "no_worker": (
        N_("No background work has been done for %(long)s."),
        N_("Nobody is told about orders, and holds and pickup times do not end. The operator must start a worker."),
    ),
    "mail_failing": (
        N_("No mail has left for %(long)s."),
        N_("Mails wait and go out by themselves once the mail server answers. The operator must look at it."),
    ),
    "texts_failing": (
        N_("No text message has left for %(long)s."),
        N_("They go out by themselves once the gateway answers; codes run out meanwhile. The operator must look at it."),
    ),
    "worker_late": (
        N_("Background work is %(long)s behind."),
        N_("Notices to customers are late. The operator must look at the worker and the database."),
    ),
}


def _trouble(code: str, seconds: float) -> Trouble:
    title, reason = _WORDS[code]
    return Trouble(code, title, reason, int(seconds // 60))


async def read_condition(connection: asyncpg.Connection | asyncpg.Pool) -> Condition:
    row = await connection.fetchrow(_READ, float(DEAD_SECONDS), [stream.name for stream in STREAMS])
    assert row is not None
    channels = []
    for one in await connection.fetch(_CHANNELS):
        troubled, last_sent = one["troubled"] or 0.0, one["last_sent"]
        # One address that never answers is not the mail server's failure while other messages leave.
        failing = troubled if last_sent is None else min(troubled, last_sent)
        channels.append(Channel(one["channel"], max(0.0, one["due"]), failing))
    return Condition(
        row["beat_age"], row["leads_for"], row["late_seconds"] or 0.0, row["standby"], max(0.0, row["unsealed"]),
        max(0.0, row["undelivered"]), tuple(channels),
    )  # fmt: skip
