"""Headers of every answer: nothing from other hosts, no framing, no sniffing; and the language of the request."""

import secrets
from http.cookies import SimpleCookie
from typing import Any

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from store_omni.web.plumbing.texts import choose_locale, use_locale

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
LANGUAGE_COOKIE = "so_lang"


def _cookie(scope: Scope, name: str) -> str | None:
    for key, value in scope["headers"]:
        if key == b"cookie":
            found = SimpleCookie(value.decode("latin-1")).get(name)
            return found.value if found else None
    return None


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def security(app: ASGIApp) -> ASGIApp:
    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(12)
        bag: dict[str, Any] = scope  # type: ignore[assignment]  # an ASGI scope may carry extra keys
        bag["csp_nonce"] = nonce
        use_locale(choose_locale(_cookie(scope, LANGUAGE_COOKIE), _header(scope, b"accept-language")))
        extra = [
            (b"content-security-policy", POLICY.format(nonce=nonce).encode()),
            (b"permissions-policy", b"camera=(self), geolocation=(self), microphone=()"),
            (b"referrer-policy", b"same-origin"),
            (b"x-content-type-options", b"nosniff"),
        ]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        await app(scope, receive, send_with_headers)

    return middleware
