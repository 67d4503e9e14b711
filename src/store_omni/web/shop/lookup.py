"""The other way back: order number, last four digits of the phone, and a code by mail."""

import re
from uuid import UUID

import asyncpg
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from store_omni.journal.actors import Actor
from store_omni.journal.limiting import count_try, limit_key
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import N_, InvalidInput
from store_omni.kit.ids import secret_token
from store_omni.orders.errors import CodeWrong
from store_omni.orders.granting import CODE_MINUTES, CODE_TRIES_MAX, VIEWER_DAYS, ask_for_code, open_challenge, solve
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.pages import go_to
from store_omni.web.plumbing.refusing import say
from store_omni.web.shop.visiting import VIEWER_COOKIE, Visitor, Web, keep, show

LOOKUPS_MAX = 10
LOOKUPS_WINDOW_MINUTES = 15
NUMBER_PART = 4


def spelt_number(typed: str) -> str:
    """`abcd2345` and `ABCD 2345` are `ABCD-2345`."""
    bare = re.sub(r"[^0-9A-Z]", "", typed.upper())
    return f"{bare[:NUMBER_PART]}-{bare[NUMBER_PART:]}" if len(bare) == 2 * NUMBER_PART else typed.strip().upper()


def _form(request: Web, visitor: Visitor, form: dict[str, str], problems: dict[str, str]) -> Response[str]:
    context = {"form": {"number": "", "last_four": ""} | form, "errors": problems}
    status = 422 if problems else 200
    return show(request, visitor, "shop/lookup/index.html", context, nav="orders", status=status)


@get("/orders/lookup")
async def lookup_page(request: Web, visitor: NamedDependency[Visitor], number: FromQuery[str] = "") -> Response[str]:
    return _form(request, visitor, {"number": number[:20]}, {})


@post("/orders/lookup", status_code=303)
async def ask(
    request: Web, write: NamedDependency[WriteSession], pool: NamedDependency[asyncpg.Pool], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """The same answer whether anything matches or not."""
    form = await read_form(request)
    checks = Checks(form)
    number = spelt_number(checks.need("number", N_("Please enter the order number from the mail or receipt.")))
    four = re.sub(r"\D", "", form.get("last_four", ""))[-4:]
    if len(four) < 4:
        checks.problems["last_four"] = N_("Please enter the last four digits of the phone number.")
    try:
        checks.done()
    except InvalidInput as refusal:
        return _form(request, visitor, form, refusal.problems)
    for key in (limit_key("lookup-source", visitor.source), limit_key("lookup", number)):
        await count_try(pool, key, tries_max=LOOKUPS_MAX, window_minutes=LOOKUPS_WINDOW_MINUTES)
    by = Actor(kind="guest", id=None, label="", channel="web", source=visitor.source)
    challenge_id = await ask_for_code(write, number=number, last_four=four, by=by)
    return go_to(request, f"/orders/lookup/{challenge_id}")


def _code_page(request: Web, visitor: Visitor, challenge_id: UUID, left: int, wrong: CodeWrong | None) -> Response[str]:
    context = {
        "challenge_id": challenge_id,
        "tries_left": left,
        "tries_max": CODE_TRIES_MAX,
        "minutes": CODE_MINUTES,
        "said": say(wrong) if wrong else None,
    }
    return show(request, visitor, "shop/lookup/code.html", context, nav="orders", status=wrong.status if wrong else 200)


@get("/orders/lookup/{challenge_id:uuid}")
async def code_page(
    request: Web, pool: NamedDependency[asyncpg.Pool], visitor: NamedDependency[Visitor], challenge_id: FromPath[UUID]
) -> Response[str]:
    challenge = await open_challenge(pool, challenge_id)
    return _code_page(request, visitor, challenge_id, challenge.tries_left, None)


@post("/orders/lookup/{challenge_id:uuid}", status_code=303)
async def check(
    request: Web, pool: NamedDependency[asyncpg.Pool], visitor: NamedDependency[Visitor], challenge_id: FromPath[UUID]
) -> Response[str]:
    """No session: the try has to stay counted though the answer is a refusal."""
    form = await read_form(request)
    viewer = visitor.viewer or secret_token()
    secret = request.app.state.settings.secrets.key_for("order codes")
    try:
        number = await solve(pool, challenge_id, code=form.get("code", ""), secret=secret, viewer=viewer)
    except CodeWrong as wrong:
        return _code_page(request, visitor, challenge_id, int(str(wrong.params["left"])), wrong)
    answer = go_to(request, f"/orders/{number}")
    keep(request, answer, VIEWER_COOKIE, viewer, VIEWER_DAYS)
    return answer
