from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from store_omni.kit.database import Base


class Customer(Base):
    """`status`: guest (ordered without signing up), active, merged (into another), erased."""

    __tablename__ = "customer"
    __table_args__ = (
        CheckConstraint("status IN ('guest','active','merged','erased')", name="status"),
        CheckConstraint("(status = 'merged') = (merged_into IS NOT NULL)", name="merged_into"),
        Index("ix_customer_name", "display_name", postgresql_ops={"display_name": "text_pattern_ops"}),
        {"schema": "customers"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(unique=True)
    status: Mapped[str] = mapped_column(server_default="active")
    merged_into: Mapped[UUID | None]
    display_name: Mapped[str] = mapped_column(server_default="")
    locale: Mapped[str] = mapped_column(server_default="ko")
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Identity(Base):
    """A handle by which a customer is reached or found: `value` is E.164 for a phone, lower case for an e-mail.
    Two people may share a phone (a household), so only `login` is unique over all."""

    __tablename__ = "identity"
    __table_args__ = (
        CheckConstraint("kind IN ('phone','email','login')", name="kind"),
        Index("uq_identity_customer_value", "customer_id", "kind", "value", unique=True),
        Index("uq_identity_login", "value", unique=True, postgresql_where=text("kind = 'login'")),
        Index("ix_identity_value", "kind", "value"),
        Index("ix_identity_last_four", "last_four", postgresql_where=text("kind = 'phone'")),
        {"schema": "customers"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.customer.id"))
    origin_customer_id: Mapped[UUID]
    kind: Mapped[str]
    value: Mapped[str]
    last_four: Mapped[str] = mapped_column(server_default="")
    verified_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SignIn(Base):
    """A shopper's signed-in browser or app. Only the hash of its token is kept; revoking takes effect at once."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_customer_id", "customer_id"), {"schema": "customers"})

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.customer.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    source: Mapped[str] = mapped_column(server_default="")


class Challenge(Base):
    """A code was sent to an address, to be typed within ten minutes and five tries; `proved_at`: it was. The code itself is
    derived from the id (`proving.proof_code`). `source_key`: hash of the network address that asked, for the limits."""

    __tablename__ = "challenge"
    __table_args__ = (
        CheckConstraint("channel IN ('email','sms')", name="channel"),
        CheckConstraint("tries BETWEEN 0 AND 5", name="tries"),
        Index("ix_challenge_address", "address", "created_at"),
        Index("ix_challenge_source_key", "source_key", "created_at"),
        Index("ix_challenge_customer_id", "customer_id"),
        {"schema": "customers"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    channel: Mapped[str]
    address: Mapped[str]
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.customer.id"))
    locale: Mapped[str] = mapped_column(server_default="ko")
    source_key: Mapped[str] = mapped_column(server_default="")
    tries: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    proved_at: Mapped[datetime | None]


class DeviceProof(Base):
    """A browser in which an address was proved: for some time it needs no new code for it."""

    __tablename__ = "device_proof"
    __table_args__ = ({"schema": "customers"},)

    device_hash: Mapped[bytes] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    proved_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
