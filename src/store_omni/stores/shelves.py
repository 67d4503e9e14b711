"""Shelves for ready bags. A store without any could stage no bag and finish no pickup, so each gets some to begin with."""

SHELVES_TO_BEGIN_WITH = 6
# The n-th shelf: A1 to A6, B1 to B6, …
SHELF_CODE = "chr(65 + (n - 1) / 6) || (n - 1) % 6 + 1"
# For every store that has none yet.
GIVE_SHELVES = f"""
INSERT INTO stores.staging_location (store_id, code, label, position)
SELECT s.id, {SHELF_CODE}, {SHELF_CODE}, n FROM stores.store s CROSS JOIN generate_series(1, {SHELVES_TO_BEGIN_WITH}) n
WHERE NOT EXISTS (SELECT 1 FROM stores.staging_location l WHERE l.store_id = s.id)
ON CONFLICT DO NOTHING"""
