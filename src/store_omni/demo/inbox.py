"""`python -m store_omni.demo.inbox`: takes every mail and text message the product sends and shows it on a page, all on this machine.

It takes the place of a mail server and of a gateway for text messages, in the demo only; the pages are read-only and answer to no other name than this machine's.
"""

import argparse
import os
import signal
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from store_omni.demo.inbox_pages import STYLE, language, list_page, mail_page, missing_page
from store_omni.demo.inbox_texts import BODY_BYTES_MAX, LIST, SEND, is_signed, list_texts, take_texts
from store_omni.demo.mails import find_mail, keep_mail, newest_mails
from store_omni.demo.ports import HOST

MAIL_BYTES_MAX = 10_000_000
KEY_NAME, SECRET_NAME = "STORE_OMNI_SMS_KEY", "STORE_OMNI_SMS_SECRET"
# Mails hold sign-in links. A page elsewhere that points its own name at this machine must not read them.
OWN_NAMES = ("localhost", HOST)
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class Sink:
    """Takes any mail for anybody."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content
        keep_mail(self.folder, content if content is not None else b"")
        return "250 Kept"


class Pages(BaseHTTPRequestHandler):
    """GET / and /mail/KEY and /mail/KEY/picture/N for people; what inbox_texts speaks for the product."""

    folder: Path

    def do_GET(self) -> None:
        lang = language(self.headers.get("Accept-Language"))
        address = urlsplit(self.path)
        if not self._is_own():
            return self._answer(403, "text/plain", b"This inbox answers only to localhost.")
        if address.path == LIST:
            number = parse_qs(address.query).get("to", [None])[0]
            return self._gateway(lambda: (200, list_texts(self.folder, number)))
        match address.path.strip("/").split("/"):
            case [""]:
                return self._html(200, list_page(newest_mails(self.folder), lang))
            case ["inbox.css"]:
                return self._answer(200, "text/css", STYLE.encode())
            case ["mail", key] if mail := find_mail(self.folder, key):
                return self._html(200, mail_page(mail, lang))
            case ["mail", key, "picture", number] if (mail := find_mail(self.folder, key)) and number.isdecimal():
                if int(number) < len(mail.pictures):
                    return self._answer(200, *mail.pictures[int(number)])
        return self._html(404, missing_page(lang))

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not self._is_own() or self.path != SEND or not length.isdecimal() or int(length) > BODY_BYTES_MAX:
            self.close_connection = True
            return self._answer(404, "text/plain", b"Nothing is taken here.")
        body = self.rfile.read(int(length))
        return self._gateway(lambda: take_texts(self.folder, body))

    def _is_own(self) -> bool:
        return self.headers.get("Host", "").partition(":")[0] in OWN_NAMES

    def _gateway(self, work: Callable[[], tuple[int, dict[str, Any]]]) -> None:
        key, secret = (os.environ.get(name, "") for name in (KEY_NAME, SECRET_NAME))
        if is_signed(self.headers.get("Authorization", ""), key, secret):
            status, answer = work()
        else:
            status, answer = 401, {"errorCode": "Unauthorized", "errorMessage": "The signature does not fit."}
        self._answer(status, "application/json", msgspec.json.encode(answer))

    def _html(self, status: int, page: str) -> None:
        self._answer(status, "text/html; charset=utf-8", page.encode())

    def _answer(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(content)),
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the addresses in a request are nobody's business in a log."""


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m store_omni.demo.inbox", description="Keeps and shows the demo's mails and text messages."
    )
    parser.add_argument("--mail-dir", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--smtp-port", type=int, required=True)
    options = parser.parse_args()
    options.mail_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    pages = type("PagesOfFolder", (Pages,), {"folder": options.mail_dir})
    web = ThreadingHTTPServer((HOST, options.port), pages)
    web.daemon_threads = True
    smtp = Controller(
        Sink(options.mail_dir), hostname=HOST, port=options.smtp_port, data_size_limit=MAIL_BYTES_MAX, decode_data=False
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        # shutdown() waits for the loop this very thread runs, so another thread calls it.
        signal.signal(number, lambda *_: threading.Thread(target=web.shutdown).start())
    smtp.start()
    web.serve_forever(poll_interval=0.1)
    smtp.stop()


if __name__ == "__main__":
    main()
