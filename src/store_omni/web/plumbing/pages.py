"""Rendering: one Jinja environment, one function for a page, one for a fragment."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar import MediaType, Request, Response
from litestar.datastructures import Cookie
from litestar.utils.scope.state import ScopeState
from markupsafe import Markup

from store_omni.kit.ids import new_id
from store_omni.web.plumbing import formats
from store_omni.web.plumbing.addresses import header_safe, here
from store_omni.web.plumbing.texts import current_locale, gettext, ngettext

FRONTEND = Path(__file__).parents[4] / "frontend"
STATIC = FRONTEND / "static"


# Pages carry people's names and tokens.
NEVER_CACHED = {"cache-control": "no-store"}


@cache
def _manifest() -> dict[str, str]:
    file = STATIC / "manifest.json"
    if not file.exists():
        raise FileNotFoundError("the browser's files are not built; run scripts/demo or scripts/test, which build them")
    return json.loads(file.read_text())


def static(name: str) -> str:
    """The address of a built file, with its content hash, so that it can be cached for ever."""
    return "/static/" + _manifest().get(name, name)


def icon(name: str) -> Markup:
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>').format(static("icons.svg"), name)


def dom_id(kind: str, key: object) -> str:
    return f"{kind}-{key}"


def named(value: Any, field: str = "name") -> str:
    """The name of something in the reader's language: `named(store)` reads name_ko or name_en, `named(names, "")` a
    `Names` pair or a dict of them."""
    keys = [f"{field}_{locale}" if field else locale for locale in (current_locale(), "ko", "en")]
    for key in keys:
        found = value.get(key) if isinstance(value, dict) else getattr(value, key, None)
        if found:
            return str(found)
    return ""


def figure(value: Any) -> Any:
    """A quantity as people read it: 8,743. What is a name (an order's number, a code) comes as text and stays as it is."""
    return f"{value:,}" if isinstance(value, int) and abs(value) >= 1000 else value


def _with_grouped_numbers(said: Callable[..., str]) -> Callable[..., str]:
    """A number in a sentence is a quantity."""

    @pass_context
    def say(context: Context, *message: Any, **values: Any) -> str:
        if len(message) == 3:
            values.setdefault("num", message[2])
        return said(context, *message, **{name: figure(value) for name, value in values.items()})

    return say


@cache
def environment() -> Environment:
    # StrictUndefined: a misspelt name is an error in a test, not an empty spot on a screen.
    env = Environment(
        loader=FileSystemLoader(FRONTEND / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        auto_reload=False,
    )
    env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]  # from ext.i18n
    env.globals |= {name: _with_grouped_numbers(env.globals[name]) for name in ("gettext", "ngettext")}
    env.globals |= {"static": static, "icon": icon, "dom_id": dom_id, "new_operation": lambda: str(new_id())}
    env.filters |= {
        "money": formats.money,
        "when": formats.when,
        "phone": formats.phone,
        "phone_hidden": formats.phone_hidden,
        "distance": formats.distance,
        "day": formats.day_words,
        "clock": formats.clock_time,
        "exact": formats.exact,
        "figure": figure,
        "named": named,
    }
    return env


def csrf_token(request: Request[Any, Any, Any]) -> str:
    token = ScopeState.from_scope(request.scope).csrf_token
    return token if isinstance(token, str) else (request.cookies.get("so_csrf") or "")


def wants_fragment(request: Request[Any, Any, Any]) -> bool:
    """htmx asked for a piece of the page, not for the page."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-request-type", "partial") == "partial"


def render(request: Request[Any, Any, Any], template: str, context: dict[str, Any], *, token: str | None = None) -> str:
    settings = request.app.state.settings
    brand = settings.retailer_name_ko if current_locale() == "ko" else settings.retailer_name_en
    return (
        environment()
        .get_template(template)
        .render(
            locale=current_locale(),
            csrf_token=csrf_token(request) if token is None else token,
            csp_nonce=request.scope.get("csp_nonce", ""),
            path=here(request.scope),
            brand_name=brand,
            troubles=request.app.state.watch.troubles(),
            **context,
        )
    )


def page(
    request: Request[Any, Any, Any],
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response[str]:
    """HTML of a template (a page, or the same partial that the page includes). Never cached by others: pages carry
    people's names."""
    return Response(
        render(request, template, context),
        media_type=MediaType.HTML,
        status_code=status,
        headers=NEVER_CACHED | (headers or {}),
    )


def see_other(target: str, cookies: list[Cookie] | None = None) -> Response[str]:
    """On to another page, as a new GET."""
    return Response("", status_code=303, headers={"location": header_safe(target)}, cookies=cookies)


def go_to(request: Request[Any, Any, Any], target: str) -> Response[str]:
    """After a POST: on to the page that shows the result (a header for htmx, a 303 for plain forms)."""
    if wants_fragment(request):
        said = json.dumps({"path": header_safe(target), "target": "body"})
        return Response("", status_code=200, headers={"HX-Location": said})
    return see_other(target)
