"""The statements of a history: which lines it has (THE definition, for every face), and two that need no other round trip.

Touches: own record: customers.{sign_in, customer}, journal.entry. A service's look: staff.{service_token, account, service_scope},
customers.customer, journal.entry, and it writes journal.access. Both: stores.store only for names, kept by the process.
"""

from store_omni.customers.signing_in import HOLDER as SHOPPER_HOLDER
from store_omni.journal.looking import LOOK
from store_omni.staff.serving import HOLDER as SERVICE_HOLDER

PAGE_ENTRIES = 20
CLASSES = {
    "shopper": ("order", "care", "browse"),
    "guest": ("order",),
    "clerk": ("order", "care", "staff_only"),
    "agent": ("order", "care", "browse", "staff_only"),
    "manager": ("order", "care", "browse", "staff_only"),
    "service": ("order",),
}
STORES = "SELECT id, code, name_ko, name_en FROM stores.store"

# The row comparison is an index condition only against values, which the two scalar reads are.
_OLDER = " AND (e.occurred_at, e.id) < ((SELECT b.occurred_at FROM journal.entry b WHERE b.id = {before}), {before})"


def entries(columns: str, *, whose: str, classes: str, before: str | None = None, more: str = "", joined: str = "") -> str:
    """Lines of `journal.entry e`, newest first, one more than a page has, so that its end is known. whose, more: conditions;
    classes, before: places or literals; joined: what else the columns are taken from."""
    older = _OLDER.format(before=before) if before else ""
    return f"""SELECT {columns} FROM journal.entry e{joined}
  WHERE {whose} AND e.access_class = ANY ({classes}){older}{more}
  ORDER BY e.occurred_at DESC, e.id DESC LIMIT {PAGE_ENTRIES + 1}"""


COLUMNS = (
    "e.id, e.occurred_at, e.kind, e.channel, e.actor_kind, e.actor_label, e.order_id, e.store_id, s.name_ko, s.name_en, e.display"
)
AT_STORES = " LEFT JOIN stores.store s ON s.id = e.store_id"

# Hot: a page is one text, in bytes, written by the database as JSON: as rows and objects it would cost the process twice what all else does.
# Separated by characters that JSON text never holds are the lines; in a line what the process adds: how it is told, and the store,
# whose join would cost as much as the history itself; and the words it is told by.
LINES, ADDED, WORDS = b"\x1e", b"\x1f", b"\x1d"
_ADDED, _WORDS = ADDED.decode(), WORDS.decode()
# Where the id lies in a line.
ID_PLACE = slice(7, 43)
NAMED_ACTORS = "('guest', 'shopper')"
# Joined by || and with plain casts: concat() and to_json() of each part cost half as much again. The pool fixes how a date is written.
_UTC = "(e.occurred_at AT TIME ZONE 'UTC')"
_ACTOR = f"CASE WHEN e.actor_kind IN {NAMED_ACTORS} THEN to_json(e.actor_label)::text ELSE 'null' END"
_ORDER = "coalesce('\"' || e.order_id || '\"', 'null')"
_LINE = f"""'{{"id":"' || e.id || '","occurred_at":"' || {_UTC}::date || 'T' || {_UTC}::time || 'Z",{_ADDED}' || e.kind || '{_WORDS}'
    || e.channel || '{_WORDS}' || e.actor_kind || '{_ADDED},"actor":' || {_ACTOR} || ',"order_id":' || {_ORDER}
    || ',{_ADDED}' || coalesce(e.store_id::text, '') || '{_ADDED},"display":' || e.display || '}}' AS line"""


def _page(role: str, *, whose: str, before: str | None, more: str = "") -> str:
    classes = "'{" + ",".join(CLASSES[role]) + "}'"
    lines = entries(_LINE, whose=whose, classes=classes, before=before, more=more)
    return f"SELECT convert_to(string_agg(line, '{LINES.decode()}'), 'UTF8') AS page FROM (\n  {lines}) AS lines"


def _own(before: str | None) -> str:
    page = _page("shopper", whose="e.customer_id = c.id", before=before)
    return f"""SELECT h.page FROM (SELECT c.id FROM {SHOPPER_HOLDER.format(held="$1")}) c CROSS JOIN LATERAL (
  {page}) h"""


# $1: the token's hash; $2: before. No row: nobody is signed in with this token; NULL: a history without lines.
OWN = _own(None)
OWN_OLDER = _own("$2")


def _looked(before: str | None) -> str:
    reach = "(w.store_ids IS NULL OR e.store_id = ANY (w.store_ids))"
    page = _page("service", whose="e.customer_id = l.customer_id", before=before, more=f" AND {reach}")
    return f"""WITH w AS MATERIALIZED (
  SELECT r.*, a.id, s.store_ids, 'customers:read' = ANY (s.verbs) AS may
  FROM unnest($1::bytea[], $2::uuid[], $3::uuid[], $4::text[]) WITH ORDINALITY r(held, customer_id, look_id, source, no)
  CROSS JOIN {SERVICE_HOLDER.format(held="= r.held")}
), whose AS MATERIALIZED (
  SELECT w.*, c.id AS customer FROM w JOIN customers.customer c ON w.may AND c.status IN ('guest', 'active')
    AND c.id = (SELECT coalesce(m.merged_into, m.id) FROM customers.customer m WHERE m.id = w.customer_id)
  WHERE w.store_ids IS NULL OR (SELECT e.store_id FROM journal.entry e WHERE e.customer_id = c.id AND e.store_id = ANY (w.store_ids)
    ORDER BY e.occurred_at DESC LIMIT 1) IS NOT NULL
), l AS (
  {LOOK} SELECT look_id, id, 'service', NULL, customer, NULL, 'api.history', source FROM whose RETURNING id, customer_id
)
SELECT w.no::int, w.may, l.customer_id IS NOT NULL, h.page FROM w LEFT JOIN l ON l.id = w.look_id CROSS JOIN LATERAL (
  {page}) h"""


# Several services' looks at once: $1 hashes of tokens, $2 customers, $3 ids of the access rows, $4 sources, all of one length;
# $5: before. A row for question `no` (from 1), none where nobody holds its token: its holder may, the customer is there, the page
# (NULL without lines). The lines hang on the access row: no row, no look.
LOOKED = _looked(None)
LOOKED_OLDER = _looked("$5")
