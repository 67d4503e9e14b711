"""Laws of the schema, read from its metadata."""

from sqlalchemy import UniqueConstraint

from store_omni.tables import SCHEMAS, metadata

# Lower index = lower room. Rooms that stand side by side never point at each other.
LEVEL = {
    "journal": 0, "catalog": 1, "stores": 1, "staff": 2, "customers": 3, "inventory": 4, "payments": 4, "passes": 4,
    "stockroom": 5, "orders": 5, "pickup": 6, "returns": 6, "notifications": 7,
}  # fmt: skip

# Rows that belong to one store: a later split by store must be able to take them along whole.
OWNED_BY_STORE = {
    "inventory.stock_level", "inventory.ledger_entry", "inventory.allocation", "inventory.selling_rule", "inventory.selling_rule_version",
    "inventory.document", "inventory.hold", "inventory.hold_line", "stockroom.purchase", "stockroom.purchase_line",
    "stockroom.transfer", "stockroom.transfer_line", "stockroom.count", "stockroom.count_line", "stockroom.task", "stockroom.trust",
    "stockroom.till_feed", "stockroom.till_report", "passes.pass",
    "orders.fulfilment", "orders.fulfilment_line", "pickup.pick_scan", "pickup.bag", "pickup.handover", "pickup.number_check", "pickup.shortage", "pickup.receipt", "payments.refund_rule", "payments.refund_request",
    "pickup.receipt_counter", "returns.reception", "stores.opening_hours", "stores.holiday", "stores.staging_location",
}  # fmt: skip


def test_every_room_with_tables_has_its_level() -> None:
    assert set(SCHEMAS) == set(LEVEL)


def test_foreign_keys_point_down() -> None:
    wrong = []
    for table in metadata.tables.values():
        for key in table.foreign_keys:
            here, there = LEVEL[table.schema], LEVEL[key.column.table.schema]
            if there > here or (there == here and key.column.table.schema != table.schema):
                wrong.append(f"{table.fullname}.{key.parent.name} → {key.column.table.fullname}")
    assert wrong == []


def test_the_journal_points_at_nothing() -> None:
    assert [table.name for table in metadata.tables.values() if table.schema == "journal" and table.foreign_keys] == []


def test_keys_of_a_stores_rows_begin_with_the_store() -> None:
    wrong = []
    for name in OWNED_BY_STORE:
        table = metadata.tables[name]
        keys = [("primary key", list(table.primary_key.columns))]
        keys += [("unique", list(key.columns)) for key in table.constraints if isinstance(key, UniqueConstraint)]
        keys += [("unique index", list(index.columns)) for index in table.indexes if index.unique]
        keys += [
            ("foreign key", list(key.columns))
            for key in table.foreign_key_constraints
            if key.referred_table.fullname in OWNED_BY_STORE
        ]
        wrong += [f"{name}: {what} {[c.name for c in columns]}" for what, columns in keys if columns[0].name != "store_id"]
    assert wrong == []


def test_a_table_with_a_store_in_its_key_is_listed_as_owned() -> None:
    with_store = {
        name for name, table in metadata.tables.items() if "store_id" in {column.name for column in table.primary_key.columns}
    }
    assert with_store == OWNED_BY_STORE
