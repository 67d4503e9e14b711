"""Neither a password nor a mail with a code in it crosses the internet in the clear."""

import pytest

from store_omni.notifications.posting import SmtpPost


@pytest.mark.parametrize(
    ("url", "start_tls"),
    [
        ("smtp://shop:secret@mail.example.com:587", True),
        ("smtp://mail.example.com:25", True),
        ("smtp://9.9.9.9:25", True),
        ("smtp://shop:secret@127.0.0.1:2525", None),
        ("smtp://10.0.0.5:25", None),
        ("smtps://shop:secret@mail.example.com:465", None),
    ],
)
def test_mails_go_behind_tls(url: str, start_tls: bool | None) -> None:
    """None: where it is offered. Where it is asked for and not offered, the library sends nothing."""
    options = SmtpPost(url, 1).options
    assert (options["start_tls"], options["use_tls"]) == (start_tls, url.startswith("smtps"))
