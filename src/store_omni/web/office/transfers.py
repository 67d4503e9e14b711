"""/office/stock/transfers: goods on their way between stores, and sending some."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from store_omni.journal.actors import Actor
from store_omni.journal.operations import once
from store_omni.kit.clock import refuse_unimaginable
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import N_, InvalidInput
from store_omni.stockroom.errors import SameStore
from store_omni.stockroom.overseeing import goods_at
from store_omni.stockroom.overseeing_papers import transfers_everywhere
from store_omni.stockroom.papers import transfer_of
from store_omni.stockroom.purchasing import Listed
from store_omni.stockroom.transferring import close_transfer, send_transfer
from store_omni.stores.knowing import KnownStores
from store_omni.stores.queries import StoreView
from store_omni.web.office.papers import asked_for, drafted, drafted_with_more, store_named
from store_omni.web.office.stock import stores_for_choice
from store_omni.web.office.stock_refusing import of_free_units
from store_omni.web.plumbing.addresses import address
from store_omni.web.plumbing.drafting import read_draft
from store_omni.web.plumbing.forms import read_form
from store_omni.web.plumbing.guarding import by, staff_guard, staff_view
from store_omni.web.plumbing.pages import go_to, page
from store_omni.web.plumbing.units import operation_key

Req = Request[Any, Any, Any]
BASE = "/office/stock/transfers"


@get("/")
async def show(
    request: Req,
    read: NamedDependency[ReadSession],
    known_stores: NamedDependency[KnownStores],
    store: FromQuery[str] = "",
    over: FromQuery[str] = "",
) -> Response[str]:
    asked = await asked_for(request, known_stores, store=store, over=over)
    transfers = await transfers_everywhere(read, store_id=asked.store_id, show=asked.show, among=asked.among)
    return page(request, "office/stock/transfers.html", asked.context | {"transfers": transfers})


@get("/new")
async def new(
    request: Req,
    read: NamedDependency[ReadSession],
    known_stores: NamedDependency[KnownStores],
    sender: FromQuery[str] = "",
    receiver: FromQuery[str] = "",
    due: FromQuery[str] = "",
    lines: FromQuery[str] = "",
) -> Response[str]:
    """A transfer that is being written; it stands in the address."""
    stores = await stores_for_choice(request.app.state.known_stores)  # goods may go to a store of another manager
    by_code = (await request.app.state.known_stores.all()).by_code
    from_store = await store_named(known_stores, sender)
    draft = read_draft(lines)
    known = await goods_at(read, from_store.id, [line.sku_id for line in draft.lines])
    draft = draft.only(known)
    listed = [(line, known[line.sku_id]) for line in draft.lines]
    others = [store for store in stores if store.id != from_store.id]
    context = {
        "staff": staff_view(request),
        "nav": "stock",
        "stores": stores,
        "senders": await stores_for_choice(known_stores),
        "sender": from_store,
        "receiver": by_code.get(receiver) or (others[0] if others else from_store),
        "due": due,
        "draft": draft,
        "listed": listed,
        "lacking": [item for line, item in listed if item.free < line.units],
    }
    return page(request, "office/stock/transfer_new.html", context)


def _due(form: dict[str, str], receiver: StoreView) -> datetime | None:
    """When it should be there, by the receiver's clock. Errors: `InvalidInput`."""
    typed = form.get("due", "")
    if not typed:
        return None
    try:
        at = datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(receiver.timezone))
        refuse_unimaginable(at, "due")
    except InvalidInput as refusal:
        raise InvalidInput(refusal.problems, form) from None
    except ValueError:
        raise InvalidInput({"due": N_("Enter a day and a time.")}, form) from None
    return at


@post("/lines", status_code=200)
async def lines(request: Req, read: NamedDependency[ReadSession]) -> Response[str]:
    """Adds what `code` names, or takes the numbers as they were typed; nothing is kept but in the address."""
    return await _written(request, read, await read_form(request))


async def _written(request: Req, session: ReadSession, form: dict[str, str]) -> Response[str]:
    draft = await drafted_with_more(session, form)
    fields = {"sender": form.get("sender", ""), "receiver": form.get("receiver", ""), "due": form.get("due", "")}
    return go_to(request, f"{BASE}/new?{urlencode(fields | {'lines': draft.text})}")


@post("/", status_code=200)
async def send(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
) -> Response[str]:
    """Goods leave a store: sent twice, they leave once. A code that was typed and not yet added is added first."""
    form = await read_form(request)
    if form.get("code"):
        return await _written(request, write, form)
    sender = await known_stores.by_code(form.get("sender", ""))
    receiver = await request.app.state.known_stores.by_code(form.get("receiver", ""))
    if sender.id == receiver.id:
        raise SameStore
    due = _due(form, receiver)
    listed = [Listed(line.sku_id, line.units) for line in drafted(form).lines]
    note = form.get("note", "")

    async def work() -> dict[str, Any]:
        sending = send_transfer(write, sender.id, to_store_id=receiver.id, lines=listed, by=by, expected_at=due, note=note)
        return {"transfer": str((await of_free_units(write, [line.sku_id for line in listed], sending)).id)}

    body = ["transfer", sender.id, receiver.id, listed, due, note]
    made = await once(write, operation_key(request, form), body, by, work)
    return go_to(request, address(BASE, sender.code, made["transfer"]))


@get("/{store_code:str}/{transfer_id:uuid}")
async def one(
    request: Req,
    read: NamedDependency[ReadSession],
    known_stores: NamedDependency[KnownStores],
    store_code: FromPath[str],
    transfer_id: FromPath[UUID],
) -> Response[str]:
    store = await known_stores.by_code(store_code)
    transfer = await transfer_of(read, store.id, transfer_id)
    context = {
        "staff": staff_view(request),
        "nav": "stock",
        "store": store,
        "transfer": transfer,
        # Of a store that is no longer in use there is no page.
        "level_code": transfer.to_code if transfer.to_code in (await known_stores.all()).by_code else store.code,
        "still_open": sum(line.open for line in transfer.lines),
        "differs": any(line.qty_missing or line.qty_extra for line in transfer.lines),
    }
    return page(request, "office/stock/transfer.html", context)


@post("/{store_code:str}/{transfer_id:uuid}/closing", status_code=200)
async def closing(
    request: Req,
    write: NamedDependency[WriteSession],
    by: NamedDependency[Actor],
    known_stores: NamedDependency[KnownStores],
    store_code: FromPath[str],
    transfer_id: FromPath[UUID],
) -> Response[str]:
    """Nobody waits for the rest any longer: it is written off at the receiver and becomes a task there. Sent twice, it is
    written off once."""
    store = await known_stores.by_code(store_code)
    form = await read_form(request)
    transfer = await transfer_of(write, store.id, transfer_id)
    note = form.get("note", "")

    async def work() -> dict[str, Any]:
        return {"missing": len(await close_transfer(write, transfer.to_store_id, transfer_id, by=by, note=note))}

    await once(write, operation_key(request, form), ["close_transfer", transfer_id, note], by, work)
    return go_to(request, address(BASE, store.code, transfer_id))


TRANSFERS = Router(
    path="/transfers",
    guards=[staff_guard("office", "manager")],
    dependencies={"by": Provide(by)},
    route_handlers=[show, new, lines, send, one, closing],
)
