"""Small routes of the house itself: health, static files, the language switch."""

import errno
from typing import Any

import asyncpg
from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import CacheControlHeader, Cookie
from litestar.di import NamedDependency
from litestar.file_system import BaseLocalFileSystem
from litestar.router import Router
from litestar.static_files import create_static_files_router
from litestar.types import PathType
from litestar.types.file_types import FileInfo

from store_omni.web.plumbing.addresses import next_of
from store_omni.web.plumbing.forms import read_form
from store_omni.web.plumbing.pages import STATIC, see_other
from store_omni.web.plumbing.security import LANGUAGE_COOKIE
from store_omni.web.plumbing.texts import LOCALES
from store_omni.web.plumbing.watching import full

NO_NAMES = (errno.ENAMETOOLONG, errno.ENOTDIR, errno.ELOOP)
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


HEALTH = Router(path="/health", route_handlers=[live, ready, full])


@post("/language", status_code=303)
async def choose_language(request: Request[Any, Any, Any]) -> Response[str]:
    form = await read_form(request)
    language = form.get("lang", "ko")
    cookie = Cookie(key=LANGUAGE_COOKIE, value=language if language in LOCALES else "ko", max_age=YEAR_SECONDS, samesite="lax")
    return see_other(next_of(form, "/"), [cookie])


class _Files(BaseLocalFileSystem):
    """A name that no file can have is the name of no file."""

    async def info(self, path: PathType, **kwargs: Any) -> FileInfo:
        try:
            return await super().info(path, **kwargs)
        except (ValueError, OSError) as error:
            if isinstance(error, OSError) and error.errno not in NO_NAMES:
                raise
            raise FileNotFoundError(errno.ENOENT, "no such file") from error


LANGUAGE = choose_language
# The addresses carry a content hash, so a file may be kept for ever.
STATIC_FILES = create_static_files_router(
    path="/static",
    directories=[STATIC],
    file_system=_Files(),
    cache_control=CacheControlHeader(max_age=YEAR_SECONDS, public=True, immutable=True),
    include_in_schema=False,
)
