"""Pages that are the same for everybody but for the token in their forms: rendered once, then only filled in.

They are kept packed too: the pieces are compressed once, and between them the token goes as it is.
"""

import struct
import zlib
from collections.abc import Hashable
from typing import Any

from litestar import MediaType, Request, Response
from markupsafe import escape

from store_omni.web.plumbing.pages import NEVER_CACHED, csrf_token, render

KEPT_MAX = 200
# Stands where the token goes; no text that people can write looks like it.
MARK = "\x00token\x00"
# A gzip file's begin; of its last, empty block; RFC 1952 and 1951.
_BEGIN, _LAST_BLOCK = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff", b"\x03\x00"


def _pack(part: bytes) -> bytes:
    """Deflated, ending on a whole byte, so that pieces can follow one another."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(part) + packer.flush(zlib.Z_FULL_FLUSH)


class Baked:
    """A page in pieces, between which the token goes. `made_of`: what it says; as long as that is equal, so is the page.
    `same`: the very objects it was made from."""

    __slots__ = ("_packed", "asked", "made_of", "parts", "same")

    def __init__(self, html: str, asked: Any, made_of: Any, same: tuple[Any, ...]) -> None:
        self.parts = tuple(part.encode() for part in html.split(MARK))
        self.asked = asked
        self.made_of = made_of
        self.same = same
        self._packed: tuple[bytes, ...] = ()

    def is_made_of(self, same: tuple[Any, ...]) -> bool:
        """Takes no comparing of what they hold."""
        return len(same) == len(self.same) and all(one is other for one, other in zip(same, self.same, strict=True))

    def filled(self, token: bytes) -> bytes:
        return token.join(self.parts)

    def filled_and_packed(self, token: bytes) -> bytes:
        """The same as a gzip file."""
        if not self._packed:
            self._packed = tuple(_pack(part) for part in self.parts)
        whole = token.join(self.parts)
        stored = struct.pack("<BHH", 0, len(token), len(token) ^ 0xFFFF) + token
        end = struct.pack("<II", zlib.crc32(whole), len(whole) & 0xFFFFFFFF)
        return b"".join((_BEGIN, stored.join(self._packed), _LAST_BLOCK, end))


class KeptPages:
    """By language and address; the one made longest ago goes first."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Baked] = {}

    def get(self, key: Hashable) -> Baked | None:
        return self._kept.get(key)

    def put(self, key: Hashable, baked: Baked) -> None:
        self._kept.pop(key, None)
        self._kept[key] = baked
        while len(self._kept) > KEPT_MAX:
            del self._kept[next(iter(self._kept))]


def render_unfilled(request: Request[Any, Any, Any], template: str, context: dict[str, Any]) -> str:
    """`context` must hold nothing of this visitor."""
    return render(request, template, context, token=MARK)


def serve(request: Request[Any, Any, Any], baked: Baked) -> Response[bytes]:
    body = baked.filled(str(escape(csrf_token(request))).encode())
    return Response(body, media_type=MediaType.HTML, headers=NEVER_CACHED)
