from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Integer, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from store_omni.kit.database import Base


class Account(Base):
    """A clerk belongs to exactly one store; agents to none (all); a manager has all stores (`store_ids` NULL) or some. A
    service (till, ERP, app server) is an account too, so that what it did has an author; it has no PIN and comes in by
    token only. `demo`: scripts/demo made it, and its PIN stands in a file. `pin_until`: another person set the PIN, and it is good
    until then; None: it is her own."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("role IN ('clerk','agent','manager','service')", name="role"),
        CheckConstraint("(role = 'clerk') <= (store_id IS NOT NULL)", name="clerk_has_store"),
        CheckConstraint("store_ids IS NULL OR (role = 'manager' AND cardinality(store_ids) > 0)", name="managers_have_stores"),
        {"schema": "staff"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.store.id"))
    secret_hash: Mapped[str]
    store_ids: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))
    active: Mapped[bool] = mapped_column(server_default="true")
    pin_until: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SignIn(Base):
    """A signed-in tablet or desk. Ends after 15 minutes of silence at the counter, 12 hours at the latest."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_account_id", "account_id"), {"schema": "staff"})

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("staff.account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    source: Mapped[str] = mapped_column(server_default="")


class ServiceScope(Base):
    """What a service account may do: verbs (`orders:place` …), and at which stores (NULL: all)."""

    __tablename__ = "service_scope"
    __table_args__ = {"schema": "staff"}

    account_id: Mapped[UUID] = mapped_column(ForeignKey("staff.account.id"), primary_key=True)
    verbs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    store_ids: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))


class ServiceToken(Base):
    """A bearer token of a service account: shown once, kept as its hash, revoked with the next request."""

    __tablename__ = "service_token"
    __table_args__ = (Index("ix_service_token_account_id", "account_id"), {"schema": "staff"})

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("staff.account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    used_on: Mapped[date | None]
