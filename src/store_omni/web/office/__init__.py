"""Managers, and the component page."""

from litestar import Router

FACE = Router(path="/office", route_handlers=[])
