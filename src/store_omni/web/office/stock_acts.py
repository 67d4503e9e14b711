"""/office/stock/{store}/{sku}/…: what a manager does to one level: changes by hand, quarantine, selling rules, a recount."""

from typing import Any

from litestar import Request, Response, Router, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from store_omni.journal.actors import Actor
from store_omni.journal.operations import once
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import N_, Refusal
from store_omni.stockroom.adjusting import DAMAGE_REASONS, Change, adjust, end_quarantine, set_aside_damaged
from store_omni.stockroom.counting import Zone, start_count
from store_omni.stockroom.overseeing_papers import open_recount
from store_omni.stockroom.queries import ledger_of
from store_omni.stockroom.ruling import UNITS_MAX, Rule, change_rule, rules_of
from store_omni.stores.knowing import KnownStores
from store_omni.web.office.stock_level import adjust_choices, may_undo, place_of
from store_omni.web.office.stock_refusing import of_free_units
from store_omni.web.plumbing.addresses import address
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.guarding import by, staff_guard
from store_omni.web.plumbing.pages import go_to
from store_omni.web.plumbing.units import operation_key

Req = Request[Any, Any, Any]


class SomethingSince(Refusal):
    code = "something_since"
    title = N_("Something has happened since")
    reason = N_("The change you want to take back is not the newest any more, or it is too old.")
    next_step = N_("Reload the page and enter what has to be corrected.")


@post("/{store_code:str}/{sku_code:str}/adjustments", status_code=200)
async def adjustments(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
    store_code: FromPath[str],
    sku_code: FromPath[str],
) -> Response[str]:
    """`adjust_units`; `adjust_reason` is `more:` or `fewer:` and the reason, because most reasons go one way only."""
    here = await place_of(write, known_stores, store_code, sku_code)
    form = await read_form(request)
    checks = Checks(form)
    units = checks.whole_number("adjust_units", low=1, high=UNITS_MAX)
    way, _, reason = checks.one_of("adjust_reason", adjust_choices()).partition(":")
    checks.done()
    change = Change(here.sku_id, units if way == "more" else -units)

    async def work() -> dict[str, Any]:
        adjusting = adjust(write, here.store.id, changes=[change], reason=reason, by=by, note=form.get("adjust_note", ""))
        return {"document": str(await of_free_units(write, [here.sku_id], adjusting))}

    await once(write, operation_key(request, form), ["adjust", here.store.id, here.sku_id, change.units, reason], by, work)
    return go_to(request, here.address)


@post("/{store_code:str}/{sku_code:str}/damage", status_code=200)
async def damage(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
    store_code: FromPath[str],
    sku_code: FromPath[str],
) -> Response[str]:
    here = await place_of(write, known_stores, store_code, sku_code)
    form = await read_form(request)
    checks = Checks(form)
    units = checks.whole_number("damage_units", low=1, high=UNITS_MAX)
    reason = checks.one_of("damage_reason", tuple(DAMAGE_REASONS))
    checks.done()

    async def work() -> dict[str, Any]:
        note = form.get("damage_note", "")
        made = await set_aside_damaged(write, here.store.id, sku_id=here.sku_id, units=units, reason=reason, by=by, note=note)
        return {"document": str(made)}

    await once(write, operation_key(request, form), ["damage", here.store.id, here.sku_id, units, reason], by, work)
    return go_to(request, here.address)


@post("/{store_code:str}/{sku_code:str}/quarantine", status_code=200)
async def quarantine(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
    store_code: FromPath[str],
    sku_code: FromPath[str],
) -> Response[str]:
    """Units leave quarantine, `to` the shelf or written off."""
    here = await place_of(write, known_stores, store_code, sku_code)
    form = await read_form(request)
    checks = Checks(form)
    units = checks.whole_number("quarantine_units", low=1, high=UNITS_MAX)
    to = checks.one_of("to", ("shelf", "written_off"))
    checks.done()

    async def work() -> dict[str, Any]:
        made = await end_quarantine(write, here.store.id, sku_id=here.sku_id, units=units, to=to, by=by)  # type: ignore[arg-type]
        return {"document": str(made)}

    await once(write, operation_key(request, form), ["quarantine", here.store.id, here.sku_id, units, to], by, work)
    return go_to(request, here.address)


@post("/{store_code:str}/{sku_code:str}/undoing", status_code=200)
async def undoing(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
    store_code: FromPath[str],
    sku_code: FromPath[str],
) -> Response[str]:
    """Takes back the newest change by hand, by an entry of its own. `version`: the entry that is meant."""
    here = await place_of(write, known_stores, store_code, sku_code)
    form = await read_form(request)
    checks = Checks(form)
    version = checks.whole_number("version", low=1, high=10**8)
    checks.done()

    async def work() -> dict[str, Any]:
        newest = next(iter(await ledger_of(write, here.store.id, here.sku_id, limit=1)), None)
        if newest is None or not may_undo(newest, by) or newest.version != version:
            raise SomethingSince
        if newest.kind == "damage":
            made = await end_quarantine(write, here.store.id, sku_id=here.sku_id, units=newest.d_quarantine, to="shelf", by=by)
        else:
            change = Change(here.sku_id, -newest.d_on_hand)
            made = await adjust(write, here.store.id, changes=[change], reason="typing_error", by=by)
        return {"document": str(made)}

    await once(write, operation_key(request, form), ["undo", here.store.id, here.sku_id, version], by, work)
    return go_to(request, here.address)


@post("/{store_code:str}/{sku_code:str}/rules", status_code=200)
async def rules(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
    store_code: FromPath[str],
    sku_code: FromPath[str],
) -> Response[str]:
    """For each channel `safety_…`, `few_…`, `closed_…` and `version_…`, the one that was looked at."""
    here = await place_of(write, known_stores, store_code, sku_code)
    form = await read_form(request)
    checks = Checks(form)
    wanted = [
        Rule(
            one.channel,
            safety=checks.whole_number(f"safety_{one.channel}", low=0, high=UNITS_MAX, default=0),
            few_below=checks.whole_number(f"few_{one.channel}", low=0, high=UNITS_MAX, default=one.few_below),
            closed=form.get(f"closed_{one.channel}") == "1",
            version=checks.whole_number(f"version_{one.channel}", low=0, high=10**8),
        )
        for one in await rules_of(write, here.store.id, here.sku_id)
    ]
    checks.done()
    for rule in wanted:
        await change_rule(write, here.store.id, here.sku_id, rule, by=by)
    return go_to(request, here.address)


@post("/{store_code:str}/{sku_code:str}/recount", status_code=200)
async def recount(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
    store_code: FromPath[str],
    sku_code: FromPath[str],
) -> Response[str]:
    """A count of this SKU alone, to be done at the store; the one under way, if there is any."""
    here = await place_of(write, known_stores, store_code, sku_code)
    form = await read_form(request)

    async def work() -> dict[str, Any]:
        under_way = await open_recount(write, here.store.id, here.sku_id)
        return {
            "count": str(under_way or await start_count(write, here.store.id, zone=Zone("recount", sku_ids=[here.sku_id]), by=by))
        }

    made = await once(write, operation_key(request, form), ["recount", here.store.id, here.sku_id], by, work)
    return go_to(request, address("/office/stock/counts", here.store.code, made["count"]))


ACTS = Router(
    path="",
    guards=[staff_guard("office", "manager")],
    dependencies={"by": Provide(by)},
    route_handlers=[adjustments, damage, quarantine, undoing, rules, recount],
)
