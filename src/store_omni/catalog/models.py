from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from store_omni.kit.database import Base, Minor


class Product(Base):
    """What a shopper looks for. The three search columns are made in Python (see `searching`), because PostgreSQL
    has no Korean letters-in-syllables of its own."""

    __tablename__ = "product"
    __table_args__ = (
        Index("ix_product_search_text", "search_text", postgresql_using="gin", postgresql_ops={"search_text": "gin_trgm_ops"}),
        Index("ix_product_search_jamo", "search_jamo", postgresql_using="gin", postgresql_ops={"search_jamo": "gin_trgm_ops"}),
        Index("ix_product_search_cho", "search_cho", postgresql_using="gin", postgresql_ops={"search_cho": "gin_trgm_ops"}),
        Index("ix_product_category", "category"),
        {"schema": "catalog"},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_ko: Mapped[str]
    name_en: Mapped[str]
    brand: Mapped[str] = mapped_column(server_default="")
    category: Mapped[str] = mapped_column(server_default="")
    description_ko: Mapped[str] = mapped_column(server_default="")
    description_en: Mapped[str] = mapped_column(server_default="")
    drawing: Mapped[str] = mapped_column(server_default="")
    colour: Mapped[str] = mapped_column(server_default="")
    keywords: Mapped[str] = mapped_column(server_default="")
    popularity: Mapped[int] = mapped_column(server_default="0")
    active: Mapped[bool] = mapped_column(server_default="true")
    search_text: Mapped[str] = mapped_column(server_default="")
    search_jamo: Mapped[str] = mapped_column(server_default="")
    search_cho: Mapped[str] = mapped_column(server_default="")


class Sku(Base):
    """A sellable unit. `kind` service (postage, gift wrapping) has no stock; a bundle
    has none of its own, but that of its parts. `price_minor` is in `currency`'s minor
    unit, tax included. `option_*` is what tells it from its siblings (colour, size)."""

    __tablename__ = "sku"
    __table_args__ = (
        CheckConstraint("kind IN ('goods','service','bundle')", name="kind"),
        CheckConstraint("price_minor >= 0", name="price"),
        Index("ix_sku_product_id", "product_id"),
        Index("uq_sku_gtin", "gtin", unique=True, postgresql_where="gtin IS NOT NULL"),
        {"schema": "catalog"},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("catalog.product.id"))
    code: Mapped[str] = mapped_column(unique=True)
    gtin: Mapped[str | None]
    kind: Mapped[str] = mapped_column(server_default="goods")
    option_ko: Mapped[str] = mapped_column(server_default="")
    option_en: Mapped[str] = mapped_column(server_default="")
    colour: Mapped[str] = mapped_column(server_default="")
    price_minor: Mapped[Minor]
    currency: Mapped[str]
    active: Mapped[bool] = mapped_column(server_default="true")


class BundlePart(Base):
    """`qty` units of a part in one bundle. Parts are goods; a bundle holds no bundle."""

    __tablename__ = "bundle_part"
    __table_args__ = (
        CheckConstraint("qty > 0", name="qty"),
        CheckConstraint("bundle_sku_id <> part_sku_id", name="not_itself"),
        Index("ix_bundle_part_part_sku_id", "part_sku_id"),
        {"schema": "catalog"},
    )

    bundle_sku_id: Mapped[int] = mapped_column(ForeignKey("catalog.sku.id"), primary_key=True)
    part_sku_id: Mapped[int] = mapped_column(ForeignKey("catalog.sku.id"), primary_key=True)
    qty: Mapped[int]
