"""/office/sign-ins: who signed in, when and from where, and who failed to."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery

from store_omni.journal.actors import Actor
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.staff.overseeing import tries
from store_omni.staff.second_factor import reset_second_factor
from store_omni.web.plumbing.entering_staff import sign_in_key
from store_omni.web.plumbing.formats import HOME_ZONE
from store_omni.web.plumbing.forms import read_form
from store_omni.web.plumbing.guarding import by, staff_guard, staff_view
from store_omni.web.plumbing.pages import go_to, page, wants_fragment

Req = Request[Any, Any, Any]
PERSON_CHARS_MAX = 100
# The ends of time cannot be counted with.
YEARS = range(2000, 2200)


def midnight_of(typed: str) -> datetime | None:
    """Of a day as a form writes it; None for what is no day."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return datetime.combine(day, time(), ZoneInfo(HOME_ZONE)) if day.year in YEARS else None


@get("/sign-ins")
async def sign_ins(
    request: Req,
    read: NamedDependency[ReadSession],
    by: NamedDependency[Actor],
    staff: FromQuery[str] = "",
    day: FromQuery[str] = "",
    failed: FromQuery[str] = "",
    before: FromQuery[UUID | None] = None,
) -> Response[str]:
    """Filters: `staff` (number or name), `day` (2026-12-01), `failed` (1: only what failed)."""
    person, midnight = staff.strip()[:PERSON_CHARS_MAX], midnight_of(day)
    found = await tries(
        read, by=by, person=person, day=midnight, only_failed=failed == "1", key=sign_in_key(request), before=before
    )  # fmt: skip
    asked = {"staff": person, "day": midnight.date().isoformat() if midnight else "", "failed": failed == "1"}
    context = {"staff": staff_view(request), "nav": "sign_ins", "tries": found, "asked": asked}
    template = "office/sign_ins/_rows.html" if wants_fragment(request) and before else "office/sign_ins/index.html"
    return page(request, template, context)


@post("/sign-ins/second-code/reset", status_code=303)
async def reset(request: Req, write: NamedDependency[WriteSession], by: NamedDependency[Actor]) -> Response[str]:
    """The phone is lost: the second code is set up anew with the next sign-in."""
    form = await read_form(request)
    await reset_second_factor(write, form.get("login", ""), by=by)
    return go_to(request, "/office/sign-ins")


SIGN_INS = Router(
    path="", guards=[staff_guard("web", "manager")], dependencies={"by": Provide(by)}, route_handlers=[sign_ins, reset]
)
