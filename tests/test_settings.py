"""A setting that cannot be is one sentence, never a traceback; and commands make no secrets that they do not need."""

import functools
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from store_omni.keys import Secrets, SettingsProblem, read_keys, write_keys
from store_omni.settings import read_settings

ROOT = Path(__file__).parents[1]
NOBODY = "postgresql://nobody@127.0.0.1:1/nothing"


def _environment(tmp_path: Path, **values: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("STORE_OMNI_")}
    return clean | {"STORE_OMNI_DATABASE_URL": NOBODY, "STORE_OMNI_DATA_DIR": str(tmp_path / "data")} | values


def _run(environment: dict[str, str], *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "store_omni", *arguments]
    return subprocess.run(command, env=environment, input=typed, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STORE_OMNI_POOL_SIZE", "abc"),
        ("STORE_OMNI_POOL_SIZE", "-3"),
        ("STORE_OMNI_POOL_SIZE", "0"),
        ("STORE_OMNI_POOL_SIZE", "１０"),
        ("STORE_OMNI_WARM_SKUS", "1e6"),
        ("STORE_OMNI_WARM_SKUS", "9" * 5_000),
        ("STORE_OMNI_DATABASE_URL", "mysql://a@b/c"),
        ("STORE_OMNI_DATABASE_URL", "postgresql://a:b@c:port/d"),
        ("STORE_OMNI_DATABASE_URL", "postgresql://"),
        ("STORE_OMNI_DATABASE_URL", "nonsense"),
        ("STORE_OMNI_PUBLIC_URL", "shop.example.com"),
        ("STORE_OMNI_PUBLIC_URL", "https://"),
        ("STORE_OMNI_PUBLIC_URL", "ftp://shop.example.com"),
        ("STORE_OMNI_PUBLIC_URL", "https://shop.example.com/shop"),
        ("STORE_OMNI_PUBLIC_URL", "https://shop.example.com:99999"),
        ("STORE_OMNI_PUBLIC_URL", "https://shop.\nexample.com"),
        ("STORE_OMNI_SMTP_URL", "nonsense"),
        ("STORE_OMNI_SMTP_URL", "smtp://"),
        ("STORE_OMNI_SMTP_URL", "smtp://mail.example.com:smtp"),
        ("STORE_OMNI_SMTP_CONNECTIONS", "0"),
        ("STORE_OMNI_MAILS_PER_HOUR", "many"),
        ("STORE_OMNI_SMS_URL", "https://api.solapi.com"),
        ("STORE_OMNI_SMS_FROM", "025550100"),
        ("STORE_OMNI_PASS_SIGNING_KEY", "abc"),
        ("STORE_OMNI_PASS_SIGNING_KEY", f"1:{'11' * 32},1:{'22' * 32}"),
        ("STORE_OMNI_PASS_SIGNING_KEY", f"256:{'11' * 32}"),
        ("STORE_OMNI_CSRF_SECRET", "zz" * 32),
    ],
)
def test_what_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str) -> None:
    for key, given in _environment(tmp_path, **{name: value}).items():
        monkeypatch.setenv(key, given)
    with pytest.raises(SettingsProblem, match=name) as said:
        read_settings()
    assert "\n" not in str(said.value)


def test_the_password_in_a_wrong_address_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE_OMNI_DATABASE_URL", "postgres://shop:hunter2@db:x/name")
    with pytest.raises(SettingsProblem) as said:
        read_settings()
    assert "hunter2" not in str(said.value)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pass_signing_key": "1"}', "\udcff", '{"csrf_secret": 5}'])
def test_a_damaged_secrets_file_is_one_sentence_and_stays_as_it_is(tmp_path: Path, content: str) -> None:
    file = tmp_path / "data/secrets.json"
    file.parent.mkdir()
    file.write_bytes(content.encode(errors="surrogateescape"))
    file.chmod(0o600)
    ended = _run(_environment(tmp_path), "worker")
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1), ended.stderr
    assert str(file) in ended.stderr
    assert file.read_bytes() == content.encode(errors="surrogateescape")


def test_a_data_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = _run(_environment(tmp_path, STORE_OMNI_DATA_DIR=str(tmp_path / "file/data")), "worker")
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1), ended.stderr


COMMANDS = {
    "staff": ["staff", "add", "1001", "--name", "김", "--role", "manager"],
    "service": ["service", "till", "--verbs", "stock:read"],
    "audit": ["audit"],
    "reconcile": ["reconcile"],
    "migrate": ["migrate"],
    "import": ["import", "stores", "stores.csv"],
    "doctor": ["doctor"],
}


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_a_database_that_is_away_ends_a_command_with_one_sentence(tmp_path: Path, arguments: list[str]) -> None:
    ended = _run(_environment(tmp_path), *arguments, typed="582914\n")
    assert ended.returncode in (1, 2), ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout
    assert "database" in (ended.stderr + ended.stdout).lower()
    assert not (tmp_path / "data").exists(), "it made secrets that it does not need"


def test_a_user_the_database_refuses_is_one_sentence(database_url: str, tmp_path: Path) -> None:
    url = re.sub(r"//[^@]*@", "//stranger:wrong@", database_url)
    for arguments in COMMANDS.values():
        ended = _run(_environment(tmp_path, STORE_OMNI_DATABASE_URL=url), *arguments, typed="582914\n")
        assert ended.returncode in (1, 2), ended.stderr
        assert "Traceback" not in ended.stderr, ended.stderr


def test_ctrl_c_ends_a_command_without_a_traceback(tmp_path: Path, database_url: str) -> None:
    environment = _environment(tmp_path, STORE_OMNI_DATABASE_URL=database_url)
    command = [sys.executable, "-m", "store_omni", "staff", "add", "1001", "--name", "김", "--role", "manager"]
    # A shell starts what runs in its background with Ctrl-C ignored, and children inherit that.
    heeds = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heeds
    ) as program:  # fmt: skip
        # It waits for a PIN. A signal before Python has begun to wait would end it in its imports, which proves less.
        while "pipe" not in Path(f"/proc/{program.pid}/wchan").read_text():
            time.sleep(0.02)
        program.send_signal(signal.SIGINT)
        _, said = program.communicate(timeout=60)
    assert (program.returncode, said) == (130, "store-omni: stopped.\n")


def test_the_doctor_tries_the_mail_server(tmp_path: Path, database_url: str) -> None:
    environment = _environment(tmp_path, STORE_OMNI_DATABASE_URL=database_url, STORE_OMNI_SMTP_URL="smtp://u:hunter2@127.0.0.1:1")
    ended = _run(environment, "doctor")
    assert "PROBLEM          The mail server 127.0.0.1:1 cannot be used" in ended.stdout
    assert "hunter2" not in ended.stdout


def test_keys_are_read_as_they_are_written_and_the_first_one_signs() -> None:
    keys = {2: b"2" * 32, 1: b"1" * 32}
    assert list(read_keys(write_keys(keys)).items()) == list(keys.items())
    assert read_keys("11" * 32) == {1: bytes.fromhex("11" * 32)}


def test_each_purpose_has_a_key_of_its_own() -> None:
    secrets = Secrets(pass_signing_key="11" * 32, csrf_secret="22" * 32)
    assert len({secrets.csrf_secret, secrets.key_for("forms"), secrets.key_for("order codes")}) == 3


def test_nobody_uses_the_secret_itself() -> None:
    """`settings.secrets.key_for("what it is for")` gives a key of that purpose."""
    users = [
        str(file.relative_to(ROOT))
        for file in (ROOT / "src/store_omni").rglob("*.py")
        if ".csrf_secret" in file.read_text() and file.name not in ("keys.py", "doctoring.py", "rotating.py")
    ]
    assert users == []


SMS = {
    "STORE_OMNI_SMS_URL": "https://api.solapi.com/",
    "STORE_OMNI_SMS_KEY": "NCSAYU7YDBXYORXC",
    "STORE_OMNI_SMS_SECRET": "S3CR3TOFTHEGATEWAY",
    "STORE_OMNI_SMS_FROM": "02-555-0100",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STORE_OMNI_SMS_KEY", ""),
        ("STORE_OMNI_SMS_KEY", "with space"),
        ("STORE_OMNI_SMS_SECRET", "short"),
        ("STORE_OMNI_SMS_FROM", "Moa Store"),
        ("STORE_OMNI_SMS_URL", "http://api.solapi.com"),
        ("STORE_OMNI_SMS_URL", "https://user:pass@api.solapi.com"),
        ("STORE_OMNI_SMS_URL", "api.solapi.com"),
    ],
)
def test_a_gateway_for_text_messages_is_named_whole_and_rightly(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    for key, given in (_environment(tmp_path) | SMS).items():
        monkeypatch.setenv(key, given)
    gateway = read_settings().sms
    assert gateway and (gateway.url, gateway.sender, gateway.local) == ("https://api.solapi.com", "025550100", False)
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsProblem, match=name) as problem:
        read_settings()
    assert SMS["STORE_OMNI_SMS_SECRET"] not in str(problem.value)
