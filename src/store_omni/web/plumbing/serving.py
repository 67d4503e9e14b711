"""Small routes of the house itself: health, static files, the language switch."""

from typing import Any

import asyncpg
from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import CacheControlHeader, Cookie
from litestar.di import NamedDependency
from litestar.router import Router
from litestar.static_files import create_static_files_router

from store_omni.web.plumbing.forms import read_form
from store_omni.web.plumbing.pages import STATIC
from store_omni.web.plumbing.security import LANGUAGE_COOKIE
from store_omni.web.plumbing.texts import LOCALES

YEAR_SECONDS = 31_536_000


@get("/live", media_type=MediaType.TEXT, sync_to_thread=False)
def live() -> str:
    """The process answers."""
    return "ok"


@get("/ready", media_type=MediaType.TEXT)
async def ready(pool: NamedDependency[asyncpg.Pool]) -> Response[str]:
    """The database answers too, so orders can be taken."""
    try:
        await pool.fetchval("SELECT 1", timeout=2)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        return Response(f"database: {type(error).__name__}", status_code=503)
    return Response("ok")


HEALTH = Router(path="/health", route_handlers=[live, ready])


@post("/language", status_code=303)
async def choose_language(request: Request[Any, Any, Any]) -> Response[str]:
    form = await read_form(request)
    language = form.get("lang", "ko")
    target = form.get("next", "/")
    if not target.startswith("/") or target.startswith("//") or "\\" in target:
        target = "/"
    cookie = Cookie(key=LANGUAGE_COOKIE, value=language if language in LOCALES else "ko", max_age=YEAR_SECONDS, samesite="lax")
    return Response("", status_code=303, headers={"location": target}, cookies=[cookie])


LANGUAGE = choose_language
# The addresses carry a content hash, so a file may be kept for ever.
STATIC_FILES = create_static_files_router(
    path="/static",
    directories=[STATIC],
    cache_control=CacheControlHeader(max_age=YEAR_SECONDS, public=True, immutable=True),
    include_in_schema=False,
)
