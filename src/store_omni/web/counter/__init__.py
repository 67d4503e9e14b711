"""Clerks on a tablet with a scanner."""

from litestar import Router

FACE = Router(path="/counter", route_handlers=[])
