"""Tables of the staff's door beside accounts and sessions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from store_omni.kit.database import Base, Long


class SignInTry(Base):
    """Who tried to sign in, when, from where, and what came of it. Kept for 90 days, because `source` is personal; the fact of
    the same id stays and holds ids only. `login_hash`: keyed, so that a PIN typed into the wrong field cannot be read here."""

    __tablename__ = "sign_in_try"
    __table_args__ = (
        CheckConstraint("outcome IN ('signed_in','wrong_secret','wrong_code','slowed','refused')", name="outcome"),
        CheckConstraint("way IN ('pin','code','provider')", name="way"),
        CheckConstraint("(outcome = 'signed_in') <= (account_id IS NOT NULL)", name="signed_in_is_known"),
        Index("ix_sign_in_try_at", text("at DESC")),
        Index("ix_sign_in_try_account_id", "account_id", text("at DESC")),
        {"schema": "staff"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.account.id"))
    login_hash: Mapped[bytes]
    outcome: Mapped[str]
    way: Mapped[str]
    face: Mapped[str]
    source: Mapped[str]
    known_device: Mapped[bool]


class Device(Base):
    """A browser in which this person signed in before, by the hash of its cookie. Forgotten 90 days after the last sign-in."""

    __tablename__ = "device"
    __table_args__ = (Index("ix_device_seen_at", "seen_at"), {"schema": "staff"})

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("staff.account.id"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SecondFactor(Base):
    """`secret`: encrypted (see staff/second_factor.py). `recovery`: hashes of the codes not used yet. `last_step`: the latest step of
    30 seconds whose code was accepted. Without `confirmed_at` it is being set up."""

    __tablename__ = "second_factor"
    __table_args__ = {"schema": "staff"}

    account_id: Mapped[UUID] = mapped_column(ForeignKey("staff.account.id"), primary_key=True)
    secret: Mapped[bytes]
    recovery: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary), server_default=text("'{}'::bytea[]"))
    last_step: Mapped[Long | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    confirmed_at: Mapped[datetime | None]
