"""The inbox's two pages: all mails, and one. Korean first, English where the browser prefers it."""

import html
import re
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from store_omni.demo.mails import Mail

HERE = ZoneInfo("Asia/Seoul")
LINK = re.compile(r"https?://[^\s<>\"')\]]+[^\s<>\"')\].,:;!?]")

WORDS = {
    "ko": {
        "title": "받은 메일과 문자",
        "lead": "데모가 보낸 메일과 문자가 모두 여기에 모입니다. 밖으로는 나가지 않아요.",
        "empty": "아직 메일이나 문자가 없어요. 주문하거나 인증번호를 요청하면 여기로 옵니다.",
        "text": "문자",
        "mail": "메일",
        "to": "받는 사람",
        "from": "보낸 사람",
        "back": "목록으로",
        "untitled": "(제목 없음)",
        "picture": "메일에 든 그림",
        "missing": "이 메시지는 없어요.",
    },
    "en": {
        "title": "Inbox",
        "lead": "Every mail and text message the demo sends arrives here. None leaves this machine.",
        "empty": "Nothing yet. Place an order or ask for a code and it comes here.",
        "text": "Text message",
        "mail": "Mail",
        "to": "To",
        "from": "From",
        "back": "Back to the list",
        "untitled": "(no subject)",
        "picture": "Picture in this mail",
        "missing": "There is no such message.",
    },
}

STYLE = """
:root { color-scheme: light dark; --ground: #faf8f5; --paper: #fff; --ink: #22201d; --quiet: #6b655d; --line: #e4dfd7; --deep: #0b5d4e }
@media (prefers-color-scheme: dark) {
  :root { --ground: #181715; --paper: #211f1c; --ink: #efebe4; --quiet: #a8a095; --line: #383530; --deep: #6fd0bb }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.6 Pretendard, "Noto Sans CJK KR", system-ui, sans-serif }
main { max-width: 42rem; margin: 0 auto; padding: 1.5rem 1rem 4rem }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 .25rem; overflow-wrap: anywhere }
p { margin: 0 0 1.5rem }
.quiet, time, dt { color: var(--quiet); font-variant-numeric: tabular-nums }
ul { list-style: none; margin: 0; padding: 0; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; overflow: hidden }
li + li { border-top: 1px solid var(--line) }
li a { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: .75rem 1rem; min-height: 44px; color: inherit; text-decoration: none }
li a:hover, li a:focus-visible { background: var(--ground) }
li strong { overflow-wrap: anywhere }
li .quiet { grid-column: 1 / -1; font-size: .875rem; overflow-wrap: anywhere }
a { color: var(--deep) }
:focus-visible { outline: 3px solid var(--deep); outline-offset: -3px }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 0 0 1.5rem }
dd { margin: 0; overflow-wrap: anywhere }
article { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 1.25rem 1rem; white-space: pre-wrap; overflow-wrap: anywhere }
img { display: block; max-width: 100%; margin: 1rem 0 0; background: #fff; padding: 8px; border-radius: 8px }
nav { margin: 0 0 1rem } nav a { display: inline-block; padding: .625rem 0 }
""".strip()


def language(accepted: str | None) -> str:
    """`ko` or `en`, from the browser's Accept-Language; the first of the two named wins, Korean where neither is."""
    for part in (accepted or "").split(","):
        name = part.strip()[:2].lower()
        if name in WORDS:
            return name
    return "ko"


def _page(words: dict[str, str], lang: str, title: str, body: str, *, renew_seconds: int = 0) -> str:
    renew = f'<meta http-equiv="refresh" content="{renew_seconds}">' if renew_seconds else ""
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{renew}'
        f'<title>{html.escape(title)}</title><link rel="stylesheet" href="/inbox.css"></head><body><main>{body}</main></body></html>'
    )


def _time(moment: datetime) -> str:
    local = moment.astimezone(HERE)
    return f'<time datetime="{local.isoformat()}" title="{local:%Y-%m-%d %H:%M:%S}">{local:%m-%d %H:%M}</time>'


def _subject(mail: Mail, words: dict[str, str]) -> str:
    """A text message has none; its first line says what it is about."""
    first = mail.text.strip().partition("\n")[0] if mail.is_text else mail.header("Subject").strip()
    return first or words["untitled"]


def linked(text: str) -> str:
    """The text, harmless, with its web addresses as links."""
    parts: list[str] = []
    end = 0
    for found in LINK.finditer(text):
        address = html.escape(found[0])
        parts += [html.escape(text[end : found.start()]), f'<a href="{address}" rel="noreferrer noopener">{address}</a>']
        end = found.end()
    return "".join([*parts, html.escape(text[end:])])


def list_page(mails: Iterable[Mail], lang: str) -> str:
    words = WORDS[lang]
    rows = "".join(
        f'<li><a href="/mail/{html.escape(mail.key)}"><strong>{html.escape(_subject(mail, words))}</strong>'
        f'{_time(mail.arrived)}<span class="quiet">{words["text" if mail.is_text else "mail"]} · {words["to"]} '
        f"{html.escape(mail.header('To'))}</span></a></li>"
        for mail in mails
    )
    content = f"<ul>{rows}</ul>" if rows else f"<p>{words['empty']}</p>"
    body = f'<h1>{words["title"]}</h1><p class="quiet">{words["lead"]}</p>{content}'
    return _page(words, lang, words["title"], body, renew_seconds=5)


def mail_page(mail: Mail, lang: str) -> str:
    words = WORDS[lang]
    subject = _subject(mail, words)
    pictures = "".join(
        f'<img src="/mail/{html.escape(mail.key)}/picture/{number}" alt="{words["picture"]} {number + 1}">'
        for number in range(len(mail.pictures))
    )
    body = (
        f'<nav><a href="/">← {words["back"]}</a></nav><h1>{html.escape(words["text"] if mail.is_text else subject)}</h1><dl>'
        f"<dt>{words['to']}</dt><dd>{html.escape(mail.header('To'))}</dd>"
        f"<dt>{words['from']}</dt><dd>{html.escape(mail.header('From'))}</dd></dl>"
        f"<p>{_time(mail.arrived)}</p><article>{linked(mail.text.strip())}{pictures}</article>"
    )
    return _page(words, lang, subject, body)


def missing_page(lang: str) -> str:
    words = WORDS[lang]
    body = f'<h1>{words["missing"]}</h1><nav><a href="/">← {words["back"]}</a></nav>'
    return _page(words, lang, words["missing"], body)
