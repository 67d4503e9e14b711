"""Settings, read once from the environment; secrets from the environment or a 0600 file made at first start."""

import json
import os
import secrets
from pathlib import Path

import msgspec

from store_omni.kit.forwarding import Network, read_networks

SECRET_NAMES = ("pass_signing_key", "csrf_secret")


class SettingsProblem(Exception):
    """The environment cannot be used; the message says which variable and what to do."""


class Secrets(msgspec.Struct, frozen=True):
    """Hex strings of 32 random bytes each."""

    pass_signing_key: str
    csrf_secret: str


class Settings(msgspec.Struct, frozen=True):
    """What an operator may set; the README has the same list.

    database_url: `postgresql://user:password@host:port/name` (or `?host=/socket/folder`).
    public_url: how the outside reaches the shop; used in mails.
    warm_skus: how many of the most popular SKUs a web process reads when it begins, so that its first visitors do not wait.
    trust_unsafe_database: only for tests, whose data may die; no environment variable sets it.
    trusted_proxies: whose X-Forwarded-For is believed; with none, the peer is the source of a request.
    smtp_url: `smtp://[user:password@]host:port` or `smtps://…`; None sends nothing and says so on every message row.
    """

    database_url: str
    public_url: str
    data_dir: Path
    mail_from: str
    smtp_url: str | None
    secrets: Secrets
    pool_size: int = 10
    warm_skus: int = 2_000
    trust_unsafe_database: bool = False
    trusted_proxies: tuple[Network, ...] = ()
    retailer_name_ko: str = "모아상점"
    retailer_name_en: str = "Moa Store"


def _read_secrets(path: Path) -> Secrets:
    """Makes the file at the first start. Two processes starting at once agree, because the loser of the exclusive
    create reads what the winner wrote."""
    found = {name: os.environ.get(f"STORE_OMNI_{name.upper()}") for name in SECRET_NAMES}
    if all(found.values()):
        return Secrets(**{name: value for name, value in found.items() if value})
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({name: secrets.token_hex(32) for name in SECRET_NAMES}, file)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first; its secrets are the ones
        finally:
            draft.unlink()
    if path.stat().st_mode & 0o077:
        raise SettingsProblem(f"{path} can be read by others. Run: chmod 600 {path}")
    stored = json.loads(path.read_text())
    return Secrets(**{name: found[name] or stored[name] for name in SECRET_NAMES})


def _trusted_proxies(typed: str) -> tuple[Network, ...]:
    try:
        return read_networks(typed)
    except ValueError as error:
        raise SettingsProblem(
            "STORE_OMNI_TRUSTED_PROXIES holds addresses and networks of your own proxies, separated by commas "
            f"(127.0.0.1,10.0.0.0/8); this is none: {error}"
        ) from None


def read_settings() -> Settings:
    """Errors: `SettingsProblem` where a needed variable is missing or a secrets file is open to others."""
    environment = os.environ
    url = environment.get("STORE_OMNI_DATABASE_URL")
    if not url:
        raise SettingsProblem("STORE_OMNI_DATABASE_URL is not set. Set it, or run scripts/demo, which brings its own PostgreSQL.")
    data_dir = Path(environment.get("STORE_OMNI_DATA_DIR", ".store_omni"))
    secrets_file = Path(environment.get("STORE_OMNI_SECRETS_FILE", data_dir / "secrets.json"))
    return Settings(
        database_url=url,
        public_url=environment.get("STORE_OMNI_PUBLIC_URL", "http://127.0.0.1:8080").rstrip("/"),
        data_dir=data_dir,
        mail_from=environment.get("STORE_OMNI_MAIL_FROM", "store@example.com"),
        smtp_url=environment.get("STORE_OMNI_SMTP_URL") or None,
        secrets=_read_secrets(secrets_file),
        pool_size=int(environment.get("STORE_OMNI_POOL_SIZE", "10")),
        warm_skus=int(environment.get("STORE_OMNI_WARM_SKUS", "2000")),
        trusted_proxies=_trusted_proxies(environment.get("STORE_OMNI_TRUSTED_PROXIES", "")),
        retailer_name_ko=environment.get("STORE_OMNI_RETAILER_KO", "모아상점"),
        retailer_name_en=environment.get("STORE_OMNI_RETAILER_EN", "Moa Store"),
    )
