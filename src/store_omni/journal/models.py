"""What happened, who may read it where, and who looked. Append-only, held by triggers in the migration."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Identity, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from store_omni.kit.database import Base, Long


class Fact(Base):
    """One thing that happened. Holds ids and states only, no names or addresses, so erasure never touches it.

    Its place in the order of all facts stands in its `Seal`, so that the row itself is never changed.
    """

    __tablename__ = "fact"
    __table_args__ = (
        Index("ix_fact_subject", "subject_type", "subject_id"),
        Index("ix_fact_order_id", "order_id"),
        {"schema": "journal"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    kind: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[str]
    order_id: Mapped[UUID | None]
    customer_id: Mapped[UUID | None]
    store_id: Mapped[int | None]
    channel: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[str | None]
    from_state: Mapped[str | None]
    to_state: Mapped[str | None]
    data: Mapped[dict] = mapped_column(server_default=text("'{}'::jsonb"))


class Seal(Base):
    """Up to 1,000 rows of one stream (facts, looks, ledger) that cannot be changed, taken out or added to unseen.

    `keys`: of the rows, in their order; their places are `first` to `last`, without a gap from one seal to the next. `hash`:
    SHA-256 over the hash of the seal before and what each row says.
    """

    __tablename__ = "seal"
    __table_args__ = {"schema": "journal"}

    stream: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[Long] = mapped_column(primary_key=True)
    first: Mapped[Long]
    keys: Mapped[list[str]] = mapped_column(ARRAY(Text))
    hash: Mapped[bytes]
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class Unsealed(Base):
    """A row that waits for its seal: a trigger notes it in the transaction that writes it. Claimed from here and never by "number
    greater than the last one seen": transactions commit in another order than they draw their numbers, and a row that commits late
    would be passed over for ever."""

    __tablename__ = "unsealed"
    __table_args__ = {"schema": "journal"}

    stream: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[Long] = mapped_column(Identity(always=True), primary_key=True)
    key: Mapped[str]
    since: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class Entry(Base):
    """One line of the timeline, ready to be shown: the read model of facts. A merge re-points it, erasure blanks it."""

    __tablename__ = "entry"
    __table_args__ = (
        CheckConstraint("access_class IN ('order','care','browse','staff_only')", name="access_class"),
        Index("ix_entry_customer", "customer_id", text("occurred_at DESC"), text("id DESC")),
        Index("ix_entry_order", "order_id", text("occurred_at DESC"), text("id DESC")),
        Index("ix_entry_fact_id", "fact_id"),
        {"schema": "journal"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    fact_id: Mapped[UUID]
    customer_id: Mapped[UUID | None]
    origin_customer_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    kind: Mapped[str]
    access_class: Mapped[str]
    order_id: Mapped[UUID | None]
    store_id: Mapped[int | None]
    channel: Mapped[str]
    actor_kind: Mapped[str]
    actor_label: Mapped[str]
    display: Mapped[dict] = mapped_column(server_default=text("'{}'::jsonb"))


class Access(Base):
    """A person of staff looked at a customer's record: who, when, from where, whose, for what task. Or asked for one that was not
    found: then `question` is its kind, and `question_hash` a keyed hash of what was typed."""

    __tablename__ = "access"
    __table_args__ = (
        Index("ix_access_customer", "customer_id", text("at DESC")),
        Index("ix_access_staff", "staff_id", text("at DESC")),
        {"schema": "journal"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    staff_id: Mapped[UUID]
    staff_role: Mapped[str]
    store_id: Mapped[int | None]
    customer_id: Mapped[UUID | None]
    order_id: Mapped[UUID | None]
    task: Mapped[str]
    source: Mapped[str]
    question: Mapped[str | None]
    question_hash: Mapped[bytes | None]


class Operation(Base):
    """A command that took effect, by the key its client made, so that a retry gets the first answer. Kept 72 hours."""

    __tablename__ = "operation"
    __table_args__ = (Index("ix_operation_at", "at"), {"schema": "journal"})

    actor: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[bytes]
    result: Mapped[dict]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class Delivery(Base):
    """A fact on its way to one consumer (mail, live screens …)."""

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint("state IN ('waiting','done','failed')", name="state"),
        Index("ix_delivery_due", "consumer", "next_try_at", postgresql_where=text("state = 'waiting'")),
        {"schema": "journal"},
    )

    fact_id: Mapped[UUID] = mapped_column(primary_key=True)
    consumer: Mapped[str] = mapped_column(primary_key=True)
    pos: Mapped[Long]
    state: Mapped[str] = mapped_column(server_default="waiting")
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_try_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_error: Mapped[str | None]


class Tries(Base):
    """How often something guessable was tried in a window. Unlogged: after a crash everybody starts afresh."""

    __tablename__ = "tries"
    __table_args__ = {"schema": "journal", "prefixes": ["UNLOGGED"]}

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    since: Mapped[datetime] = mapped_column(server_default=func.now())


class Heartbeat(Base):
    """A worker lives. `since`: it leads, or waits to lead, since then. `late_seconds`: how long its latest job is overdue."""

    __tablename__ = "heartbeat"
    __table_args__ = {"schema": "journal"}

    host: Mapped[str] = mapped_column(primary_key=True)
    pid: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str]
    leads: Mapped[bool]
    since: Mapped[datetime] = mapped_column(server_default=func.now())
    beat_at: Mapped[datetime] = mapped_column(server_default=func.now())
    late_seconds: Mapped[float] = mapped_column(server_default="0")


class KeyPrint(Base):
    """A key that the hosts of this database hold: `forms`, `pass:1` …; `print` tells it from others and does not give it away."""

    __tablename__ = "key_print"
    __table_args__ = {"schema": "journal"}

    name: Mapped[str] = mapped_column(primary_key=True)
    print: Mapped[str]
    noted_at: Mapped[datetime] = mapped_column(server_default=func.now())
