"""Tills report what they sold and what they believe in. Late or twice does no harm: each paper counts once, by its number."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from store_omni.kit.database import WriteSession
from store_omni.stockroom.hearing_tills import PAPERS_MAX, TillAnswer, TillLine, TillPaper
from store_omni.stockroom.selling_at_till import report_sales
from store_omni.stockroom.stating_at_till import report_counts
from store_omni.web.api.declaring import changing
from store_omni.web.api.entering import at_store, verb_guard
from store_omni.web.api.stockroom_shapes import LINES_MAX, Short

Req = Request[Any, Any, Any]


class TillLineIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`sku`: SKU code or barcode. `qty`: units sold, below 0 taken back; in a count the figure on hand."""

    sku: Short
    qty: Annotated[int, msgspec.Meta(ge=-1_000_000, le=1_000_000)]


class TillPaperIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`number`: the till's own, for a sale, take-back or count. `happened_at`: the till's time, with offset."""

    number: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    happened_at: Annotated[datetime, msgspec.Meta(tz=True)]
    lines: Annotated[list[TillLineIn], msgspec.Meta(max_length=LINES_MAX)]


Papers = Annotated[list[TillPaperIn], msgspec.Meta(max_length=PAPERS_MAX)]


class SalesIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`complete`: with these the till has reported everything; an empty list then says that it is there and sold nothing."""

    sales: Papers
    complete: bool = True


class TillCountsIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    counts: Papers
    complete: bool = True


class TillAnswerOut(msgspec.Struct, frozen=True):
    """`state`: applied; replayed (reported before, this is the first answer); reused (the number stands for something else,
    nothing was done); future, too_old (the till's clock is wrong: more than 5 minutes ahead or 92 days back; nothing was done,
    send the number again with the right time). By SKU code, `sold_more`: units beyond what we knew of; `short`: promised units that are missing now.
    `unknown`: codes that we have no goods for."""

    number: str
    state: str
    document_id: UUID | None
    sold_more: dict[str, int]
    short: dict[str, int]
    unknown: list[str]


class TillAnswersOut(msgspec.Struct, frozen=True):
    """One per paper, in their order."""

    answers: list[TillAnswerOut]


def _papers(papers: list[TillPaperIn]) -> list[TillPaper]:
    return [
        TillPaper(paper.number, paper.happened_at, [TillLine(line.sku, line.qty) for line in paper.lines]) for paper in papers
    ]


def _out(answers: list[TillAnswer]) -> TillAnswersOut:
    return TillAnswersOut(
        [
            TillAnswerOut(answer.number, answer.state, answer.document_id, answer.sold_more, answer.short, answer.unknown)
            for answer in answers
        ]
    )


@post("/stores/{store:str}/tills/{till:str}/sales", operation_id="report_sales", status_code=200, responses=changing())
async def sales(
    request: Req, write: NamedDependency[WriteSession], store: FromPath[str], till: FromPath[Short], data: JSONBody[SalesIn]
) -> TillAnswersOut:
    """Up to 500 sales and take-backs in one transaction. A sale is refused only
    for a time that cannot be, and by itself: the others are taken. No Idempotency-Key is needed,
    the numbers are keys."""
    at, by = await at_store(request, store)
    return _out(await report_sales(write, at.id, till=till, sales=_papers(data.sales), by=by, complete=data.complete))


@post("/stores/{store:str}/tills/{till:str}/counts", operation_id="report_counts", status_code=200, responses=changing())
async def counts(
    request: Req, write: NamedDependency[WriteSession], store: FromPath[str], till: FromPath[Short],
    data: JSONBody[TillCountsIn],
) -> TillAnswersOut:  # fmt: skip
    """Up to 500 figures papers: "at that time the till system believed in so many units on hand". Corrected by what moved
    since; sales of before that are reported later are known to be in the figure."""
    at, by = await at_store(request, store)
    return _out(await report_counts(write, at.id, till=till, counts=_papers(data.counts), by=by, complete=data.complete))


TILLS = Router(path="", guards=[verb_guard("till:report")], route_handlers=[sales, counts])
