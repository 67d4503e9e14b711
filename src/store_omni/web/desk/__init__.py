"""Phone and chat agents with a keyboard."""

from litestar import Router

FACE = Router(path="/desk", route_handlers=[])
