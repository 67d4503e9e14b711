"""Signing in with an account of the retailer's own identity provider (OpenID Connect): code flow with state, nonce and PKCE.

The provider says who it is; the account must exist here and be active, none is made. It may have to vouch for a second factor, too
(`STORE_OMNI_OIDC_STRENGTH`); one that does not is no way round ours.
"""

import logging
import warnings
from typing import Any
from urllib.parse import urlsplit

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from store_omni.kit.ids import secret_token
from store_omni.outside import CompanyAccounts, is_loopback
from store_omni.staff.errors import ProviderRefused

log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 10.0
# Signatures that only the provider can make: `none` and shared secrets are not among them.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
LEEWAY_SECONDS = 60
LOGIN_CHARS_MAX = 100
# A provider can answer anything, and the libraries say what is wrong with it in errors of many kinds: all of them mean "not in".


class Begun(msgspec.Struct, frozen=True):
    """What this browser has to bring back."""

    state: str
    nonce: str
    verifier: str
    next: str


async def _configuration(client: Any, issuer: str) -> dict[str, Any]:
    answer = await client.request("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration", withhold_token=True)
    answer.raise_for_status()
    found = answer.json()
    if found.get("issuer") != issuer:
        raise ProviderRefused
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        parts = urlsplit(str(found.get(name, "")))
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise ProviderRefused
    return found


def _client(provider: CompanyAccounts, redirect_uri: str) -> Any:
    # Imported by those alone who use it: it is off by default, and says on import that a later release changes its client.
    with warnings.catch_warnings(record=True):
        from authlib.integrations.httpx_client import AsyncOAuth2Client

    return AsyncOAuth2Client(
        provider.client_id, provider.secret, scope="openid profile email", redirect_uri=redirect_uri,
        code_challenge_method="S256", timeout=TIMEOUT_SECONDS, trust_env=False,
    )  # fmt: skip


async def begin(provider: CompanyAccounts, redirect_uri: str, next_: str) -> tuple[str, Begun]:
    """(where the browser goes, what it has to bring back). Errors: `ProviderRefused` where the provider does not answer."""
    begun = Begun(secret_token(), secret_token(), secret_token() + secret_token(), next_)
    try:
        async with _client(provider, redirect_uri) as client:
            known = await _configuration(client, provider.issuer)
            url, _ = client.create_authorization_url(
                known["authorization_endpoint"], state=begun.state, nonce=begun.nonce, code_verifier=begun.verifier
            )
    except ProviderRefused:
        raise
    except Exception as error:
        log.warning("the identity provider does not answer: %s", type(error).__name__)
        raise ProviderRefused from None
    return url, begun


async def finish(provider: CompanyAccounts, redirect_uri: str, begun: Begun, *, state: str, code: str) -> str:
    """The login that the provider vouches for. Errors: `ProviderRefused` for everything that does not fit."""
    if not state or state != begun.state or not code:
        raise ProviderRefused
    try:
        async with _client(provider, redirect_uri) as client:
            known = await _configuration(client, provider.issuer)
            token = await client.fetch_token(known["token_endpoint"], code=code, code_verifier=begun.verifier)
            keys = await client.request("GET", known["jwks_uri"], withhold_token=True)
            keys.raise_for_status()
            read = jwt.decode(token["id_token"], KeySet.import_key_set(keys.json()), algorithms=ALGORITHMS)
        _check(read.claims, provider, begun)
        login = read.claims.get(provider.claim)
    except ProviderRefused:
        raise
    except Exception as error:
        log.warning("a sign-in by the identity provider was refused: %s", type(error).__name__)
        raise ProviderRefused from None
    if not isinstance(login, str) or not login.strip() or len(login) > LOGIN_CHARS_MAX:
        raise ProviderRefused
    return login


def _check(claims: dict[str, Any], provider: CompanyAccounts, begun: Begun) -> None:
    registry = jwt.JWTClaimsRegistry(
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": begun.nonce},
    )
    registry.validate(claims)
    methods = claims.get("amr")
    vouched = [claims.get("acr"), *(methods if isinstance(methods, list) else [])]
    if provider.strength and not any(one in provider.strength for one in vouched):
        raise JoseError
    audience = claims["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if claims.get("azp", provider.client_id if not several else "") != provider.client_id:
        raise JoseError
