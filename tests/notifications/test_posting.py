"""A mail server's password never crosses a network in the clear."""

import pytest

from store_omni.notifications.posting import SmtpPost


@pytest.mark.parametrize(
    ("url", "start_tls"),
    [
        ("smtp://shop:secret@mail.example.com:587", True),
        ("smtp://mail.example.com:25", None),
        ("smtp://shop:secret@127.0.0.1:2525", None),
        ("smtps://shop:secret@mail.example.com:465", None),
    ],
)
def test_a_password_goes_behind_tls(url: str, start_tls: bool | None) -> None:
    """None: where it is offered. The library refuses to sign in where STARTTLS is asked for and not offered."""
    options = SmtpPost(url, 1).options
    assert (options["start_tls"], options["use_tls"]) == (start_tls, url.startswith("smtps"))
