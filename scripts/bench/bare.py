"""The raw limit of an answer over HTTP: one JSON handler and nothing else, on the product's own framework and server."""

from litestar import Litestar, get


@get("/bare")
async def bare() -> dict[str, str]:
    return {"hello": "world"}


app = Litestar([bare], openapi_config=None)
