"""Holds, documents, versioned selling rules, bundles, and the stockroom's tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CHECKS = (
    (
        "inventory.ledger_entry", "ck_ledger_entry_kind",
        "kind IN ('opening','receive','hold','allocate','release','hand_over','sell','return','adjust','damage',"
        "'transfer_out','transfer_in','count')",
    ),
    ("inventory.ledger_entry", "ck_ledger_entry_cause", "num_nonnulls(allocation_id, hold_id, document_id) = 1"),
    ("catalog.sku", "ck_sku_kind", "kind IN ('goods','service','bundle')"),
)  # fmt: skip

# The version goes on counting over a removal, so that (store, SKU, channel, version) names one rule for ever.
KEEP_RULES = """
CREATE FUNCTION inventory.keep_rules() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  r inventory.selling_rule := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
  -- An upsert comes here twice; what it changes is noted the second time.
  IF TG_OP = 'INSERT' AND EXISTS (SELECT 1 FROM inventory.selling_rule x
      WHERE (x.store_id, x.sku_id, x.channel) = (NEW.store_id, NEW.sku_id, NEW.channel)) THEN
    RETURN NEW;
  END IF;
  -- Only a rule that differs from the last is a new version; an upsert of the same is none.
  IF TG_OP = 'UPDATE' AND (NEW.safety, NEW.few_below, NEW.closed) = (OLD.safety, OLD.few_below, OLD.closed) THEN
    NEW.version := OLD.version;
    RETURN NEW;
  END IF;
  r.version := 1 + coalesce((SELECT max(v.version) FROM inventory.selling_rule_version v
    WHERE (v.store_id, v.sku_id, v.channel) = (r.store_id, r.sku_id, r.channel)), 0);
  INSERT INTO inventory.selling_rule_version (store_id, sku_id, channel, version, safety, few_below, closed, removed)
  VALUES (r.store_id, r.sku_id, r.channel, r.version, r.safety, r.few_below, r.closed, TG_OP = 'DELETE');
  RETURN r;
END $$
"""


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS stockroom")
    op.create_table(
        "document",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name=op.f("fk_document_store_id")),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_document")),
        schema="inventory",
    )
    op.create_index("ix_document_at", "document", ["store_id", sa.literal_column("at DESC")], unique=False, schema="inventory")
    op.create_table(
        "hold",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=True),
        sa.Column("device_hash", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("extensions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('active','used','released','expired')", name=op.f("ck_hold_state")),
        sa.CheckConstraint("extensions BETWEEN 0 AND 1", name=op.f("ck_hold_extensions")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.customer.id"], name=op.f("fk_hold_customer_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name=op.f("fk_hold_store_id")),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_hold")),
        schema="inventory",
    )
    op.create_index(
        "ix_hold_customer_id",
        "hold",
        ["customer_id"],
        unique=False,
        schema="inventory",
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_index(
        "ix_hold_device_hash",
        "hold",
        ["device_hash"],
        unique=False,
        schema="inventory",
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_index(
        "ix_hold_expires_at",
        "hold",
        ["expires_at"],
        unique=False,
        schema="inventory",
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_index(
        "ix_hold_phone_hash",
        "hold",
        ["phone_hash"],
        unique=False,
        schema="inventory",
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "purchase",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.CheckConstraint("state IN ('open','received','closed')", name=op.f("ck_purchase_state")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name=op.f("fk_purchase_store_id")),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_purchase")),
        schema="stockroom",
    )
    op.create_index("uq_purchase_number", "purchase", ["store_id", "number"], unique=True, schema="stockroom")
    op.create_table(
        "till_feed",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("till", sa.Text(), nullable=False),
        sa.Column("heard_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name=op.f("fk_till_feed_store_id")),
        sa.PrimaryKeyConstraint("store_id", "till", name=op.f("pk_till_feed")),
        schema="stockroom",
    )
    op.create_table(
        "bundle_part",
        sa.Column("bundle_sku_id", sa.Integer(), nullable=False),
        sa.Column("part_sku_id", sa.Integer(), nullable=False),
        sa.Column("qty", sa.Integer(), nullable=False),
        sa.CheckConstraint("bundle_sku_id <> part_sku_id", name=op.f("ck_bundle_part_not_itself")),
        sa.CheckConstraint("qty > 0", name=op.f("ck_bundle_part_qty")),
        sa.ForeignKeyConstraint(["bundle_sku_id"], ["catalog.sku.id"], name=op.f("fk_bundle_part_bundle_sku_id")),
        sa.ForeignKeyConstraint(["part_sku_id"], ["catalog.sku.id"], name=op.f("fk_bundle_part_part_sku_id")),
        sa.PrimaryKeyConstraint("bundle_sku_id", "part_sku_id", name=op.f("pk_bundle_part")),
        schema="catalog",
    )
    op.create_index("ix_bundle_part_part_sku_id", "bundle_part", ["part_sku_id"], unique=False, schema="catalog")
    op.create_table(
        "selling_rule_version",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("sku_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("safety", sa.Integer(), nullable=False),
        sa.Column("few_below", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("removed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.ForeignKeyConstraint(["sku_id"], ["catalog.sku.id"], name=op.f("fk_selling_rule_version_sku_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name=op.f("fk_selling_rule_version_store_id")),
        sa.PrimaryKeyConstraint("store_id", "sku_id", "channel", "version", name=op.f("pk_selling_rule_version")),
        schema="inventory",
    )
    op.execute("ALTER TABLE inventory.selling_rule_version ADD COLUMN tx xid8 NOT NULL DEFAULT pg_current_xact_id()")
    op.create_index("ix_selling_rule_version_tx", "selling_rule_version", ["tx"], unique=False, schema="inventory")
    op.create_table(
        "count",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("started_by", sa.UUID(), nullable=True),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("approved_by", sa.UUID(), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'done') <= (closed_at IS NOT NULL)", name=op.f("ck_count_closed")),
        sa.CheckConstraint("state IN ('open','to_approve','done','dropped')", name=op.f("ck_count_state")),
        sa.ForeignKeyConstraint(["approved_by"], ["staff.account.id"], name=op.f("fk_count_approved_by")),
        sa.ForeignKeyConstraint(["started_by"], ["staff.account.id"], name=op.f("fk_count_started_by")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name=op.f("fk_count_store_id")),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_count")),
        schema="stockroom",
    )
    op.create_index(
        "ix_count_open",
        "count",
        ["store_id"],
        unique=False,
        schema="stockroom",
        postgresql_where=sa.text("state IN ('open','to_approve')"),
    )
    op.create_table(
        "purchase_line",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("purchase_id", sa.UUID(), nullable=False),
        sa.Column("sku_id", sa.Integer(), nullable=False),
        sa.Column("qty_ordered", sa.Integer(), nullable=False),
        sa.Column("qty_received", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("qty_ordered > 0 AND qty_received >= 0", name=op.f("ck_purchase_line_qty")),
        sa.ForeignKeyConstraint(["sku_id"], ["catalog.sku.id"], name=op.f("fk_purchase_line_sku_id")),
        sa.ForeignKeyConstraint(
            ["store_id", "purchase_id"],
            ["stockroom.purchase.store_id", "stockroom.purchase.id"],
            name=op.f("fk_purchase_line_store_id_purchase_id"),
        ),
        sa.PrimaryKeyConstraint("store_id", "purchase_id", "sku_id", name=op.f("pk_purchase_line")),
        schema="stockroom",
    )
    op.create_table(
        "task",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("sku_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("units", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_how", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('recount','short','discrepancy','drift')", name=op.f("ck_task_kind")),
        sa.ForeignKeyConstraint(["sku_id"], ["catalog.sku.id"], name=op.f("fk_task_sku_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name=op.f("fk_task_store_id")),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_task")),
        schema="stockroom",
    )
    op.create_index(
        "uq_task_open",
        "task",
        ["store_id", "sku_id", "kind"],
        unique=True,
        schema="stockroom",
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "till_report",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("till", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("document_id", sa.UUID(), nullable=False),
        sa.Column("happened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.CheckConstraint("kind IN ('sale','count')", name=op.f("ck_till_report_kind")),
        sa.ForeignKeyConstraint(
            ["store_id", "document_id"],
            ["inventory.document.store_id", "inventory.document.id"],
            name=op.f("fk_till_report_store_id_document_id"),
        ),
        sa.PrimaryKeyConstraint("store_id", "till", "number", name=op.f("pk_till_report")),
        schema="stockroom",
    )
    op.create_table(
        "transfer",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("to_store_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="sent", nullable=False),
        sa.Column("expected_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('sent','partly_received','received','lost')", name=op.f("ck_transfer_state")),
        sa.CheckConstraint("store_id <> to_store_id", name=op.f("ck_transfer_other_store")),
        sa.ForeignKeyConstraint(
            ["store_id", "id"], ["inventory.document.store_id", "inventory.document.id"], name=op.f("fk_transfer_store_id_id")
        ),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name=op.f("fk_transfer_store_id")),
        sa.ForeignKeyConstraint(["to_store_id"], ["stores.store.id"], name=op.f("fk_transfer_to_store_id")),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_transfer")),
        schema="stockroom",
    )
    op.create_index(
        "ix_transfer_to",
        "transfer",
        ["to_store_id"],
        unique=False,
        schema="stockroom",
        postgresql_where=sa.text("state IN ('sent','partly_received')"),
    )
    op.create_index("uq_transfer_number", "transfer", ["store_id", "number"], unique=True, schema="stockroom")
    op.create_table(
        "trust",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("sku_id", sa.Integer(), nullable=False),
        sa.Column("counted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("short_picks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_short_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("short_picks >= 0", name=op.f("ck_trust_short_picks")),
        sa.ForeignKeyConstraint(["sku_id"], ["catalog.sku.id"], name=op.f("fk_trust_sku_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name=op.f("fk_trust_store_id")),
        sa.PrimaryKeyConstraint("store_id", "sku_id", name=op.f("pk_trust")),
        schema="stockroom",
    )
    op.create_table(
        "hold_line",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("hold_id", sa.UUID(), nullable=False),
        sa.Column("sku_id", sa.Integer(), nullable=False),
        sa.Column("qty", sa.Integer(), nullable=False),
        sa.CheckConstraint("qty > 0", name=op.f("ck_hold_line_qty")),
        sa.ForeignKeyConstraint(
            ["store_id", "hold_id"], ["inventory.hold.store_id", "inventory.hold.id"], name=op.f("fk_hold_line_store_id_hold_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id", "sku_id"],
            ["inventory.stock_level.store_id", "inventory.stock_level.sku_id"],
            name=op.f("fk_hold_line_store_id_sku_id"),
        ),
        sa.PrimaryKeyConstraint("store_id", "hold_id", "sku_id", name=op.f("pk_hold_line")),
        schema="inventory",
    )
    op.create_index("ix_hold_line_sku", "hold_line", ["store_id", "sku_id"], unique=False, schema="inventory")
    op.create_table(
        "count_line",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("count_id", sa.UUID(), nullable=False),
        sa.Column("sku_id", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=True),
        sa.Column("on_hand", sa.Integer(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=True),
        sa.Column("counted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("counted_by", sa.UUID(), nullable=True),
        sa.Column("corrected", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(counted IS NULL) = (counted_at IS NULL) AND (counted IS NULL) = (version IS NULL)",
            name=op.f("ck_count_line_together"),
        ),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_count_line_counted")),
        sa.ForeignKeyConstraint(["counted_by"], ["staff.account.id"], name=op.f("fk_count_line_counted_by")),
        sa.ForeignKeyConstraint(["sku_id"], ["catalog.sku.id"], name=op.f("fk_count_line_sku_id")),
        sa.ForeignKeyConstraint(
            ["store_id", "count_id"],
            ["stockroom.count.store_id", "stockroom.count.id"],
            name=op.f("fk_count_line_store_id_count_id"),
        ),
        sa.PrimaryKeyConstraint("store_id", "count_id", "sku_id", name=op.f("pk_count_line")),
        schema="stockroom",
    )
    op.create_table(
        "transfer_line",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("transfer_id", sa.UUID(), nullable=False),
        sa.Column("sku_id", sa.Integer(), nullable=False),
        sa.Column("qty_sent", sa.Integer(), nullable=False),
        sa.Column("qty_received", sa.Integer(), server_default="0", nullable=False),
        sa.Column("qty_missing", sa.Integer(), server_default="0", nullable=False),
        sa.Column("qty_extra", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("qty_received + qty_missing <= qty_sent", name=op.f("ck_transfer_line_balance")),
        sa.CheckConstraint(
            "qty_sent > 0 AND least(qty_received, qty_missing, qty_extra) >= 0", name=op.f("ck_transfer_line_qty")
        ),
        sa.ForeignKeyConstraint(["sku_id"], ["catalog.sku.id"], name=op.f("fk_transfer_line_sku_id")),
        sa.ForeignKeyConstraint(
            ["store_id", "transfer_id"],
            ["stockroom.transfer.store_id", "stockroom.transfer.id"],
            name=op.f("fk_transfer_line_store_id_transfer_id"),
        ),
        sa.PrimaryKeyConstraint("store_id", "transfer_id", "sku_id", name=op.f("pk_transfer_line")),
        schema="stockroom",
    )
    op.add_column("ledger_entry", sa.Column("allocation_id", sa.UUID(), nullable=True), schema="inventory")
    op.add_column("ledger_entry", sa.Column("hold_id", sa.UUID(), nullable=True), schema="inventory")
    op.add_column("ledger_entry", sa.Column("document_id", sa.UUID(), nullable=True), schema="inventory")
    op.execute("ALTER TABLE inventory.ledger_entry ADD COLUMN tx xid8 NOT NULL DEFAULT '3'")
    op.execute("ALTER TABLE inventory.ledger_entry ALTER COLUMN tx SET DEFAULT pg_current_xact_id()")
    op.create_index("ix_ledger_entry_tx", "ledger_entry", ["tx"], unique=False, schema="inventory")
    op.create_foreign_key(
        op.f("fk_ledger_entry_store_id_hold_id"),
        "ledger_entry",
        "hold",
        ["store_id", "hold_id"],
        ["store_id", "id"],
        source_schema="inventory",
        referent_schema="inventory",
    )
    op.create_foreign_key(
        op.f("fk_ledger_entry_store_id_allocation_id"),
        "ledger_entry",
        "allocation",
        ["store_id", "allocation_id"],
        ["store_id", "id"],
        source_schema="inventory",
        referent_schema="inventory",
    )
    op.create_foreign_key(
        op.f("fk_ledger_entry_store_id_document_id"),
        "ledger_entry",
        "document",
        ["store_id", "document_id"],
        ["store_id", "id"],
        source_schema="inventory",
        referent_schema="inventory",
    )
    op.add_column("fulfilment", sa.Column("hold_id", sa.UUID(), nullable=True), schema="orders")
    op.create_foreign_key(
        op.f("fk_fulfilment_store_id_hold_id"),
        "fulfilment",
        "hold",
        ["store_id", "hold_id"],
        ["store_id", "id"],
        source_schema="orders",
        referent_schema="inventory",
    )
    op.add_column("order_line", sa.Column("bundle_sku_id", sa.Integer(), nullable=True), schema="orders")
    op.create_foreign_key(
        op.f("fk_order_line_bundle_sku_id"),
        "order_line",
        "sku",
        ["bundle_sku_id"],
        ["id"],
        source_schema="orders",
        referent_schema="catalog",
    )

    for table, name, check in CHECKS:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
        # NOT VALID: rows of before are not looked at, every new one is.
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({check}) NOT VALID")
    op.execute(KEEP_RULES)
    op.execute(
        "CREATE TRIGGER count_versions BEFORE INSERT OR UPDATE OR DELETE ON inventory.selling_rule "
        "FOR EACH ROW EXECUTE FUNCTION inventory.keep_rules()"
    )
    op.execute(
        "INSERT INTO inventory.selling_rule_version (store_id, sku_id, channel, version, safety, few_below, closed) "
        "SELECT store_id, sku_id, channel, version, safety, few_below, closed FROM inventory.selling_rule"
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON inventory.selling_rule_version "
        "FOR EACH ROW EXECUTE FUNCTION journal.refuse_change()"
    )


def downgrade() -> None:
    raise NotImplementedError("a ledger is not unwritten; restore a backup instead")
