CREATE OR REPLACE FUNCTION journal.seal_only()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
  IF OLD.pos IS NOT NULL OR NEW.pos IS NULL
     OR to_jsonb(NEW) - '{pos,prev_hash,hash}'::text[] <> to_jsonb(OLD) - '{pos,prev_hash,hash}'::text[] THEN
    RAISE EXCEPTION 'journal.fact is append-only' USING ERRCODE = 'SO090';
  END IF;
  RETURN NEW;
END $$;
