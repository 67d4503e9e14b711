from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from store_omni.kit.database import Base, Long, Xid8

LEDGER_KINDS = (
    "opening", "receive", "hold", "allocate", "release", "hand_over", "sell", "return",
    "adjust", "damage", "transfer_out", "transfer_in", "count",
)  # fmt: skip
# What a ledger entry points at: the promise it made or ended, or the document that says what happened to the goods.
CAUSES = "num_nonnulls(allocation_id, hold_id, document_id) = 1"


class StockLevel(Base):
    """The balance of one SKU in one store. Moves only by `inventory.post`, together with its ledger entry.

    `short` is a recorded deficit: a truth (count, damage, late till sale) found fewer units than were promised.
    """

    __tablename__ = "stock_level"
    __table_args__ = (
        CheckConstraint(
            "on_hand >= 0 AND allocated >= 0 AND reserved >= 0 AND short >= 0 AND in_transit >= 0 AND quarantine >= 0",
            name="no_negative",
        ),
        CheckConstraint("allocated + reserved <= on_hand + short", name="no_oversell"),
        Index("ix_stock_level_sku_id", "sku_id", "store_id"),
        {"schema": "inventory"},
    )

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.store.id"), primary_key=True)
    sku_id: Mapped[int] = mapped_column(ForeignKey("catalog.sku.id"), primary_key=True)
    on_hand: Mapped[int] = mapped_column(server_default="0")
    allocated: Mapped[int] = mapped_column(server_default="0")
    reserved: Mapped[int] = mapped_column(server_default="0")
    short: Mapped[int] = mapped_column(server_default="0")
    in_transit: Mapped[int] = mapped_column(server_default="0")
    quarantine: Mapped[int] = mapped_column(server_default="0")
    version: Mapped[Long] = mapped_column(server_default="0")
    changed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class LedgerEntry(Base):
    """One movement. (store, SKU, version) is the key: a level's history has no gap and no fork.

    `allocation_id`, `hold_id` or `document_id`: its cause in this room, exactly one. `cause_*`: what made that happen (an
    order, a handover, a return), by its id in its own room. `at`: taken under the level's row lock, so it rises with
    `version`. `tx`: the writing transaction, by which the changes that became visible since are found.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "sku_id"], ["inventory.stock_level.store_id", "inventory.stock_level.sku_id"]),
        CheckConstraint("kind IN (" + ",".join(f"'{kind}'" for kind in LEDGER_KINDS) + ")", name="kind"),
        ForeignKeyConstraint(["store_id", "allocation_id"], ["inventory.allocation.store_id", "inventory.allocation.id"]),
        ForeignKeyConstraint(["store_id", "hold_id"], ["inventory.hold.store_id", "inventory.hold.id"]),
        ForeignKeyConstraint(["store_id", "document_id"], ["inventory.document.store_id", "inventory.document.id"]),
        CheckConstraint("kind NOT IN ('adjust','damage') OR reason <> ''", name="reason"),
        CheckConstraint(CAUSES, name="cause"),
        Index("ix_ledger_entry_cause", "cause_id"),
        Index("ix_ledger_entry_at", "store_id", "at"),
        Index("ix_ledger_entry_tx", "tx"),
        {"schema": "inventory"},
    )

    store_id: Mapped[int] = mapped_column(primary_key=True)
    sku_id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[Long] = mapped_column(primary_key=True)
    kind: Mapped[str]
    d_on_hand: Mapped[int] = mapped_column(server_default="0")
    d_allocated: Mapped[int] = mapped_column(server_default="0")
    d_reserved: Mapped[int] = mapped_column(server_default="0")
    d_short: Mapped[int] = mapped_column(server_default="0")
    d_in_transit: Mapped[int] = mapped_column(server_default="0")
    d_quarantine: Mapped[int] = mapped_column(server_default="0")
    allocation_id: Mapped[UUID | None]
    hold_id: Mapped[UUID | None]
    document_id: Mapped[UUID | None]
    cause_type: Mapped[str]
    cause_id: Mapped[UUID | None]
    operation_id: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(server_default="")
    channel: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    tx: Mapped[str] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))


class Document(Base):
    """What happened to goods in a store, as somebody stated it: a receipt of goods, a transfer, a count, an adjustment, a
    till's sales, a return taken in, an import. `reference`: its number outside (delivery note, till receipt)."""

    __tablename__ = "document"
    __table_args__ = (Index("ix_document_at", "store_id", text("at DESC")), {"schema": "inventory"})

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.store.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    reference: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
    channel: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class Hold(Base):
    """Units kept for somebody who is about to order, until `expires_at` by the database's clock; one extension.

    Caps against hoarding count a person's active holds by customer, phone and device; of the latter two only digests
    are kept."""

    __tablename__ = "hold"
    __table_args__ = (
        CheckConstraint("state IN ('active','used','released','expired')", name="state"),
        CheckConstraint("extensions BETWEEN 0 AND 1", name="extensions"),
        Index("ix_hold_expires_at", "expires_at", postgresql_where=text("state = 'active'")),
        Index("ix_hold_customer_id", "customer_id", postgresql_where=text("state = 'active'")),
        Index("ix_hold_phone_hash", "phone_hash", postgresql_where=text("state = 'active'")),
        Index("ix_hold_device_hash", "device_hash", postgresql_where=text("state = 'active'")),
        {"schema": "inventory"},
    )

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.store.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(server_default="active")
    channel: Mapped[str]
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.customer.id"))
    phone_hash: Mapped[bytes | None]
    device_hash: Mapped[bytes | None]
    expires_at: Mapped[datetime]
    extensions: Mapped[int] = mapped_column(server_default="0")
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    ended_at: Mapped[datetime | None]


class HoldLine(Base):
    """Units of one SKU in a hold (of a bundle: of its parts). They are `reserved` while the hold is active."""

    __tablename__ = "hold_line"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "hold_id"], ["inventory.hold.store_id", "inventory.hold.id"]),
        ForeignKeyConstraint(["store_id", "sku_id"], ["inventory.stock_level.store_id", "inventory.stock_level.sku_id"]),
        CheckConstraint("qty > 0", name="qty"),
        Index("ix_hold_line_sku", "store_id", "sku_id"),
        {"schema": "inventory"},
    )

    store_id: Mapped[int] = mapped_column(primary_key=True)
    hold_id: Mapped[UUID] = mapped_column(primary_key=True)
    sku_id: Mapped[int] = mapped_column(primary_key=True)
    qty: Mapped[int]


class Allocation(Base):
    """Units promised to one placed order line. Active until released or handed over; a partial use splits the row."""

    __tablename__ = "allocation"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "sku_id"], ["inventory.stock_level.store_id", "inventory.stock_level.sku_id"]),
        CheckConstraint("qty > 0", name="qty"),
        CheckConstraint("state IN ('active','released','consumed')", name="state"),
        Index("ix_allocation_active", "store_id", "sku_id", postgresql_where=text("state = 'active'")),
        {"schema": "inventory"},
    )

    store_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    sku_id: Mapped[int]
    qty: Mapped[int]
    state: Mapped[str] = mapped_column(server_default="active")
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class SellingRule(Base):
    """How a channel may sell a SKU at a store: safety stock held back, below which figure we say "few left", closed.
    A missing row means nothing held back, few below 4, and is version 0. `version` rises with every change, by trigger."""

    __tablename__ = "selling_rule"
    __table_args__ = (
        CheckConstraint("safety >= 0 AND few_below >= 0", name="not_negative"),
        {"schema": "inventory"},
    )

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.store.id"), primary_key=True)
    sku_id: Mapped[int] = mapped_column(ForeignKey("catalog.sku.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    safety: Mapped[int] = mapped_column(server_default="0")
    few_below: Mapped[int] = mapped_column(server_default="4")
    closed: Mapped[bool] = mapped_column(server_default="false")
    version: Mapped[int] = mapped_column(server_default="1")


class SellingRuleVersion(Base):
    """Every rule there ever was, append-only and written by trigger: an answer of before can be rebuilt with the rule
    of then. `removed`: from this version on there is none."""

    __tablename__ = "selling_rule_version"
    __table_args__ = (Index("ix_selling_rule_version_tx", "tx"), {"schema": "inventory"})

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.store.id"), primary_key=True)
    sku_id: Mapped[int] = mapped_column(ForeignKey("catalog.sku.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    safety: Mapped[int]
    few_below: Mapped[int]
    closed: Mapped[bool]
    removed: Mapped[bool] = mapped_column(server_default="false")
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    tx: Mapped[str] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))


class Notice(Base):
    """Written by trigger: something besides stock and selling rules changed what is shown of a SKU, its trust or its place in the
    range. `sku_id` None: of all of them. Only for those who keep what they show; gone after a day."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_tx", "tx"), {"schema": "inventory"})

    id: Mapped[Long] = mapped_column(Identity(always=True), primary_key=True)
    sku_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    tx: Mapped[str] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))
