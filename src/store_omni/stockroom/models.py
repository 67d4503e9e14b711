from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from store_omni.kit.database import Base, Long

SCHEMA = {"schema": "stockroom"}


class Purchase(Base):
    """Goods a store expects from a supplier. Receipts of goods name it, or none."""

    __tablename__ = "purchase"
    __table_args__ = (
        CheckConstraint("state IN ('open','received','closed')", name="state"),
        Index("uq_purchase_number", "store_id", "number", unique=True),
        SCHEMA,
    )

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.store.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    supplier: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str] = mapped_column(server_default="open")
    expected_on: Mapped[date | None]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class PurchaseLine(Base):
    """`qty_received` may exceed `qty_ordered`: what came, came."""

    __tablename__ = "purchase_line"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "purchase_id"], ["stockroom.purchase.store_id", "stockroom.purchase.id"]),
        CheckConstraint("qty_ordered > 0 AND qty_received >= 0", name="qty"),
        SCHEMA,
    )

    store_id: Mapped[int] = mapped_column(primary_key=True)
    purchase_id: Mapped[UUID] = mapped_column(primary_key=True)
    sku_id: Mapped[int] = mapped_column(ForeignKey("catalog.sku.id"), primary_key=True)
    qty_ordered: Mapped[int]
    qty_received: Mapped[int] = mapped_column(server_default="0")


class Transfer(Base):
    """Goods on their way from `store_id` to `to_store_id`. `id` is also the sender's document; each receipt is a document of
    the receiver. Units sent and not yet received are `in_transit` at the receiver. `lost`: closed with units missing."""

    __tablename__ = "transfer"
    __table_args__ = (
        CheckConstraint("state IN ('sent','partly_received','received','lost')", name="state"),
        CheckConstraint("store_id <> to_store_id", name="other_store"),
        ForeignKeyConstraint(["store_id", "id"], ["inventory.document.store_id", "inventory.document.id"]),
        Index("ix_transfer_to", "to_store_id", postgresql_where=text("state IN ('sent','partly_received')")),
        Index("uq_transfer_number", "store_id", "number", unique=True),
        Index("ix_transfer_id", "id"),
        SCHEMA,
    )

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.store.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    to_store_id: Mapped[int] = mapped_column(ForeignKey("stores.store.id"))
    number: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="sent")
    expected_at: Mapped[datetime | None]
    sent_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    closed_at: Mapped[datetime | None]


class TransferLine(Base):
    """`qty_missing`: written off when the transfer was closed; the three always add up to what was sent once it is closed."""

    __tablename__ = "transfer_line"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "transfer_id"], ["stockroom.transfer.store_id", "stockroom.transfer.id"]),
        CheckConstraint("qty_sent + qty_extra > 0 AND least(qty_sent, qty_received, qty_missing, qty_extra) >= 0", name="qty"),
        CheckConstraint("qty_received + qty_missing <= qty_sent", name="balance"),
        SCHEMA,
    )

    store_id: Mapped[int] = mapped_column(primary_key=True)
    transfer_id: Mapped[UUID] = mapped_column(primary_key=True)
    sku_id: Mapped[int] = mapped_column(ForeignKey("catalog.sku.id"), primary_key=True)
    qty_sent: Mapped[int]
    qty_received: Mapped[int] = mapped_column(server_default="0")
    qty_missing: Mapped[int] = mapped_column(server_default="0")
    # Came although it was not on the list, or more than was: received as found, and said in the discrepancy.
    qty_extra: Mapped[int] = mapped_column(server_default="0")


class Count(Base):
    """A stocktake of a zone (a shelf, a category, some SKUs, one of a recount task) while selling goes on. Blind: whoever
    counts is not shown the figure. `zone`: the shelf or category. `id` is also the document its corrections name."""

    __tablename__ = "count"
    __table_args__ = (
        CheckConstraint("state IN ('open','to_approve','done','dropped')", name="state"),
        CheckConstraint("(state = 'done') <= (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("zone_kind IN ('category','skus','shelf','recount')", name="zone_kind"),
        Index("ix_count_open", "store_id", postgresql_where=text("state IN ('open','to_approve')")),
        SCHEMA,
    )

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.store.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    zone_kind: Mapped[str] = mapped_column(server_default="skus")
    zone: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="open")
    started_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.account.id"))
    started_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.account.id"))
    closed_at: Mapped[datetime | None]


class CountLine(Base):
    """One SKU of a count. `on_hand` and `version`: the level at the moment its units were counted (`counted_at`), so that
    what was sold in between does not look like a loss: the correction is `counted − on_hand` of that moment. `aside`: units
    within `counted` that were not on the shelf but in bags of orders."""

    __tablename__ = "count_line"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "count_id"], ["stockroom.count.store_id", "stockroom.count.id"]),
        CheckConstraint("counted >= 0", name="counted"),
        CheckConstraint("aside >= 0", name="aside"),
        CheckConstraint("(counted IS NULL) = (counted_at IS NULL) AND (counted IS NULL) = (version IS NULL)", name="together"),
        SCHEMA,
    )

    store_id: Mapped[int] = mapped_column(primary_key=True)
    count_id: Mapped[UUID] = mapped_column(primary_key=True)
    sku_id: Mapped[int] = mapped_column(ForeignKey("catalog.sku.id"), primary_key=True)
    counted: Mapped[int | None]
    aside: Mapped[int] = mapped_column(server_default="0")
    on_hand: Mapped[int | None]
    version: Mapped[Long | None]
    counted_at: Mapped[datetime | None]
    counted_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.account.id"))
    # What was put into the books: NULL while it waits, 0 when the figure was right or the variance was refused.
    corrected: Mapped[int | None]
    # A manager's words, where the difference was not accepted.
    refused_because: Mapped[str] = mapped_column(server_default="")


class Task(Base):
    """Something about stock that a person has to look at: a short level, a short pick to recount, a discrepancy. At most
    one open task per kind and SKU."""

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint("kind IN ('recount','short','discrepancy','drift')", name="kind"),
        Index("uq_task_open", "store_id", "sku_id", "kind", unique=True, postgresql_where=text("closed_at IS NULL")),
        SCHEMA,
    )

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.store.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    sku_id: Mapped[int] = mapped_column(ForeignKey("catalog.sku.id"))
    kind: Mapped[str]
    units: Mapped[int] = mapped_column(server_default="0")
    reason: Mapped[str] = mapped_column(server_default="")
    opened_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    closed_at: Mapped[datetime | None]
    closed_how: Mapped[str | None]


class Trust(Base):
    """What speaks for and against one figure since it was last counted. No row: never counted here, nothing known against it.

    `stated_at`: up to then every sale is in the figure, because it was counted, or the till said what it believed: a sale
    of before, reported later, takes nothing away any more."""

    __tablename__ = "trust"
    __table_args__ = (CheckConstraint("short_picks >= 0", name="short_picks"), SCHEMA)

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.store.id"), primary_key=True)
    sku_id: Mapped[int] = mapped_column(ForeignKey("catalog.sku.id"), primary_key=True)
    counted_at: Mapped[datetime | None]
    short_picks: Mapped[int] = mapped_column(server_default="0")
    last_short_at: Mapped[datetime | None]
    stated_at: Mapped[datetime | None]


class TillFeed(Base):
    """A till that reports its sales. `heard_at`: when it last said that it has reported everything."""

    __tablename__ = "till_feed"
    __table_args__ = SCHEMA

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.store.id"), primary_key=True)
    till: Mapped[str] = mapped_column(primary_key=True)
    heard_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class TillReport(Base):
    """One sale, take-back or count that a till reported, by the till's own number: reported twice, it counts once.
    `happened_at` is the till's time, which may be long ago. `result`: what we answered."""

    __tablename__ = "till_report"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "document_id"], ["inventory.document.store_id", "inventory.document.id"]),
        CheckConstraint("kind IN ('sale','count')", name="kind"),
        Index("ix_till_report_document", "store_id", "document_id"),
        SCHEMA,
    )

    store_id: Mapped[int] = mapped_column(primary_key=True)
    till: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    body_hash: Mapped[bytes]
    document_id: Mapped[UUID]
    result: Mapped[dict] = mapped_column(server_default=text("'{}'::jsonb"))
    happened_at: Mapped[datetime]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
