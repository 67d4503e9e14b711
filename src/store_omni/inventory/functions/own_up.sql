CREATE OR REPLACE FUNCTION inventory.own_up(p_store integer, p_sku integer, p_document uuid, p_channel text, p_actor_kind text, p_actor_id text)
 RETURNS void
 LANGUAGE plpgsql
AS $$
-- The one way into the ledger beside `inventory.post`: for a balance that was changed behind the ledger's back. The balance
-- stays, because people saw it and sold by it; the ledger gets the entry that is missing, so that its sum is the balance again.
-- Where numbers are missing among the entries, they are filled (the first with the difference), else it is the next number.
DECLARE
  l inventory.stock_level;
  v_top bigint;
  v_count bigint;
BEGIN
  SELECT * INTO STRICT l FROM inventory.stock_level WHERE store_id = p_store AND sku_id = p_sku FOR UPDATE;
  SELECT greatest(l.version, max(version)), count(*) INTO v_top, v_count
  FROM inventory.ledger_entry WHERE store_id = p_store AND sku_id = p_sku;
  IF v_top - v_count > 100000 THEN
    RAISE EXCEPTION 'the version of store %, SKU % is beyond mending', p_store, p_sku;
  END IF;
  IF v_top = v_count THEN
    v_top := v_top + 1;
  END IF;
  INSERT INTO inventory.ledger_entry (store_id, sku_id, version, kind, d_on_hand, d_allocated, d_reserved, d_short, d_in_transit,
    d_quarantine, document_id, cause_type, cause_id, reason, channel, actor_kind, actor_id, at)
  SELECT p_store, p_sku, g.version, 'adjust', g.first * (l.on_hand - s.on_hand), g.first * (l.allocated - s.allocated),
         g.first * (l.reserved - s.reserved), g.first * (l.short - s.short), g.first * (l.in_transit - s.in_transit),
         g.first * (l.quarantine - s.quarantine), p_document, 'drift', p_document, 'drift', p_channel, p_actor_kind, p_actor_id,
         -- A filled number keeps the order of times; a new one is now.
         coalesce((SELECT min(x.at) FROM inventory.ledger_entry x
                   WHERE x.store_id = p_store AND x.sku_id = p_sku AND x.version > g.version), clock_timestamp())
  FROM (SELECT coalesce(sum(e.d_on_hand), 0) AS on_hand, coalesce(sum(e.d_allocated), 0) AS allocated,
               coalesce(sum(e.d_reserved), 0) AS reserved, coalesce(sum(e.d_short), 0) AS short,
               coalesce(sum(e.d_in_transit), 0) AS in_transit, coalesce(sum(e.d_quarantine), 0) AS quarantine
        FROM inventory.ledger_entry e WHERE e.store_id = p_store AND e.sku_id = p_sku) s,
       (SELECT v AS version, (row_number() OVER (ORDER BY v) = 1)::int AS first FROM generate_series(1, v_top) v
        WHERE NOT EXISTS (SELECT 1 FROM inventory.ledger_entry x
                          WHERE x.store_id = p_store AND x.sku_id = p_sku AND x.version = v)) g;
  UPDATE inventory.stock_level SET version = v_top, changed_at = clock_timestamp() WHERE store_id = p_store AND sku_id = p_sku;
END $$;
