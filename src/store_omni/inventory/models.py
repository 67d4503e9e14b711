from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from store_omni.kit.database import Base, Long

LEDGER_KINDS = (
    "opening", "receive", "allocate", "release", "hand_over", "sell", "return",
    "adjust", "damage", "transfer_out", "transfer_in", "count",
)  # fmt: skip


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
    """One movement. (store, SKU, version) is the key: a level's history has no gap and no fork."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "sku_id"], ["inventory.stock_level.store_id", "inventory.stock_level.sku_id"]),
        CheckConstraint("kind IN (" + ",".join(f"'{kind}'" for kind in LEDGER_KINDS) + ")", name="kind"),
        CheckConstraint("kind NOT IN ('adjust','damage') OR reason <> ''", name="reason"),
        Index("ix_ledger_entry_cause", "cause_id"),
        Index("ix_ledger_entry_at", "store_id", "at"),
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
    cause_type: Mapped[str]
    cause_id: Mapped[UUID | None]
    operation_id: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(server_default="")
    channel: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


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
    """How a channel may sell a SKU at a store: safety stock held back, and below which figure we say "few left".
    A missing row means nothing held back and few below 4."""

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
