"""/office/messages: what reached nobody in the last week, and why."""

from typing import Any

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency, Provide

from store_omni.journal.actors import Actor
from store_omni.kit.database import ReadSession
from store_omni.notifications.queries import undelivered
from store_omni.web.plumbing.guarding import by, staff_guard, staff_view
from store_omni.web.plumbing.pages import page

Req = Request[Any, Any, Any]


@get("/messages")
async def messages(request: Req, read: NamedDependency[ReadSession], by: NamedDependency[Actor]) -> Response[str]:
    found = await undelivered(read, by=by)
    return page(request, "office/messages/index.html", {"staff": staff_view(request), "nav": "messages", "messages": found})


MESSAGES = Router(path="", guards=[staff_guard("office", "manager")], dependencies={"by": Provide(by)}, route_handlers=[messages])
