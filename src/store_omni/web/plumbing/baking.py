"""Pages that are the same for everybody but for the token in their forms: rendered once, then only filled in."""

from collections.abc import Hashable
from typing import Any

from litestar import MediaType, Request, Response
from markupsafe import escape

from store_omni.web.plumbing.pages import NEVER_CACHED, csrf_token, render

KEPT_MAX = 200
# Stands where the token goes; no text that people can write looks like it.
MARK = "\x00token\x00"


class Baked:
    """A page in pieces, between which the token goes. `made_of`: what it says; as long as that is equal, so is the page."""

    __slots__ = ("made_of", "parts", "same")

    def __init__(self, html: str, made_of: Any, same: tuple[Any, ...]) -> None:
        self.parts = tuple(part.encode() for part in html.split(MARK))
        self.made_of = made_of
        self.same = same

    def is_made_of(self, same: tuple[Any, ...]) -> bool:
        """The very objects from which it was made, which takes no comparing."""
        return len(same) == len(self.same) and all(one is other for one, other in zip(same, self.same, strict=True))


class KeptPages:
    """By address and language; the one made longest ago goes first."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Baked] = {}

    def get(self, key: Hashable) -> Baked | None:
        return self._kept.get(key)

    def put(self, key: Hashable, baked: Baked) -> None:
        self._kept.pop(key, None)
        self._kept[key] = baked
        while len(self._kept) > KEPT_MAX:
            del self._kept[next(iter(self._kept))]


def bake(request: Request[Any, Any, Any], template: str, context: dict[str, Any], made_of: Any, same: tuple[Any, ...]) -> Baked:
    """`context` must hold nothing of this visitor."""
    return Baked(render(request, template, context, token=MARK), made_of, same)


def serve(request: Request[Any, Any, Any], baked: Baked) -> Response[bytes]:
    body = str(escape(csrf_token(request))).encode().join(baked.parts)
    return Response(body, media_type=MediaType.HTML, headers=NEVER_CACHED)
