from datetime import date, time

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from store_omni.kit.database import Base


class Store(Base):
    """A place with stock, hours and a time zone. Latitude and longitude in degrees (WGS 84), both or neither.
    `pickup` false: a store that sells but keeps no bags. `keeps_days`: how long a ready bag waits."""

    __tablename__ = "store"
    __table_args__ = (
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="both_coordinates"),
        CheckConstraint("latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", name="on_earth"),
        CheckConstraint("keeps_days BETWEEN 1 AND 10", name="keeps_days"),
        {"schema": "stores"},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_ko: Mapped[str]
    name_en: Mapped[str]
    brand: Mapped[str] = mapped_column(server_default="")
    district_ko: Mapped[str] = mapped_column(server_default="")
    district_en: Mapped[str] = mapped_column(server_default="")
    address: Mapped[str] = mapped_column(server_default="")
    city: Mapped[str] = mapped_column(server_default="")
    country: Mapped[str] = mapped_column(server_default="KR")
    postcode: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str | None]
    timezone: Mapped[str] = mapped_column(server_default="Asia/Seoul")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    currency: Mapped[str] = mapped_column(server_default="KRW")
    pickup: Mapped[bool] = mapped_column(server_default="true")
    lead_minutes: Mapped[int] = mapped_column(server_default="60")
    keeps_days: Mapped[int] = mapped_column(server_default="3")
    active: Mapped[bool] = mapped_column(server_default="true")


class OpeningHours(Base):
    """One row per store and weekday (0 = Monday); no row = closed that day. Local wall-clock times."""

    __tablename__ = "opening_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("opens < closes", name="in_order"),
        {"schema": "stores"},
    )

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.store.id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True)
    opens: Mapped[time]
    closes: Mapped[time]


class Holiday(Base):
    """A day on which a store is closed whatever the weekday says."""

    __tablename__ = "holiday"
    __table_args__ = {"schema": "stores"}

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.store.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(server_default="")


class StagingLocation(Base):
    """A shelf or bin where a ready bag waits; its code is printed on it and scanned."""

    __tablename__ = "staging_location"
    __table_args__ = {"schema": "stores"}

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.store.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    position: Mapped[int] = mapped_column(server_default="0")
