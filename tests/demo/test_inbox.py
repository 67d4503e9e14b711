"""The inbox: what a mail server takes, a page shows, harmlessly and to this machine only."""

import asyncio
import http.client
import os
import smtplib
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from store_omni.demo.inbox_pages import language, linked
from store_omni.demo.ports import HOST
from store_omni.notifications.carrying import Letter, Parcel, TryLater
from store_omni.notifications.texting import SolapiTexter
from store_omni.outside import SmsGateway

KEY, SECRET = "DEMOKEY000000000", "demo-secret-of-the-test"
PNG = b"\x89PNG\r\n\x1a\n" + b"picture"


@pytest.fixture
def inbox(tmp_path, port):
    command = [sys.executable, "-m", "store_omni.demo.inbox", "--mail-dir", tmp_path / "mail"]
    environment = os.environ | {"STORE_OMNI_SMS_KEY": KEY, "STORE_OMNI_SMS_SECRET": SECRET}
    process = subprocess.Popen([*command, "--port", str(port), "--smtp-port", str(port + 2)], env=environment)
    deadline = time.monotonic() + 20
    while True:
        try:
            smtplib.SMTP(HOST, port + 2).quit()
            break
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    yield port
    process.terminate()
    assert process.wait(10) == 0


def _get(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer.status, dict(answer.headers), answer.read()


def _send(port: int, subject: str, text: str) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = subject, "모아상점 <store@example.com>", "김손님 <shopper@example.com>"
    mail.set_content(text)
    mail.add_attachment(PNG, maintype="image", subtype="png", filename="qr.png")
    with smtplib.SMTP(HOST, port + 2) as client:
        client.send_message(mail, "store@example.com", ["shopper@example.com"])


def test_mails_are_kept_and_shown_newest_first_and_nothing_in_them_runs(inbox, tmp_path):
    assert "아직 메일이나 문자가 없어요" in _get(inbox, "/")[2].decode()
    _send(inbox, "첫 번째 <b>안내</b>", "로그인: http://localhost:8080/sign-in?token=a&next=/<script>alert(1)</script>")
    _send(inbox, "두 번째", "준비됐어요")
    files = sorted((tmp_path / "mail").iterdir())
    assert [oct(path.stat().st_mode & 0o777) for path in files] == ["0o600"] * 2
    assert oct((tmp_path / "mail").stat().st_mode & 0o777) == "0o700"
    status, headers, page = _get(inbox, "/")
    text = page.decode()
    assert status == 200 and text.index("두 번째") < text.index("첫 번째")
    assert "&lt;b&gt;안내" in text and "<b>" not in text
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    mail = _get(inbox, f"/mail/{files[0].stem}")[2].decode()
    assert '<a href="http://localhost:8080/sign-in?token=a&amp;next=/" ' in mail
    assert "<script>" not in mail and "&lt;script&gt;" in mail
    assert _get(inbox, f"/mail/{files[0].stem}/picture/0")[2] == PNG


def _text(port: int, text: str, *, key: str = KEY, secret: str = SECRET, again: UUID | None = None) -> UUID:
    """By the product's own adapter."""
    id = again or uuid4()

    async def send() -> None:
        texter = SolapiTexter(SmsGateway(f"http://{HOST}:{port}", key, secret, "025550100"))
        try:
            await texter.send(Parcel(id, "+821012345678", Letter(text), again=again is not None))
        finally:
            await texter.close()

    asyncio.run(send())
    return id


def test_text_messages_come_by_the_products_own_adapter_and_stand_beside_the_mails(inbox, tmp_path):
    _send(inbox, "메일 제목", "메일 내용")
    id = _text(inbox, "[모아상점] 인증번호 123456\n<b>아무에게도</b>")
    page = _get(inbox, "/")[2].decode()
    assert page.index("[모아상점] 인증번호 123456") < page.index("메일 제목")
    assert "문자 · 받는 사람 01012345678" in page
    (file,) = (tmp_path / "mail").glob("*-text.eml")
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    shown = _get(inbox, f"/mail/{file.stem}")[2].decode()
    assert "&lt;b&gt;아무에게도" in shown and "<b>" not in shown
    _text(inbox, "다시", again=id)
    assert len(list((tmp_path / "mail").glob("*-text.eml"))) == 1, "what it has is not sent again"


def test_text_messages_without_the_demos_own_signature_are_not_taken(inbox, tmp_path):
    for key, secret in (("ANOTHERKEY", SECRET), (KEY, "another-secret")):
        with pytest.raises(TryLater, match="401"):
            _text(inbox, "거짓", key=key, secret=secret)
    assert _get(inbox, "/messages/v4/list")[0] == 401
    assert list((tmp_path / "mail").glob("*-text.eml")) == []


def test_what_is_not_there_is_not_found_and_paths_lead_nowhere(inbox):
    for path in ("/mail/none", "/mail/..%2f..%2fsecrets", "/mail/../secrets.json", "/mail/a/picture/9", "/other"):
        assert _get(inbox, path)[0] == 404


def test_another_name_that_points_here_reads_nothing(inbox):
    status, _, page = _get(inbox, "/", Host="evil.example")
    assert status == 403 and b"<ul>" not in page


def test_it_listens_on_this_machine_only(inbox):
    table = Path("/proc/net/tcp")
    if not table.exists():
        pytest.skip("needs /proc")
    rows = [line.split() for line in table.read_text().splitlines()[1:]]
    listening = {row[1] for row in rows if row[3] == "0A"}
    own = {address for address in listening if int(address.partition(":")[2], 16) in (inbox, inbox + 2)}
    assert own == {f"0100007F:{inbox:04X}", f"0100007F:{inbox + 2:04X}"}


@pytest.mark.parametrize(
    ("accepted", "expected"), [(None, "ko"), ("en-US,en;q=0.9,ko;q=0.8", "en"), ("ko-KR,en", "ko"), ("fr", "ko")]
)
def test_korean_comes_first_unless_english_is_preferred(accepted, expected):
    assert language(accepted) == expected


def test_punctuation_after_an_address_is_not_part_of_it():
    assert linked("(https://a.example/b).") == (
        '(<a href="https://a.example/b" rel="noreferrer noopener">https://a.example/b</a>).'
    )
    assert "javascript" not in linked("see javascript:alert(1)").partition("<a")[2]
