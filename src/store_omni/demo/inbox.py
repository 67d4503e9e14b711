"""`python -m store_omni.demo.inbox`: takes every mail the product sends and shows it on a page, all on this machine.

It takes the place of a mail server in the demo only; the pages are read-only and answer to no other name than this machine's.
"""

import argparse
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from store_omni.demo.inbox_pages import STYLE, language, list_page, mail_page, missing_page
from store_omni.demo.mails import find_mail, keep_mail, newest_mails
from store_omni.demo.ports import HOST

MAIL_BYTES_MAX = 10_000_000
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
    """GET / and /mail/KEY and /mail/KEY/picture/N."""

    folder: Path

    def do_GET(self) -> None:
        lang = language(self.headers.get("Accept-Language"))
        if self.headers.get("Host", "").partition(":")[0] not in OWN_NAMES:
            return self._answer(403, "text/plain", b"This inbox answers only to localhost.")
        match self.path.partition("?")[0].strip("/").split("/"):
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
    parser = argparse.ArgumentParser(prog="python -m store_omni.demo.inbox", description="Keeps and shows the demo's mails.")
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
