"""The raw limit of an answer over HTTP: one JSON handler and nothing else, on the product's own framework and server."""

import sys

from litestar import Litestar, get

from store_omni.kit.serving import serve


@get("/bare")
async def bare() -> dict[str, str]:
    return {"hello": "world"}


def create_app() -> Litestar:
    return Litestar([bare], openapi_config=None)


if __name__ == "__main__":
    _, host, port, workers = sys.argv
    sys.exit(serve("bench.bare:create_app", host=host, port=int(port), workers=int(workers)))
