"""Shoppers, phone first."""

from litestar import Router

FACE = Router(path="/", route_handlers=[])
