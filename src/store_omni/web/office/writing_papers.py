"""Papers that a manager writes line by line; what stands on them so far is kept in the page's address."""

from store_omni.kit.database import ReadSession
from store_omni.stockroom.listing import goods_by_code
from store_omni.web.plumbing.drafting import UNITS_MAX, Draft, read_draft
from store_omni.web.plumbing.forms import Checks


def drafted(form: dict[str, str]) -> Draft:
    """The draft in `lines` as the numbers in `units_…` say; a field that says nothing changes nothing. Errors: `InvalidInput`."""
    draft, checks = read_draft(form.get("lines", "")), Checks(form)
    for line in draft.lines:
        draft = draft.set(line.sku_id, checks.whole_number(f"units_{line.sku_id}", low=0, high=UNITS_MAX, default=line.units))
    checks.done()
    return draft


async def drafted_with_more(session: ReadSession, form: dict[str, str]) -> Draft:
    """The same, with `units` more of what `code` names. Errors: `InvalidInput`, `UnknownGoods`, `DraftFull`."""
    draft, code = drafted(form), form.get("code", "")
    if not code:
        return draft
    found = await goods_by_code(session, [code])
    checks = Checks(form)
    units = checks.whole_number("units", low=1, high=UNITS_MAX, default=1)
    checks.done()
    return draft.more(found[code], units)
