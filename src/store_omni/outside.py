"""The services outside that an operator may name: mail server, gateway for text messages, identity provider."""

import ipaddress
import os
import re
from urllib.parse import SplitResult, urlsplit

import msgspec

from store_omni.keys import SettingsProblem


class SmsGateway(msgspec.Struct, frozen=True):
    """How text messages leave: an account at a gateway with Solapi's API. `sender`: a number registered there, digits only."""

    url: str
    key: str
    secret: str
    sender: str

    @property
    def local(self) -> bool:
        """On this machine, as the demo's."""
        return is_loopback(urlsplit(self.url).hostname or "")


class CompanyAccounts(msgspec.Struct, frozen=True):
    """An identity provider (OpenID Connect) whose accounts open the doors of staff. `claim`: what names the staff number.
    `strength`: values of `acr` or `amr`, one of which it has to vouch for; with none, people give our own second code where their
    role or they themselves asked for one."""

    issuer: str
    client_id: str
    secret: str
    claim: str
    strength: tuple[str, ...] = ()


def is_loopback(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")


def is_private(host: str) -> bool:
    """An address that the internet does not reach, such as 192.168.0.10."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_private and not (address.is_loopback or address.is_unspecified or address.is_link_local)


def read_address(name: str, typed: str, schemes: tuple[str, ...], looks: str) -> SplitResult:
    """`looks`: an example. Never says what was typed: a password may stand in it."""
    wrong = SettingsProblem(f"{name} must look like {looks}.")
    try:
        parts = urlsplit(typed)
        port = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in schemes or any(letter.isspace() or not letter.isprintable() for letter in typed) or port == 0:
        raise wrong
    return parts


def read_smtp_url(typed: str | None) -> str | None:
    if not typed:
        return None
    looks = "smtp://user:password@mail.example.com:587 or smtps://…:465"
    parts = read_address("STORE_OMNI_SMTP_URL", typed, ("smtp", "smtps"), looks)
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise SettingsProblem(f"STORE_OMNI_SMTP_URL must look like {looks}.")
    return typed


SMS_NAMES = ("STORE_OMNI_SMS_URL", "STORE_OMNI_SMS_KEY", "STORE_OMNI_SMS_SECRET", "STORE_OMNI_SMS_FROM")


def read_sms() -> SmsGateway | None:
    """All four or none. Errors: `SettingsProblem`."""
    given = [(os.environ.get(name) or "").strip() for name in SMS_NAMES]
    if not any(given):
        return None
    if missing := [name for name, value in zip(SMS_NAMES, given, strict=True) if not value]:
        raise SettingsProblem(f"Text messages need {', '.join(SMS_NAMES)} together; missing: {', '.join(missing)}.")
    url, key, secret, sender = given
    looks = "https://api.solapi.com (http only on this machine)"
    parts = read_address(SMS_NAMES[0], url, ("http", "https"), looks)
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise SettingsProblem(f"{SMS_NAMES[0]} must look like {looks}.")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise SettingsProblem(
            f"{SMS_NAMES[0]} must begin with https://: text messages and the key's signature cross the network."
        )
    for name, value in zip(SMS_NAMES[1:3], (key, secret), strict=True):
        if not re.fullmatch(r"[!-~]{8,200}", value):
            raise SettingsProblem(f"{name} must be 8 to 200 letters and digits, as the gateway shows it.")
    digits = sender.replace("-", "")
    if not re.fullmatch(r"[0-9]{8,12}", digits):
        raise SettingsProblem(f"{SMS_NAMES[3]} must be the registered sender's number, such as 02-555-0100.")
    return SmsGateway(url.rstrip("/"), key, secret, digits)


OIDC_NAMES = ("STORE_OMNI_OIDC_ISSUER", "STORE_OMNI_OIDC_CLIENT_ID", "STORE_OMNI_OIDC_CLIENT_SECRET")


def read_company_accounts() -> CompanyAccounts | None:
    """All three or none. Errors: `SettingsProblem`."""
    given = [(os.environ.get(name) or "").strip() for name in OIDC_NAMES]
    if not any(given):
        return None
    if missing := [name for name, value in zip(OIDC_NAMES, given, strict=True) if not value]:
        raise SettingsProblem(f"Company accounts need {', '.join(OIDC_NAMES)} together; missing: {', '.join(missing)}.")
    parts = read_address(OIDC_NAMES[0], given[0], ("http", "https"), "https://login.example.com")
    if not parts.hostname or parts.query or parts.fragment or (parts.scheme == "http" and not is_loopback(parts.hostname)):
        raise SettingsProblem(f"{OIDC_NAMES[0]} must look like https://login.example.com.")
    strength = tuple(part.strip() for part in os.environ.get("STORE_OMNI_OIDC_STRENGTH", "").split(",") if part.strip())
    return CompanyAccounts(
        given[0], given[1], given[2], os.environ.get("STORE_OMNI_OIDC_CLAIM") or "preferred_username", strength
    )
