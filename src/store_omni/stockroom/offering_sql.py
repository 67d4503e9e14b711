"""What may be promised, as SQL over a stock level `l` and its selling rule `r`; the function `stockroom.levels` says the same."""

FEW_BELOW = 4
# Never while a recorded deficit is open, never the units that the channel holds back.
FREE = """CASE WHEN l.store_id IS NULL OR l.short > 0 OR coalesce(r.closed, false) THEN 0
  ELSE greatest(0, l.on_hand - l.allocated - l.reserved - coalesce(r.safety, 0)) END"""
