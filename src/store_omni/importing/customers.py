"""Customers with the handles they are reached by."""

from collections.abc import Sequence

import asyncpg

from store_omni.importing.asking import figures
from store_omni.importing.counting import Counts
from store_omni.importing.mapping import Mapping
from store_omni.importing.parsing import moment
from store_omni.importing.progress import Progress
from store_omni.importing.reading import Source
from store_omni.importing.rejecting import Rejects
from store_omni.importing.staging import Cells, Parse, needed, stage
from store_omni.kit.emails import normal_email
from store_omni.kit.phones import normal_phone

LOCALES = ("ko", "en")
COLUMNS = ("code", "name", "phone", "email", "locale", "joined_at", "mended")
TABLE = """CREATE TEMP TABLE import_customer (
  file int, row int, code text, name text, phone text, email text, locale text, joined_at timestamptz, mended boolean) ON COMMIT DROP"""


async def import_customers(
    connection: asyncpg.Connection, sources: Sequence[Source], *, mapping: Mapping, progress: Progress, rejects: Rejects
) -> Counts:
    """Insert new customers, update known ones (by code). Runs in the caller's transaction.

    A telephone or e-mail that is none is left out, and the row counts as adjusted. Two customers may share a handle.
    """
    counts = Counts()
    await connection.execute(TABLE)
    await stage(
        connection, "import_customer", COLUMNS, sources, mapping, _parser(mapping), counts=counts, rejects=rejects, progress=progress
    )  # fmt: skip
    progress.step("Writing customers")
    new, mended = await figures(connection, WRITE)
    await connection.execute(_IDENTITIES)
    counts.rejected = await rejects.count()
    counts.adjusted = mended
    counts.imported = new - mended
    counts.merged = counts.read - counts.rejected - new
    return counts


def _parser(mapping: Mapping) -> Parse:
    def parse(cells: Cells) -> tuple:
        (code,) = needed(cells, "code")
        phone, email = normal_phone(cells["phone"], mapping.phone_region), normal_email(cells["email"])
        mended = bool(cells["phone"] and not phone) or bool(cells["email"] and not email)
        locale = cells["locale"].lower()[:2]
        joined = cells["joined_at"]
        return (
            code, cells["name"], phone, email, locale if locale in LOCALES else mapping.locale,
            moment(joined, mapping.timezone, mapping.dates) if joined else None, mended,
        )  # fmt: skip

    return parse


WRITE = """
WITH one AS (
  SELECT DISTINCT ON (code) * FROM import_customer ORDER BY code, file, row
), written AS (
  INSERT INTO customers.customer (id, code, status, display_name, locale, created_at)
  SELECT md5('customer' || chr(31) || code)::uuid, code, 'active', name, locale, coalesce(joined_at, now()) FROM one
  ON CONFLICT (code) DO UPDATE SET display_name = excluded.display_name, locale = excluded.locale
  WHERE customer.status = 'active' AND (customer.display_name, customer.locale) IS DISTINCT FROM (excluded.display_name, excluded.locale)
  RETURNING code, xmax = 0 AS fresh
)
SELECT count(*) FILTER (WHERE w.fresh), count(*) FILTER (WHERE w.fresh AND o.mended) FROM written w JOIN one o USING (code)"""

# An erased or merged customer does not come back by an old list.
_IDENTITIES = """
INSERT INTO customers.identity (id, customer_id, origin_customer_id, kind, value, last_four, created_at)
SELECT md5('identity' || chr(31) || c.id || h.kind || h.value)::uuid, c.id, c.id, h.kind, h.value,
       CASE WHEN h.kind = 'phone' THEN right(h.value, 4) ELSE '' END, c.created_at
FROM import_customer i JOIN customers.customer c ON c.code = i.code AND c.status = 'active',
  LATERAL (VALUES ('phone', i.phone), ('email', i.email)) h(kind, value)
WHERE h.value IS NOT NULL
ON CONFLICT DO NOTHING"""
