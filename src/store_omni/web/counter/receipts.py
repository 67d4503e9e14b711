"""/counter/receipts: taking goods in by scanning them, from a transfer, a purchase or without papers, in as many parts as
they come. What was scanned so far stands in the address until it is taken in."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from store_omni.journal.actors import Actor
from store_omni.journal.operations import once
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import NotFound
from store_omni.stockroom.listing import goods_by_code
from store_omni.stockroom.overseeing import GoodsAt, goods_at
from store_omni.stockroom.overseeing_papers import receipt_of_goods, receipts_since
from store_omni.stockroom.papers import purchase_of, purchases_of, transfer_of, transfers_of
from store_omni.stockroom.receiving import Arrived, Receipt, receive
from store_omni.stockroom.transferring import receive_transfer
from store_omni.stockroom.views import PurchaseView, TransferView
from store_omni.web.plumbing.drafting import UNITS_MAX, Draft, DraftLine, read_draft
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.guarding import by, staff_guard, staff_view
from store_omni.web.plumbing.pages import go_to, page, wants_fragment
from store_omni.web.plumbing.units import operation_key

Req = Request[Any, Any, Any]
BASE = "/counter/receipts"
SHOWN_HOURS = 24


class Papers(msgspec.Struct, frozen=True):
    """What goods come with: a transfer, a purchase, or neither. `expected`: SKU → units still to come by it."""

    kind: str
    id: UUID | None
    number: str
    sender_ko: str
    sender_en: str
    expected: dict[int, int]

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else ""


NO_PAPERS = Papers("", None, "", "", "", {})


class Row(msgspec.Struct, frozen=True):
    """One kind of goods on the page. `expected` None: nobody said that it would come."""

    item: GoodsAt
    line: DraftLine
    expected: int | None

    @property
    def over(self) -> int:
        return max(0, self.line.units - (self.expected or 0))


def _here(by: Actor) -> int:
    return cast(int, by.store_id)


async def _papers(session: ReadSession, by: Actor, key: str) -> Papers:
    """`transfer:ID`, `purchase:ID` or nothing. Errors: `NotFound`."""
    kind, _, text = key.partition(":")
    if not key:
        return NO_PAPERS
    try:
        paper_id = UUID(text)
    except ValueError:
        raise NotFound from None
    if kind == "transfer":
        transfer = await transfer_of(session, _here(by), paper_id)
        if transfer.to_store_id != by.store_id:
            raise NotFound
        return _of_transfer(transfer)
    if kind == "purchase":
        return _of_purchase(await purchase_of(session, _here(by), paper_id))
    raise NotFound


def _of_transfer(found: TransferView) -> Papers:
    expected = {line.goods.sku_id: line.open for line in found.lines if line.open}
    return Papers("transfer", found.id, found.number, found.store_name_ko, found.store_name_en, expected)


def _of_purchase(found: PurchaseView) -> Papers:
    expected = {line.goods.sku_id: line.missing for line in found.lines if line.missing}
    return Papers("purchase", found.id, found.number, found.supplier, found.supplier, expected)


@get("/")
async def show(request: Req, read: NamedDependency[ReadSession], by: NamedDependency[Actor]) -> Response[str]:
    transfers = [_of_transfer(one) for one in await transfers_of(read, _here(by), direction="in")]
    purchases = [_of_purchase(one) for one in await purchases_of(read, _here(by))]
    context = {
        "staff": staff_view(request),
        "nav": "stock",
        "transfers": transfers,
        "purchases": purchases,
        "brought": await receipts_since(read, _here(by), datetime.now(UTC) - timedelta(hours=SHOWN_HOURS)),
    }
    return page(request, "counter/receipts/index.html", context)


async def _context(
    request: Req, session: ReadSession, by: Actor, papers: Papers, draft: Draft, *, scanned: int | None = None, before: str = ""
) -> dict[str, Any]:
    sku_ids = list(dict.fromkeys([*(line.sku_id for line in draft.lines), *papers.expected]))
    known = await goods_at(session, by.store_id, sku_ids)
    rows = [Row(known[sku_id], draft.line(sku_id), papers.expected.get(sku_id)) for sku_id in sku_ids if sku_id in known]
    return {
        "staff": staff_view(request),
        "nav": "stock",
        "papers": papers,
        "draft": draft,
        "rows": rows,
        "lacking": sum(max(0, units - draft.line(sku_id).units) for sku_id, units in papers.expected.items()),
        "over": sum(row.over for row in rows) if papers.id else 0,
        "scanned": next((row for row in rows if row.item.goods.sku_id == scanned), None),
        "before": _address(papers, before) if scanned else None,
    }


def _address(papers: Papers, got: str) -> str:
    return f"{BASE}/new?{urlencode({'papers': papers.key, 'got': got})}"


@get("/new")
async def new(
    request: Req,
    read: NamedDependency[ReadSession],
    by: NamedDependency[Actor],
    papers: FromQuery[str] = "",
    got: FromQuery[str] = "",
) -> Response[str]:
    found = await _papers(read, by, papers)
    return page(request, "counter/receipts/new.html", await _context(request, read, by, found, read_draft(got)))


def _drafted(form: dict[str, str]) -> Draft:
    """What stands in the address, with the numbers as they were typed since. Errors: `InvalidInput`, `DraftFull`."""
    draft, checks = read_draft(form.get("got", "")), Checks(form)
    typed = [name.removeprefix("units_") for name in form if name.startswith("units_")]
    for sku_id in (int(one) for one in typed if one.isascii() and one.isdigit() and len(one) < 10):
        line = draft.line(sku_id)
        units = checks.whole_number(f"units_{sku_id}", low=0, high=UNITS_MAX, default=0)
        damaged = checks.whole_number(f"damaged_{sku_id}", low=0, high=units, default=0)
        if (units, damaged) != (line.units, line.damaged):
            draft = draft.set(sku_id, units, damaged)
    checks.done()
    return draft


@post("/lines", status_code=200)
async def lines(request: Req, read: NamedDependency[ReadSession], by: NamedDependency[Actor]) -> Response[str]:
    """A scanned `code` is one unit more; `units_…` and `damaged_…` say it in numbers. Nothing is taken in yet."""
    form = await read_form(request)
    papers, draft, scanned = await _papers(read, by, form.get("papers", "")), _drafted(form), None
    before = draft.text
    if form.get("code"):
        scanned = (await goods_by_code(read, [form["code"]]))[form["code"]]
        draft = draft.more(scanned)
    address = _address(papers, draft.text)
    if not wants_fragment(request):
        return go_to(request, address)
    context = await _context(request, read, by, papers, draft, scanned=scanned, before=before)
    return page(request, "counter/receipts/_goods.html", context, headers={"HX-Replace-Url": address})


@post("/", status_code=200)
async def take_in(request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor]) -> Response[str]:
    """Goods in: sent twice, they come in once."""
    form = await read_form(request)
    papers, draft = await _papers(write, by, form.get("papers", "")), _drafted(form)
    arrived = [Arrived(line.sku_id, line.units, line.damaged) for line in draft.lines]
    reference = form.get("reference", "")

    async def work() -> dict[str, Any]:
        return {"receipt": str((await _receive(write, by, papers, arrived, reference)).id)}

    done = await once(write, operation_key(request, form), ["receive", papers.key, arrived, reference], by, work)
    return go_to(request, f"{BASE}/{done['receipt']}")


async def _receive(session: WriteSession, by: Actor, papers: Papers, arrived: list[Arrived], reference: str) -> Receipt:
    if papers.kind == "transfer" and papers.id:
        return await receive_transfer(session, _here(by), papers.id, lines=arrived, by=by)
    return await receive(session, _here(by), lines=arrived, by=by, purchase_id=papers.id, reference=reference)


@get("/{receipt_id:uuid}")
async def one(
    request: Req, read: NamedDependency[ReadSession], by: NamedDependency[Actor], receipt_id: FromPath[UUID]
) -> Response[str]:
    brought = await receipt_of_goods(read, _here(by), receipt_id)
    return page(request, "counter/receipts/show.html", {"staff": staff_view(request), "nav": "stock", "brought": brought})


RECEIPTS = Router(
    path="/receipts",
    guards=[staff_guard("counter", "clerk")],
    dependencies={"by": Provide(by)},
    route_handlers=[show, new, lines, take_in, one],
)
