"""Settings, read once from the environment."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from store_omni.keys import Secrets, SettingsProblem, read_secrets
from store_omni.kit.forwarding import Network, read_networks
from store_omni.kit.logs import FORMS
from store_omni.outside import (
    CompanyAccounts,
    SmsGateway,
    is_loopback,
    read_address,
    read_company_accounts,
    read_sms,
    read_smtp_url,
)

# Set by `scripts/demo --host` alone: what it wrote into the database it made, see `staff.demo_accounts`.
DEMO_MARK = "STORE_OMNI_DEMO_MARK"


class SmallBasket(msgspec.Struct, frozen=True):
    """What a guest may order without proof of a phone number or an e-mail address. `minor_max`: by currency, in its minor unit;
    in a currency that is not listed every order needs proof."""

    units_max: int = 3
    minor_max: dict[str, int] = msgspec.field(default_factory=lambda: {"KRW": 50_000, "JPY": 5_000, "USD": 4_000, "EUR": 4_000})

    def holds(self, units: int, minor: int, currency: str) -> bool:
        return units <= self.units_max and minor <= self.minor_max.get(currency, 0)


class Settings(msgspec.Struct, frozen=True):
    """What an operator may set; the README has the same list.

    database_url: `postgresql://user:password@host:port/name` (or `?host=/socket/folder`).
    public_url: how the outside reaches the shop; used in mails.
    warm_skus: how many of the most popular SKUs a web process reads when it begins, so that its first visitors do not wait.
    trust_unsafe_database: only for tests, whose data may die; no environment variable sets it.
    trusted_proxies: whose X-Forwarded-For is believed; with none, the peer is the source of a request.
    log: form of the log lines, `text` or `json`.
    watch_token: the bearer token of /health/full and /metrics; None: both are not there.
    smtp_url: `smtp://[user:password@]host:port` or `smtps://…`; None sends nothing and says so on every message row.
    sms: the gateway for text messages; None sends none, and guests get small baskets only, because no phone can be proved.
    smtp_connections: how many mails leave at the same time, each on a connection that is kept.
    looks_per_minute, looks_per_quarter: how many customers' records a person of staff opens before she waits (15 minutes: quarter).
    company_accounts: the identity provider whose accounts open the doors of staff; None: PINs only.
    second_factor: the roles of staff that give a second code after the PIN.
    looks_per_day: from how many on the office shows it.
    mails_per_hour, texts_per_hour, codes_per_hour: the most one address (or number) gets in an hour; codes count apart.
    small_basket: what a guest may order without proof of a phone number or an e-mail address.
    """

    database_url: str
    public_url: str
    data_dir: Path
    mail_from: str
    smtp_url: str | None
    secrets: Secrets
    pool_size: int = 10
    sms: SmsGateway | None = None
    smtp_connections: int = 20
    mails_per_hour: int = 20
    texts_per_hour: int = 10
    codes_per_hour: int = 6
    company_accounts: CompanyAccounts | None = None
    second_factor: tuple[str, ...] = ()
    small_basket: SmallBasket = SmallBasket()
    looks_per_minute: int = 40
    looks_per_quarter: int = 200
    looks_per_day: int = 200
    log: str = "text"
    watch_token: str | None = None
    warm_skus: int = 2_000
    trust_unsafe_database: bool = False
    trusted_proxies: tuple[Network, ...] = ()
    retailer_name_ko: str = "모아상점"
    retailer_name_en: str = "Moa Store"

    @property
    def local(self) -> bool:
        """The shop is reached on this machine alone, as the demo's."""
        return is_loopback(urlsplit(self.public_url).hostname or "")


def _whole(name: str, default: int, *, at_least: int, at_most: int) -> int:
    typed = os.environ.get(name) or str(default)
    if not re.fullmatch(r"[0-9]{1,9}", typed) or not at_least <= int(typed) <= at_most:
        raise SettingsProblem(f"{name} must be a whole number from {at_least} to {at_most}, and is {typed!r}.")
    return int(typed)


def _small_basket() -> SmallBasket:
    name, usual = "STORE_OMNI_GUEST_AMOUNTS", SmallBasket()
    typed = "".join((os.environ.get(name) or "").split())
    if typed and not re.fullmatch(r"[A-Z]{3}=[0-9]{1,9}(,[A-Z]{3}=[0-9]{1,9}){0,19}", typed):
        raise SettingsProblem(f"{name} holds currencies with an amount in their minor unit, such as KRW=50000,USD=4000.")
    amounts = {part[:3]: int(part[4:]) for part in typed.split(",")} if typed else usual.minor_max
    return SmallBasket(_whole("STORE_OMNI_GUEST_UNITS", usual.units_max, at_least=0, at_most=100), amounts)


def _database_url(name: str, url: str) -> str:
    looks = "postgresql://user:password@host:5432/name (special characters in the password as %40)"
    parts = read_address(name, url, ("postgresql",), looks)
    if not parts.hostname and "host=" not in parts.query:
        raise SettingsProblem(f"{name} must look like {looks}.")
    return url


def read_database_url() -> str:
    """All that commands need which work on the database alone. Errors: `SettingsProblem`."""
    url = os.environ.get("STORE_OMNI_DATABASE_URL")
    if not url:
        raise SettingsProblem("STORE_OMNI_DATABASE_URL is not set. Set it, or run scripts/demo, which brings its own PostgreSQL.")
    return _database_url("STORE_OMNI_DATABASE_URL", url)


def read_owner_url() -> str:
    """For `migrate`, `backup` and `restore`: the role that owns the tables; without one of its own, the programs' role. Errors:
    `SettingsProblem`."""
    url = os.environ.get("STORE_OMNI_OWNER_URL")
    return _database_url("STORE_OMNI_OWNER_URL", url) if url else read_database_url()


def read_retention_url() -> str | None:
    """For `forget-looks`: the role that may take out old looks. Errors: `SettingsProblem`."""
    url = os.environ.get("STORE_OMNI_RETENTION_URL")
    return _database_url("STORE_OMNI_RETENTION_URL", url) if url else None


def _public_url(typed: str) -> str:
    looks = "https://shop.example.com (no path: the shop is at the root of its address)"
    parts = read_address("STORE_OMNI_PUBLIC_URL", typed, ("http", "https"), looks)
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise SettingsProblem(f"STORE_OMNI_PUBLIC_URL must look like {looks}.")
    return typed.rstrip("/")


def _trusted_proxies(typed: str) -> tuple[Network, ...]:
    try:
        return read_networks(typed)
    except ValueError as error:
        raise SettingsProblem(
            "STORE_OMNI_TRUSTED_PROXIES holds addresses and networks of your own proxies, separated by commas "
            f"(127.0.0.1,10.0.0.0/8); this is none: {error}"
        ) from None


def _watch_token(typed: str | None) -> str | None:
    if typed is not None and not re.fullmatch(r"[!-~]{16,200}", typed):
        raise SettingsProblem("STORE_OMNI_WATCH_TOKEN must be 16 to 200 letters without spaces: openssl rand -hex 16 makes one.")
    return typed


def _second_factor(typed: str) -> tuple[str, ...]:
    roles = tuple(part.strip() for part in typed.split(",") if part.strip())
    if not set(roles) <= {"clerk", "agent", "manager"}:
        raise SettingsProblem("STORE_OMNI_SECOND_FACTOR holds roles separated by commas: clerk, agent, manager.")
    return roles


def retailer_names() -> tuple[str, str]:
    """In Korean and in English."""
    return os.environ.get("STORE_OMNI_RETAILER_KO", "모아상점"), os.environ.get("STORE_OMNI_RETAILER_EN", "Moa Store")


def own_words() -> tuple[str, ...]:
    """What everybody knows of this shop, so that no password is made of it."""
    return (*retailer_names(), "store_omni", "storeomni", "omni")


def log_form() -> str:
    typed = os.environ.get("STORE_OMNI_LOG") or "text"
    if typed not in FORMS:
        raise SettingsProblem(f"STORE_OMNI_LOG must be {' or '.join(FORMS)}, and is {typed!r}.")
    return typed


def data_dir() -> Path:
    return Path(os.environ.get("STORE_OMNI_DATA_DIR") or ".store_omni")


def secrets_file() -> Path:
    return Path(os.environ.get("STORE_OMNI_SECRETS_FILE") or data_dir() / "secrets.json")


def read_settings(*, make_secrets: bool = True) -> Settings:
    """What `serve` and `worker` need: a missing secrets file is made. Without `make_secrets` the secrets may be empty, for commands
    that only look. Errors: `SettingsProblem`, one sentence on what cannot be."""
    environment, names = os.environ, retailer_names()
    return Settings(
        database_url=read_database_url(),
        public_url=_public_url(environment.get("STORE_OMNI_PUBLIC_URL") or "http://127.0.0.1:8080"),
        data_dir=data_dir(),
        mail_from=environment.get("STORE_OMNI_MAIL_FROM", "store@example.com"),
        smtp_url=read_smtp_url(environment.get("STORE_OMNI_SMTP_URL")),
        secrets=read_secrets(secrets_file(), make=make_secrets) or Secrets("", ""),
        log=log_form(),
        watch_token=_watch_token(environment.get("STORE_OMNI_WATCH_TOKEN") or None),
        pool_size=_whole("STORE_OMNI_POOL_SIZE", 10, at_least=1, at_most=500),
        warm_skus=_whole("STORE_OMNI_WARM_SKUS", 2_000, at_least=0, at_most=1_000_000),
        trusted_proxies=_trusted_proxies(environment.get("STORE_OMNI_TRUSTED_PROXIES", "")),
        sms=read_sms(),
        smtp_connections=_whole("STORE_OMNI_SMTP_CONNECTIONS", 20, at_least=1, at_most=200),
        mails_per_hour=_whole("STORE_OMNI_MAILS_PER_HOUR", 20, at_least=1, at_most=10_000),
        texts_per_hour=_whole("STORE_OMNI_TEXTS_PER_HOUR", 10, at_least=1, at_most=10_000),
        small_basket=_small_basket(),
        codes_per_hour=_whole("STORE_OMNI_CODES_PER_HOUR", 6, at_least=1, at_most=10_000),
        company_accounts=read_company_accounts(),
        second_factor=_second_factor(environment.get("STORE_OMNI_SECOND_FACTOR", "")),
        looks_per_minute=_whole("STORE_OMNI_LOOKS_PER_MINUTE", 40, at_least=5, at_most=100_000),
        looks_per_quarter=_whole("STORE_OMNI_LOOKS_PER_QUARTER", 200, at_least=5, at_most=100_000),
        looks_per_day=_whole("STORE_OMNI_LOOKS_PER_DAY", 200, at_least=5, at_most=1_000_000),
        retailer_name_ko=names[0],
        retailer_name_en=names[1],
    )
