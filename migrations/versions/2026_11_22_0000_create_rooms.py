"""Create every room's schema and tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMAS = (
    "journal", "catalog", "stores", "staff", "customers", "inventory", "payments", "passes",
    "orders", "pickup", "returns", "notifications",
)  # fmt: skip


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    for schema in SCHEMAS:
        op.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    op.create_table(
        "product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_ko", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), server_default="", nullable=False),
        sa.Column("category", sa.Text(), server_default="", nullable=False),
        sa.Column("description_ko", sa.Text(), server_default="", nullable=False),
        sa.Column("description_en", sa.Text(), server_default="", nullable=False),
        sa.Column("drawing", sa.Text(), server_default="", nullable=False),
        sa.Column("colour", sa.Text(), server_default="", nullable=False),
        sa.Column("popularity", sa.Integer(), server_default="0", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("search_text", sa.Text(), server_default="", nullable=False),
        sa.Column("search_jamo", sa.Text(), server_default="", nullable=False),
        sa.Column("search_cho", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("code", name=op.f("uq_product_code")),
        schema="catalog",
    )
    op.create_index("ix_product_category", "product", ["category"], unique=False, schema="catalog")
    op.create_index(
        "ix_product_search_cho",
        "product",
        ["search_cho"],
        unique=False,
        schema="catalog",
        postgresql_using="gin",
        postgresql_ops={"search_cho": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_product_search_jamo",
        "product",
        ["search_jamo"],
        unique=False,
        schema="catalog",
        postgresql_using="gin",
        postgresql_ops={"search_jamo": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_product_search_text",
        "product",
        ["search_text"],
        unique=False,
        schema="catalog",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.create_table(
        "customer",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("merged_into", sa.UUID(), nullable=True),
        sa.Column("display_name", sa.Text(), server_default="", nullable=False),
        sa.Column("locale", sa.Text(), server_default="ko", nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(status = 'merged') = (merged_into IS NOT NULL)", name=op.f("ck_customer_merged_into")),
        sa.CheckConstraint("status IN ('guest','active','merged','erased')", name=op.f("ck_customer_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("code", name=op.f("uq_customer_code")),
        schema="customers",
    )
    op.create_index(
        "ix_customer_name",
        "customer",
        ["display_name"],
        unique=False,
        schema="customers",
        postgresql_ops={"display_name": "text_pattern_ops"},
    )
    op.create_table(
        "access",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("staff_id", sa.UUID(), nullable=False),
        sa.Column("staff_role", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=True),
        sa.Column("customer_id", sa.UUID(), nullable=True),
        sa.Column("order_id", sa.UUID(), nullable=True),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access")),
        schema="journal",
    )
    op.create_index("ix_access_customer", "access", ["customer_id", sa.literal_column("at DESC")], unique=False, schema="journal")
    op.create_index("ix_access_staff", "access", ["staff_id", sa.literal_column("at DESC")], unique=False, schema="journal")
    op.create_table(
        "delivery",
        sa.Column("fact_id", sa.UUID(), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("pos", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('waiting','done','failed')", name=op.f("ck_delivery_state")),
        sa.PrimaryKeyConstraint("fact_id", "consumer", name=op.f("pk_delivery")),
        schema="journal",
    )
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["consumer", "next_try_at"],
        unique=False,
        schema="journal",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("fact_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=True),
        sa.Column("origin_customer_id", sa.UUID(), nullable=True),
        sa.Column(
            "occurred_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("access_class", sa.Text(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=True),
        sa.Column("store_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_label", sa.Text(), nullable=False),
        sa.Column("display", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.CheckConstraint("access_class IN ('order','care','browse','staff_only')", name=op.f("ck_entry_access_class")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        schema="journal",
    )
    op.create_index(
        "ix_entry_customer",
        "entry",
        ["customer_id", sa.literal_column("occurred_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="journal",
    )
    op.create_index("ix_entry_fact_id", "entry", ["fact_id"], unique=False, schema="journal")
    op.create_index(
        "ix_entry_order",
        "entry",
        ["order_id", sa.literal_column("occurred_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="journal",
    )
    op.create_table(
        "fact",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=True),
        sa.Column("customer_id", sa.UUID(), nullable=True),
        sa.Column("store_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("pos", sa.BigInteger(), nullable=True),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact")),
        sa.UniqueConstraint("pos", name=op.f("uq_fact_pos")),
        schema="journal",
    )
    op.create_index("ix_fact_order_id", "fact", ["order_id"], unique=False, schema="journal")
    op.create_index("ix_fact_subject", "fact", ["subject_type", "subject_id"], unique=False, schema="journal")
    op.create_index("ix_fact_unsealed", "fact", ["at"], unique=False, schema="journal", postgresql_where=sa.text("pos IS NULL"))
    op.create_table(
        "operation",
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_operation")),
        schema="journal",
    )
    op.create_index("ix_operation_at", "operation", ["at"], unique=False, schema="journal")
    op.create_table(
        "tries",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tries")),
        schema="journal",
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "message",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("fact_id", sa.UUID(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=True),
        sa.Column("customer_id", sa.UUID(), nullable=True),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("next_try_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("settled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("channel IN ('email','sms','kakao')", name=op.f("ck_message_channel")),
        sa.CheckConstraint("state IN ('waiting','sent','failed','no_address')", name=op.f("ck_message_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        schema="notifications",
    )
    op.create_index(
        "ix_message_due",
        "message",
        ["next_try_at"],
        unique=False,
        schema="notifications",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_message_order_id", "message", ["order_id"], unique=False, schema="notifications")
    op.create_index("uq_message_fact_channel", "message", ["fact_id", "channel"], unique=True, schema="notifications")
    op.create_table(
        "charge",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="due", nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("captured_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(state = 'captured') >= (captured_minor > 0)", name=op.f("ck_charge_captured_state")),
        sa.CheckConstraint("method IN ('pay_in_store','imported')", name=op.f("ck_charge_method")),
        sa.CheckConstraint("state IN ('due','captured','void')", name=op.f("ck_charge_state")),
        sa.CheckConstraint("0 <= refunded_minor AND refunded_minor <= captured_minor", name=op.f("ck_charge_refund_bound")),
        sa.CheckConstraint("captured_minor <= amount_minor", name=op.f("ck_charge_capture_bound")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge")),
        schema="payments",
    )
    op.create_table(
        "store",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_ko", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), server_default="", nullable=False),
        sa.Column("district_ko", sa.Text(), server_default="", nullable=False),
        sa.Column("district_en", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("city", sa.Text(), server_default="", nullable=False),
        sa.Column("country", sa.Text(), server_default="KR", nullable=False),
        sa.Column("postcode", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), server_default="Asia/Seoul", nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("currency", sa.Text(), server_default="KRW", nullable=False),
        sa.Column("pickup", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("lead_minutes", sa.Integer(), server_default="60", nullable=False),
        sa.Column("keeps_days", sa.Integer(), server_default="3", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_store_both_coordinates")),
        sa.CheckConstraint("keeps_days BETWEEN 1 AND 10", name=op.f("ck_store_keeps_days")),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", name=op.f("ck_store_on_earth")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store")),
        sa.UniqueConstraint("code", name=op.f("uq_store_code")),
        schema="stores",
    )
    op.create_table(
        "sku",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("gtin", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), server_default="goods", nullable=False),
        sa.Column("option_ko", sa.Text(), server_default="", nullable=False),
        sa.Column("option_en", sa.Text(), server_default="", nullable=False),
        sa.Column("colour", sa.Text(), server_default="", nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.CheckConstraint("kind IN ('goods','service')", name=op.f("ck_sku_kind")),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_sku_price")),
        sa.ForeignKeyConstraint(["product_id"], ["catalog.product.id"], name=op.f("fk_sku_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sku")),
        sa.UniqueConstraint("code", name=op.f("uq_sku_code")),
        schema="catalog",
    )
    op.create_index("ix_sku_product_id", "sku", ["product_id"], unique=False, schema="catalog")
    op.create_index("uq_sku_gtin", "sku", ["gtin"], unique=True, schema="catalog", postgresql_where="gtin IS NOT NULL")
    op.create_table(
        "identity",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("origin_customer_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("last_four", sa.Text(), server_default="", nullable=False),
        sa.Column("verified_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('phone','email','login')", name=op.f("ck_identity_kind")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.customer.id"], name=op.f("fk_identity_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        schema="customers",
    )
    op.create_index(
        "ix_identity_last_four",
        "identity",
        ["last_four"],
        unique=False,
        schema="customers",
        postgresql_where=sa.text("kind = 'phone'"),
    )
    op.create_index("ix_identity_value", "identity", ["kind", "value"], unique=False, schema="customers")
    op.create_index("uq_identity_customer_value", "identity", ["customer_id", "kind", "value"], unique=True, schema="customers")
    op.create_index(
        "uq_identity_login", "identity", ["value"], unique=True, schema="customers", postgresql_where=sa.text("kind = 'login'")
    )
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.customer.id"], name=op.f("fk_sign_in_customer_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
        schema="customers",
    )
    op.create_index("ix_sign_in_customer_id", "sign_in", ["customer_id"], unique=False, schema="customers")
    op.create_table(
        "basket",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=True),
        sa.Column("customer_id", sa.UUID(), nullable=True),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.customer.id"], name=op.f("fk_basket_customer_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name=op.f("fk_basket_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_basket")),
        schema="orders",
    )
    op.create_index("ix_basket_customer_id", "basket", ["customer_id"], unique=False, schema="orders")
    op.create_table(
        "order",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("locale", sa.Text(), server_default="ko", nullable=False),
        sa.Column("contact_name", sa.Text(), server_default="", nullable=False),
        sa.Column("contact_phone", sa.Text(), nullable=True),
        sa.Column("contact_email", sa.Text(), nullable=True),
        sa.Column("placed_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("placed_by_kind", sa.Text(), nullable=False),
        sa.Column("placed_by_id", sa.Text(), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("close_reason", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), server_default="live", nullable=False),
        sa.CheckConstraint("channel IN ('web','mobile','counter','phone','chat','api')", name=op.f("ck_order_channel")),
        sa.CheckConstraint(
            "state IN ('pending_payment','confirmed','completed','expired','cancelled')", name=op.f("ck_order_state")
        ),
        sa.CheckConstraint("total_minor >= 0", name=op.f("ck_order_total")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.customer.id"], name=op.f("fk_order_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order")),
        sa.UniqueConstraint("number", name=op.f("uq_order_number")),
        schema="orders",
    )
    op.create_index("ix_order_contact_phone", "order", ["contact_phone"], unique=False, schema="orders")
    op.create_index(
        "ix_order_customer_id", "order", ["customer_id", sa.literal_column("placed_at DESC")], unique=False, schema="orders"
    )
    op.create_index("ix_order_placed_at", "order", ["placed_at"], unique=False, schema="orders")
    op.create_table(
        "pass",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.Text(), nullable=True),
        sa.Column("spent_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("spent_store_id", sa.Integer(), nullable=True),
        sa.Column("spent_by", sa.UUID(), nullable=True),
        sa.CheckConstraint("purpose IN ('pickup','return','receipt')", name=op.f("ck_pass_purpose")),
        sa.CheckConstraint("spent_at IS NULL OR revoked_at IS NULL", name=op.f("ck_pass_spent_or_revoked")),
        sa.CheckConstraint("spent_at IS NULL OR spent_at <= expires_at", name=op.f("ck_pass_spent_in_time")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name=op.f("fk_pass_store_id")),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_pass")),
        schema="passes",
    )
    op.create_index(
        "uq_pass_live",
        "pass",
        ["store_id", "purpose", "subject_id"],
        unique=True,
        schema="passes",
        postgresql_where=sa.text("spent_at IS NULL AND revoked_at IS NULL"),
    )
    op.create_table(
        "capture",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("charge_id", sa.UUID(), nullable=False),
        sa.Column("tender", sa.Text(), nullable=False),
        sa.Column("slip_no", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.UUID(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.CheckConstraint("(tender = 'card_terminal') = (slip_no IS NOT NULL)", name=op.f("ck_capture_slip")),
        sa.CheckConstraint("tender IN ('cash','card_terminal','imported')", name=op.f("ck_capture_tender")),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_capture_amount")),
        sa.ForeignKeyConstraint(["charge_id"], ["payments.charge.id"], name=op.f("fk_capture_charge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture")),
        sa.UniqueConstraint("charge_id", name=op.f("uq_capture_charge_id")),
        schema="payments",
    )
    op.create_table(
        "refund",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("charge_id", sa.UUID(), nullable=False),
        sa.Column("cause_key", sa.Text(), nullable=False),
        sa.Column("tender", sa.Text(), nullable=False),
        sa.Column("slip_no", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=True),
        sa.Column("requested_by", sa.UUID(), nullable=True),
        sa.Column("approved_by", sa.UUID(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.CheckConstraint("state IN ('pending','succeeded','failed')", name=op.f("ck_refund_state")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refund_amount")),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> requested_by", name=op.f("ck_refund_four_eyes")),
        sa.ForeignKeyConstraint(["charge_id"], ["payments.charge.id"], name=op.f("fk_refund_charge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("cause_key", name=op.f("uq_refund_cause_key")),
        schema="payments",
    )
    op.create_index("ix_refund_charge_id", "refund", ["charge_id"], unique=False, schema="payments")
    op.create_table(
        "receipt_counter",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name=op.f("fk_receipt_counter_store_id")),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_receipt_counter")),
        schema="pickup",
    )
    op.create_table(
        "account",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=True),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(role = 'clerk') <= (store_id IS NOT NULL)", name=op.f("ck_account_clerk_has_store")),
        sa.CheckConstraint("role IN ('clerk','agent','manager','service')", name=op.f("ck_account_role")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name=op.f("fk_account_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
        schema="staff",
    )
    op.create_table(
        "holiday",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name=op.f("fk_holiday_store_id")),
        sa.PrimaryKeyConstraint("store_id", "day", name=op.f("pk_holiday")),
        schema="stores",
    )
    op.create_table(
        "opening_hours",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.CheckConstraint("opens < closes", name=op.f("ck_opening_hours_in_order")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_opening_hours_weekday")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name=op.f("fk_opening_hours_store_id")),
        sa.PrimaryKeyConstraint("store_id", "weekday", name=op.f("pk_opening_hours")),
        schema="stores",
    )
    op.create_table(
        "staging_location",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name=op.f("fk_staging_location_store_id")),
        sa.PrimaryKeyConstraint("store_id", "code", name=op.f("pk_staging_location")),
        schema="stores",
    )
    op.create_table(
        "selling_rule",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("sku_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("safety", sa.Integer(), server_default="0", nullable=False),
        sa.Column("few_below", sa.Integer(), server_default="4", nullable=False),
        sa.Column("closed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("safety >= 0 AND few_below >= 0", name=op.f("ck_selling_rule_not_negative")),
        sa.ForeignKeyConstraint(["sku_id"], ["catalog.sku.id"], name=op.f("fk_selling_rule_sku_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name=op.f("fk_selling_rule_store_id")),
        sa.PrimaryKeyConstraint("store_id", "sku_id", "channel", name=op.f("pk_selling_rule")),
        schema="inventory",
    )
    op.create_table(
        "stock_level",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("sku_id", sa.Integer(), nullable=False),
        sa.Column("on_hand", sa.Integer(), server_default="0", nullable=False),
        sa.Column("allocated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reserved", sa.Integer(), server_default="0", nullable=False),
        sa.Column("short", sa.Integer(), server_default="0", nullable=False),
        sa.Column("in_transit", sa.Integer(), server_default="0", nullable=False),
        sa.Column("quarantine", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.CheckConstraint("allocated + reserved <= on_hand + short", name=op.f("ck_stock_level_no_oversell")),
        sa.CheckConstraint(
            "on_hand >= 0 AND allocated >= 0 AND reserved >= 0 AND short >= 0 AND in_transit >= 0 AND quarantine >= 0",
            name=op.f("ck_stock_level_no_negative"),
        ),
        sa.ForeignKeyConstraint(["sku_id"], ["catalog.sku.id"], name=op.f("fk_stock_level_sku_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name=op.f("fk_stock_level_store_id")),
        sa.PrimaryKeyConstraint("store_id", "sku_id", name=op.f("pk_stock_level")),
        schema="inventory",
    )
    op.create_index("ix_stock_level_sku_id", "stock_level", ["sku_id", "store_id"], unique=False, schema="inventory")
    op.create_table(
        "basket_line",
        sa.Column("basket_id", sa.UUID(), nullable=False),
        sa.Column("sku_id", sa.Integer(), nullable=False),
        sa.Column("qty", sa.Integer(), nullable=False),
        sa.Column("added_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("qty BETWEEN 1 AND 99", name=op.f("ck_basket_line_qty")),
        sa.ForeignKeyConstraint(["basket_id"], ["orders.basket.id"], name=op.f("fk_basket_line_basket_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["sku_id"], ["catalog.sku.id"], name=op.f("fk_basket_line_sku_id")),
        sa.PrimaryKeyConstraint("basket_id", "sku_id", name=op.f("pk_basket_line")),
        schema="orders",
    )
    op.create_table(
        "fulfilment",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ready_by", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "allocated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("picker_id", sa.UUID(), nullable=True),
        sa.Column("picking_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("packed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("staged_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("staging_code", sa.Text(), nullable=True),
        sa.Column("ready_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("hold_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("checked_in_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("handed_over_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'picking') <= (picker_id IS NOT NULL)", name=op.f("ck_fulfilment_picker")),
        sa.CheckConstraint(
            "state IN ('allocated','picking','short','packed','staged','ready_for_pickup','partially_handed_over','handed_over','rejected','cancelled','uncollected','restocked')",
            name=op.f("ck_fulfilment_state"),
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order.id"], name=op.f("fk_fulfilment_order_id")),
        sa.ForeignKeyConstraint(["picker_id"], ["staff.account.id"], name=op.f("fk_fulfilment_picker_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name=op.f("fk_fulfilment_store_id")),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_fulfilment")),
        schema="orders",
    )
    op.create_index(
        "ix_fulfilment_open",
        "fulfilment",
        ["store_id", "ready_by"],
        unique=False,
        schema="orders",
        postgresql_where=sa.text("state NOT IN ('handed_over','cancelled','restocked')"),
    )
    op.create_index("ix_fulfilment_order_id", "fulfilment", ["order_id"], unique=False, schema="orders")
    op.create_table(
        "lookup_challenge",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=True),
        sa.Column("code_hash", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("solved_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name=op.f("ck_lookup_challenge_tries")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order.id"], name=op.f("fk_lookup_challenge_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookup_challenge")),
        schema="orders",
    )
    op.create_index("ix_lookup_challenge_order_id", "lookup_challenge", ["order_id"], unique=False, schema="orders")
    op.create_table(
        "order_charge",
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("charge_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["charge_id"], ["payments.charge.id"], name=op.f("fk_order_charge_charge_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order.id"], name=op.f("fk_order_charge_order_id")),
        sa.PrimaryKeyConstraint("order_id", "charge_id", name=op.f("pk_order_charge")),
        sa.UniqueConstraint("charge_id", name=op.f("uq_order_charge_charge_id")),
        schema="orders",
    )
    op.create_table(
        "order_line",
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("sku_id", sa.Integer(), nullable=False),
        sa.Column("name_ko", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("qty", sa.Integer(), nullable=False),
        sa.Column("qty_cancelled", sa.Integer(), server_default="0", nullable=False),
        sa.Column("qty_handed_over", sa.Integer(), server_default="0", nullable=False),
        sa.Column("qty_returned", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("price_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("unit_price_minor > 0 OR price_reason <> ''", name=op.f("ck_order_line_price_reason")),
        sa.CheckConstraint(
            "qty > 0 AND qty_cancelled >= 0 AND qty_handed_over >= 0 AND qty_returned >= 0", name=op.f("ck_order_line_qty")
        ),
        sa.CheckConstraint("qty_cancelled + qty_handed_over <= qty", name=op.f("ck_order_line_balance")),
        sa.CheckConstraint("qty_returned <= qty_handed_over", name=op.f("ck_order_line_returned")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order.id"], name=op.f("fk_order_line_order_id")),
        sa.ForeignKeyConstraint(["sku_id"], ["catalog.sku.id"], name=op.f("fk_order_line_sku_id")),
        sa.PrimaryKeyConstraint("order_id", "line_no", name=op.f("pk_order_line")),
        schema="orders",
    )
    op.create_index("ix_order_line_sku_id", "order_line", ["sku_id"], unique=False, schema="orders")
    op.create_table(
        "order_link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order.id"], name=op.f("fk_order_link_order_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_order_link")),
        schema="orders",
    )
    op.create_index("ix_order_link_order_id", "order_link", ["order_id"], unique=False, schema="orders")
    op.create_table(
        "order_viewer",
        sa.Column("viewer_hash", sa.LargeBinary(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("granted_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order.id"], name=op.f("fk_order_viewer_order_id")),
        sa.PrimaryKeyConstraint("viewer_hash", "order_id", name=op.f("pk_order_viewer")),
        schema="orders",
    )
    op.create_table(
        "request",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="standard", nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=True),
        sa.Column("customer_id", sa.UUID(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("reception", sa.Text(), server_default="requested", nullable=False),
        sa.Column("acceptance", sa.Text(), server_default="pending", nullable=False),
        sa.Column("received_store_id", sa.Integer(), nullable=True),
        sa.Column(
            "requested_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("requested_by_kind", sa.Text(), nullable=False),
        sa.Column("requested_by_id", sa.Text(), nullable=True),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("refund_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("source", sa.Text(), server_default="live", nullable=False),
        sa.CheckConstraint("(kind = 'standard') = (order_id IS NOT NULL)", name=op.f("ck_request_origin")),
        sa.CheckConstraint("(reception = 'received') = (received_store_id IS NOT NULL)", name=op.f("ck_request_received_where")),
        sa.CheckConstraint("acceptance IN ('pending','accepted','rejected')", name=op.f("ck_request_acceptance")),
        sa.CheckConstraint("kind IN ('standard','without_origin')", name=op.f("ck_request_kind")),
        sa.CheckConstraint("reception IN ('requested','received','cancelled')", name=op.f("ck_request_reception")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.customer.id"], name=op.f("fk_request_customer_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order.id"], name=op.f("fk_request_order_id")),
        sa.ForeignKeyConstraint(["received_store_id"], ["stores.store.id"], name=op.f("fk_request_received_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.UniqueConstraint("number", name=op.f("uq_request_number")),
        schema="returns",
    )
    op.create_index("ix_request_customer_id", "request", ["customer_id"], unique=False, schema="returns")
    op.create_index("ix_request_order_id", "request", ["order_id"], unique=False, schema="returns")
    op.create_index(
        "uq_request_open",
        "request",
        ["order_id"],
        unique=True,
        schema="returns",
        postgresql_where=sa.text("reception = 'requested'"),
    )
    op.create_table(
        "service_scope",
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("verbs", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("store_ids", sa.ARRAY(sa.Integer()), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["staff.account.id"], name=op.f("fk_service_scope_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_service_scope")),
        schema="staff",
    )
    op.create_table(
        "service_token",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["staff.account.id"], name=op.f("fk_service_token_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_service_token")),
        schema="staff",
    )
    op.create_index("ix_service_token_account_id", "service_token", ["account_id"], unique=False, schema="staff")
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["staff.account.id"], name=op.f("fk_sign_in_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
        schema="staff",
    )
    op.create_index("ix_sign_in_account_id", "sign_in", ["account_id"], unique=False, schema="staff")
    op.create_table(
        "allocation",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("sku_id", sa.Integer(), nullable=False),
        sa.Column("qty", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.CheckConstraint("state IN ('active','released','consumed')", name=op.f("ck_allocation_state")),
        sa.CheckConstraint("qty > 0", name=op.f("ck_allocation_qty")),
        sa.ForeignKeyConstraint(
            ["store_id", "sku_id"],
            ["inventory.stock_level.store_id", "inventory.stock_level.sku_id"],
            name=op.f("fk_allocation_store_id_sku_id"),
        ),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_allocation")),
        schema="inventory",
    )
    op.create_index(
        "ix_allocation_active",
        "allocation",
        ["store_id", "sku_id"],
        unique=False,
        schema="inventory",
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("sku_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("d_on_hand", sa.Integer(), server_default="0", nullable=False),
        sa.Column("d_allocated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("d_reserved", sa.Integer(), server_default="0", nullable=False),
        sa.Column("d_short", sa.Integer(), server_default="0", nullable=False),
        sa.Column("d_in_transit", sa.Integer(), server_default="0", nullable=False),
        sa.Column("d_quarantine", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cause_type", sa.Text(), nullable=False),
        sa.Column("cause_id", sa.UUID(), nullable=True),
        sa.Column("operation_id", sa.UUID(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('opening','receive','allocate','release','hand_over','sell','return','adjust','damage','transfer_out','transfer_in','count')",
            name=op.f("ck_ledger_entry_kind"),
        ),
        sa.CheckConstraint("kind NOT IN ('adjust','damage') OR reason <> ''", name=op.f("ck_ledger_entry_reason")),
        sa.ForeignKeyConstraint(
            ["store_id", "sku_id"],
            ["inventory.stock_level.store_id", "inventory.stock_level.sku_id"],
            name=op.f("fk_ledger_entry_store_id_sku_id"),
        ),
        sa.PrimaryKeyConstraint("store_id", "sku_id", "version", name=op.f("pk_ledger_entry")),
        schema="inventory",
    )
    op.create_index("ix_ledger_entry_at", "ledger_entry", ["store_id", "at"], unique=False, schema="inventory")
    op.create_index("ix_ledger_entry_cause", "ledger_entry", ["cause_id"], unique=False, schema="inventory")
    op.create_table(
        "bag",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("fulfilment_id", sa.UUID(), nullable=False),
        sa.Column("staging_code", sa.Text(), nullable=True),
        sa.Column("packed_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id", "fulfilment_id"],
            ["orders.fulfilment.store_id", "orders.fulfilment.id"],
            name=op.f("fk_bag_store_id_fulfilment_id"),
        ),
        sa.PrimaryKeyConstraint("store_id", "label", name=op.f("pk_bag")),
        schema="pickup",
    )
    op.create_index("ix_bag_fulfilment", "bag", ["store_id", "fulfilment_id"], unique=False, schema="pickup")
    op.create_table(
        "handover",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("fulfilment_id", sa.UUID(), nullable=False),
        sa.Column("pass_id", sa.UUID(), nullable=False),
        sa.Column("staff_id", sa.UUID(), nullable=False),
        sa.Column("collector", sa.Text(), server_default="buyer", nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.CheckConstraint("collector IN ('buyer','proxy')", name=op.f("ck_handover_collector")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.account.id"], name=op.f("fk_handover_staff_id")),
        sa.ForeignKeyConstraint(
            ["store_id", "fulfilment_id"],
            ["orders.fulfilment.store_id", "orders.fulfilment.id"],
            name=op.f("fk_handover_store_id_fulfilment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["store_id", "pass_id"], ["passes.pass.store_id", "passes.pass.id"], name=op.f("fk_handover_store_id_pass_id")
        ),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_handover")),
        schema="pickup",
    )
    op.create_index("ix_handover_fulfilment", "handover", ["store_id", "fulfilment_id"], unique=False, schema="pickup")
    op.create_index("uq_handover_pass", "handover", ["store_id", "pass_id"], unique=True, schema="pickup")
    op.create_table(
        "reception",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.UUID(), nullable=False),
        sa.Column("staff_id", sa.UUID(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["returns.request.id"], name=op.f("fk_reception_request_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.account.id"], name=op.f("fk_reception_staff_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.store.id"], name=op.f("fk_reception_store_id")),
        sa.PrimaryKeyConstraint("store_id", "request_id", name=op.f("pk_reception")),
        schema="returns",
    )
    op.create_table(
        "request_line",
        sa.Column("request_id", sa.UUID(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=True),
        sa.Column("order_line_no", sa.Integer(), nullable=True),
        sa.Column("sku_id", sa.Integer(), nullable=False),
        sa.Column("qty", sa.Integer(), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=True),
        sa.CheckConstraint("disposition IN ('restock','damaged','quarantine')", name=op.f("ck_request_line_disposition")),
        sa.CheckConstraint("(order_id IS NULL) = (order_line_no IS NULL)", name=op.f("ck_request_line_origin")),
        sa.CheckConstraint("qty > 0", name=op.f("ck_request_line_qty")),
        sa.ForeignKeyConstraint(
            ["order_id", "order_line_no"],
            ["orders.order_line.order_id", "orders.order_line.line_no"],
            name=op.f("fk_request_line_order_id_order_line_no"),
        ),
        sa.ForeignKeyConstraint(["request_id"], ["returns.request.id"], name=op.f("fk_request_line_request_id")),
        sa.ForeignKeyConstraint(["sku_id"], ["catalog.sku.id"], name=op.f("fk_request_line_sku_id")),
        sa.PrimaryKeyConstraint("request_id", "line_no", name=op.f("pk_request_line")),
        schema="returns",
    )
    op.create_index("ix_request_line_order", "request_line", ["order_id", "order_line_no"], unique=False, schema="returns")
    op.create_table(
        "fulfilment_line",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("fulfilment_id", sa.UUID(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("sku_id", sa.Integer(), nullable=False),
        sa.Column("qty", sa.Integer(), nullable=False),
        sa.Column("qty_picked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("qty_handed_over", sa.Integer(), server_default="0", nullable=False),
        sa.Column("allocation_id", sa.UUID(), nullable=True),
        sa.CheckConstraint("qty > 0 AND qty_picked BETWEEN 0 AND qty", name=op.f("ck_fulfilment_line_picked")),
        sa.CheckConstraint("qty_handed_over BETWEEN 0 AND qty_picked", name=op.f("ck_fulfilment_line_handed_over")),
        sa.ForeignKeyConstraint(
            ["order_id", "line_no"],
            ["orders.order_line.order_id", "orders.order_line.line_no"],
            name=op.f("fk_fulfilment_line_order_id_line_no"),
        ),
        sa.ForeignKeyConstraint(["sku_id"], ["catalog.sku.id"], name=op.f("fk_fulfilment_line_sku_id")),
        sa.ForeignKeyConstraint(
            ["store_id", "allocation_id"],
            ["inventory.allocation.store_id", "inventory.allocation.id"],
            name=op.f("fk_fulfilment_line_store_id_allocation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["store_id", "fulfilment_id"],
            ["orders.fulfilment.store_id", "orders.fulfilment.id"],
            name=op.f("fk_fulfilment_line_store_id_fulfilment_id"),
        ),
        sa.PrimaryKeyConstraint("store_id", "fulfilment_id", "line_no", name=op.f("pk_fulfilment_line")),
        schema="orders",
    )
    op.create_index("ix_fulfilment_line_order", "fulfilment_line", ["order_id", "line_no"], unique=False, schema="orders")
    op.create_table(
        "receipt",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("handover_id", sa.UUID(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("tender", sa.Text(), nullable=False),
        sa.Column("slip_no", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order.id"], name=op.f("fk_receipt_order_id")),
        sa.ForeignKeyConstraint(
            ["store_id", "handover_id"],
            ["pickup.handover.store_id", "pickup.handover.id"],
            name=op.f("fk_receipt_store_id_handover_id"),
        ),
        sa.PrimaryKeyConstraint("store_id", "number", name=op.f("pk_receipt")),
        schema="pickup",
    )
    op.create_index("uq_receipt_handover", "receipt", ["store_id", "handover_id"], unique=True, schema="pickup")
    op.create_table(
        "pick_scan",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("fulfilment_id", sa.UUID(), nullable=False),
        sa.Column("operation_id", sa.UUID(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("qty", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.UUID(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.account.id"], name=op.f("fk_pick_scan_staff_id")),
        sa.ForeignKeyConstraint(
            ["store_id", "fulfilment_id", "line_no"],
            ["orders.fulfilment_line.store_id", "orders.fulfilment_line.fulfilment_id", "orders.fulfilment_line.line_no"],
            name=op.f("fk_pick_scan_store_id_fulfilment_id_line_no"),
        ),
        sa.PrimaryKeyConstraint("store_id", "fulfilment_id", "operation_id", name=op.f("pk_pick_scan")),
        schema="pickup",
    )


def downgrade() -> None:
    for schema in reversed(SCHEMAS):
        op.execute(f"DROP SCHEMA {schema} CASCADE")
