"""Messages from templates, in the reader's language: `mail/<name>.html` sets subject, text and html, `sms/<name>.html` text."""

from html import unescape
from typing import Any

from store_omni.notifications.carrying import Letter
from store_omni.web.plumbing.pages import environment
from store_omni.web.plumbing.texts import use_locale


def render_letter(channel: str, template: str, locale: str, values: dict[str, Any]) -> Letter:
    use_locale(locale)
    folder = "mail" if channel == "email" else "sms"
    parts = environment().get_template(f"{folder}/{template}.html").make_module({"locale": locale, **values})
    # The text part is no HTML: what autoescape did to names and amounts is undone.
    lines = [line.strip() for line in unescape(str(parts.text)).strip().splitlines()]  # type: ignore[attr-defined]
    if channel != "email":
        return Letter(text="\n".join(lines))
    frame = environment().get_template("mail/_frame.html")
    html = frame.render(locale=locale, body=str(parts.html), brand=values["brand"], about_order="order" in values)  # type: ignore[attr-defined]
    return Letter(subject=unescape(" ".join(str(parts.subject).split())), text="\n".join(lines), html=html)  # type: ignore[attr-defined]
