"""What is shown of a SKU changes with its trust and its place in the range too, and every process hears of it at once."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NOTE_SKU = """
CREATE FUNCTION inventory.note_sku() RETURNS trigger LANGUAGE plpgsql AS $$
-- The argument names the column that holds the SKU.
DECLARE
  v_row jsonb := to_jsonb(CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END);
BEGIN
  INSERT INTO inventory.notice (sku_id) VALUES ((v_row ->> TG_ARGV[0])::int);
  RETURN NULL;
END $$
"""

NOTE_PRODUCT = """
CREATE FUNCTION inventory.note_product() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO inventory.notice (sku_id) SELECT id FROM catalog.sku WHERE product_id = NEW.id;
  RETURN NULL;
END $$
"""

NOTE_ALL = """
CREATE FUNCTION inventory.note_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO inventory.notice (sku_id) VALUES (NULL);
  RETURN NULL;
END $$
"""

SILENT = "{}.heard_at < now() - interval '24 hours'"
TRUSTED = "stockroom.confidence_from({0}.counted_at, {0}.short_picks, false)"
# (name, table, when, on which condition, function). The stock itself and the selling rules have their own rows to be found by; a
# level that is opened with nothing has none. A till that speaks again after a day's silence is not told: on a Monday morning all of
# them do, and it only means that figures are trusted some minutes later.
TRIGGERS = (
    ("note_opened", "inventory.stock_level", "INSERT", "NEW.version = 0", "note_sku('sku_id')"),
    ("note_doubt", "stockroom.trust", "INSERT", f"{TRUSTED.format('NEW')} < 100", "note_sku('sku_id')"),
    (
        "note_trust", "stockroom.trust", "UPDATE OF counted_at, short_picks",
        f"{TRUSTED.format('OLD')} <> {TRUSTED.format('NEW')}", "note_sku('sku_id')",
    ),
    ("note_silence", "stockroom.till_feed", "INSERT", SILENT.format("NEW"), "note_all()"),
    ("note_silence_over", "stockroom.till_feed", "DELETE", SILENT.format("OLD"), "note_all()"),
    (
        "note_range", "catalog.sku", "UPDATE OF active, kind, code, currency, product_id",
        "(OLD.active, OLD.kind, OLD.code, OLD.currency, OLD.product_id) IS DISTINCT FROM "
        "(NEW.active, NEW.kind, NEW.code, NEW.currency, NEW.product_id)",
        "note_sku('id')",
    ),
    ("note_range", "catalog.product", "UPDATE OF active", "OLD.active <> NEW.active", "note_product()"),
    ("note_parts", "catalog.bundle_part", "INSERT OR DELETE", "true", "note_sku('bundle_sku_id')"),
    ("note_parts_again", "catalog.bundle_part", "UPDATE", "OLD IS DISTINCT FROM NEW", "note_sku('bundle_sku_id')"),
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sku_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        schema="inventory",
    )
    op.execute("ALTER TABLE inventory.notice ADD COLUMN tx xid8 NOT NULL DEFAULT pg_current_xact_id()")
    op.create_index("ix_notice_tx", "notice", ["tx"], unique=False, schema="inventory")
    for function in (NOTE_SKU, NOTE_PRODUCT, NOTE_ALL):
        op.execute(function)
    for name, table, when, condition, function in TRIGGERS:
        op.execute(
            f"CREATE TRIGGER {name} AFTER {when} ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION inventory.{function}"
        )


def downgrade() -> None:
    for name, table, *_ in reversed(TRIGGERS):
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for function in ("note_all", "note_product", "note_sku"):
        op.execute(f"DROP FUNCTION inventory.{function}()")
    op.drop_index("ix_notice_tx", table_name="notice", schema="inventory")
    op.drop_table("notice", schema="inventory")
