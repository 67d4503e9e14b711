"""Refusals and failures → page, fragment or JSON, in the reader's language, with what to do next."""

import logging
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, NotFoundException, ValidationException

from store_omni.kit.batching import OutcomeUnknown
from store_omni.kit.database import CONSTRAINT_ERRORS, is_unreachable, is_unreadable
from store_omni.kit.errors import N_, ComeAgainLater, InvalidInput, NotAllowed, NotFound, Refusal, SignInNeeded
from store_omni.kit.ids import new_id
from store_omni.kit.metering import REFUSALS
from store_omni.orders.errors import Price
from store_omni.passes.verifying import Names
from store_omni.staff.errors import OwnPinNeeded
from store_omni.web.plumbing.addresses import here
from store_omni.web.plumbing.formats import exact, money
from store_omni.web.plumbing.observing import route_of
from store_omni.web.plumbing.pages import named, page, see_other, wants_fragment
from store_omni.web.plumbing.texts import gettext

log = logging.getLogger("store_omni.web")
PROBLEM = "application/problem+json"


class Said(msgspec.Struct, frozen=True):
    """A refusal in words."""

    code: str
    title: str
    reason: str
    next_step: str
    next_url: str | None = None
    next_label: str | None = None


# Codes that may stand inside a refusal's sentence, as people say them.
_WORDS = {
    "allocated": N_("To pick"),
    "picking": N_("Picking"),
    "short": N_("Item missing"),
    "packed": N_("Packed"),
    "staged": N_("On the shelf"),
    "ready_for_pickup": N_("Ready for pickup"),
    "partially_handed_over": N_("Partly handed over"),
    "handed_over": N_("Handed over"),
    "uncollected": N_("Not collected"),
    "restocked": N_("Put back"),
    "confirmed": N_("Order confirmed"),
    "completed": N_("Completed"),
    "cancelled": N_("Cancelled"),
    "expired": N_("Payment time ran out"),
    "requested": N_("Return requested"),
    "received": N_("Return received"),
    "pending": N_("Under review"),
    "accepted": N_("Return accepted"),
    "rejected": N_("Return refused"),
    "pickup": N_("pickup code"),
    "return": N_("return code"),
    "receipt": N_("receipt code"),
    "why_cancelled": N_("the order was cancelled"),
    "why_replaced": N_("a newer code was made"),
    "why_uncollected": N_("it was not collected in time"),
}


def _value(value: object) -> object:
    if isinstance(value, Names):
        return named(value, "")
    if isinstance(value, datetime):
        return exact(value)
    if isinstance(value, Price):
        return money(value.minor, value.currency)
    return gettext(_WORDS.get(value, value)) if isinstance(value, str) else value


def say(refusal: Refusal) -> Said:
    REFUSALS.labels(refusal.code).inc()
    params = {key: _value(value) for key, value in refusal.params.items()}

    def fill(message: str) -> str:
        return gettext(message) % params if params else gettext(message)

    label = gettext("Go there") if refusal.next_url else None
    return Said(refusal.code, fill(refusal.title), fill(refusal.reason), fill(refusal.next_step), refusal.next_url, label)


def _is_api(request: Request[Any, Any, Any]) -> bool:
    return request.scope["path"].startswith("/api/")


def _sign_in_address(path: str) -> str:
    for face in ("counter", "desk", "office"):
        if path.startswith(f"/{face}"):
            return f"/{face}/sign-in"
    return "/sign-in"


def problem(refusal: Refusal) -> dict[str, Any]:
    """A refusal as programs read it, in the words of the reader's language."""
    said = say(refusal)
    body: dict[str, Any] = {"code": said.code, "title": said.title, "reason": said.reason, "next_step": said.next_step}
    if isinstance(refusal, InvalidInput):
        body["problems"] = {field: gettext(message) for field, message in refusal.problems.items()}
    return body


def headers_of(refusal: Refusal) -> dict[str, str]:
    """What a refusal tells programs."""
    if isinstance(refusal, ComeAgainLater):
        return {"retry-after": str(refusal.seconds)}
    return {"allow": refusal.allow} if isinstance(refusal, MethodNotAllowed) else {}


def answer(request: Request[Any, Any, Any], refusal: Refusal) -> Response[Any]:
    headers = headers_of(refusal)
    request.scope.setdefault("state", {})["refused"] = refusal.code
    if _is_api(request):
        if refusal.status == 401:
            headers["www-authenticate"] = "Bearer"
        return Response(problem(refusal), media_type=PROBLEM, status_code=refusal.status, headers=headers)
    said = say(refusal)
    if isinstance(refusal, OwnPinNeeded):
        own = f"/{request.scope['path'].split('/')[1]}/me"
        if wants_fragment(request):
            return Response("", status_code=403, headers={"HX-Redirect": own})
        if request.method == "GET":
            return see_other(own)
    if isinstance(refusal, SignInNeeded):
        address = _sign_in_address(request.scope["path"])
        if request.method == "GET" and not wants_fragment(request):
            return see_other(f"{address}?next={quote(here(request.scope).partition('?')[0], safe='/')}")
        if wants_fragment(request):
            return Response("", status_code=401, headers={"HX-Redirect": address})
    if wants_fragment(request):
        return page(request, "components/_refusal.html", msgspec.structs.asdict(said), status=refusal.status, headers=headers)
    template = "errors/404.html" if refusal.status == 404 else "errors/refusal.html"
    if refusal.status == 429:
        template = "errors/429.html"
    return page(request, template, msgspec.structs.asdict(said), status=refusal.status, headers=headers)


def on_refusal(request: Request[Any, Any, Any], refusal: Refusal) -> Response[Any]:
    return answer(request, refusal)


def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """The framework's own noes in our words."""
    if isinstance(error, NotFoundException) or error.status_code == 404:
        return answer(request, NotFound())
    if error.status_code == 405:
        return answer(request, MethodNotAllowed((error.headers or {}).get("allow", "")))
    if isinstance(error, ValidationException) or error.status_code == 400:
        problems = {
            str(item.get("key", "")): str(item.get("message", "")) for item in (error.extra or []) if isinstance(item, dict)
        }
        return answer(request, InvalidInput(problems))
    if error.status_code == 401:
        return answer(request, SignInNeeded())
    if error.status_code == 403:
        return answer(request, FormStale() if "CSRF" in error.detail else NotAllowed())
    if error.status_code == 413:
        return answer(request, TooMuch())
    return _failed(request, error) if error.status_code >= 500 else answer(request, InvalidInput({}))


def on_failure(request: Request[Any, Any, Any], error: BaseException) -> Response[Any]:
    """What nobody foresaw. A commit that fails after the handler arrives wrapped in groups; a constraint that fails
    there is still a refusal, not our crash."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    if isinstance(error, Refusal):
        return answer(request, error)
    if isinstance(error, HTTPException) and error.status_code < 500:
        return on_http(request, error)
    if isinstance(error, CONSTRAINT_ERRORS):
        log.warning("constraint refused %s %s: %s", request.method, route_of(request.scope), type(error).__name__)
        return answer(request, Refusal())
    if is_unreachable(error):
        log.warning("no database for %s %s: %s", request.method, route_of(request.scope), type(error).__name__)
        return answer(request, OutcomeUnknown())
    if is_unreadable(error):
        log.warning("unreadable input %s %s: %s", request.method, route_of(request.scope), type(error).__name__)
        return answer(request, InvalidInput({}))
    return _failed(request, error)


def _failed(request: Request[Any, Any, Any], error: BaseException) -> Response[Any]:
    number = str(new_id())[-12:]
    log.error("failure %s at %s %s", number, request.method, route_of(request.scope), exc_info=error)
    if _is_api(request):
        body = {"code": "failure", "title": gettext("Something went wrong on our side"), "reference": number}
        return Response(body, media_type=PROBLEM, status_code=500)
    if wants_fragment(request):
        context = {
            "code": "failure",
            "title": gettext("Something went wrong on our side"),
            "reason": gettext("Nothing was changed."),
            "next_step": gettext("Try again. If it stays, tell us the number %(number)s.") % {"number": number},
            "next_url": None,
            "next_label": None,
        }
        return page(request, "components/_refusal.html", context, status=500)
    try:
        return page(request, "errors/500.html", {"code": number}, status=500)
    except Exception:
        log.exception("the error page itself failed")
        return Response(f"500 {number}", media_type=MediaType.TEXT, status_code=500)


class TooMuch(Refusal):
    code = "too_much"
    status = 413
    title = N_("That is too much at once")
    reason = N_("More was sent than we take in one go.")
    next_step = N_("Send it in smaller parts.")


class MethodNotAllowed(Refusal):
    code = "method_not_allowed"
    status = 405
    title = N_("That is not done this way")
    reason = N_("There is something under this address, but not for this kind of request.")
    next_step = N_("The header Allow says which methods there are.")

    def __init__(self, allow: str) -> None:
        """`allow`: methods, separated by commas; where there is GET there is HEAD."""
        super().__init__()
        methods = {method.strip() for method in allow.split(",") if method.strip()}
        self.allow = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))


class FormStale(Refusal):
    code = "form_stale"
    status = 403
    title = N_("This page is out of date")
    reason = N_("It was opened too long ago or in another browser.")
    next_step = N_("Reload the page and send again.")


HANDLERS: dict[Any, Any] = {
    Refusal: on_refusal,
    HTTPException: on_http,
    BaseExceptionGroup: on_failure,
    Exception: on_failure,
}
