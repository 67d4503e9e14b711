"""At the checkout: what this buyer has proved, and the code that proves the rest before the order is placed."""

from typing import Literal
from uuid import UUID

import msgspec

from store_omni.customers.errors import ProofOver, ProofWrong
from store_omni.customers.masking import masked_email
from store_omni.customers.proving import (
    CODE_MINUTES,
    PROOF_KEY,
    Challenge,
    ask_code,
    confirm_identity,
    open_challenge,
    prove,
    proved_on,
)
from store_omni.kit.database import writing
from store_omni.kit.errors import N_, InvalidInput, Refusal
from store_omni.kit.phones import say_phone
from store_omni.orders.basketing import BasketView
from store_omni.orders.capping import Standing, is_proved
from store_omni.orders.errors import ProofNeeded
from store_omni.orders.placing import Contact
from store_omni.settings import Settings
from store_omni.web.plumbing.texts import current_locale
from store_omni.web.shop.visiting import Visitor, Web

PURPOSE = "order"
Channel = Literal["sms", "email"]


class ProofView(msgspec.Struct, frozen=True):
    """What the checkout shows. `channels`: by which a code can reach her, none where the shop has no carrier; `chosen`: one of
    them; `challenge_id`: of the code that was sent to `sent_to`; `units_max`, `minor_max`: what needs no proof."""

    channels: list[Channel]
    chosen: Channel | None
    units_max: int
    minor_max: int
    challenge_id: UUID | None = None
    sent_to: str = ""
    tries_left: int = 0
    minutes: int = CODE_MINUTES


def channels_of(settings: Settings) -> list[Channel]:
    found: list[Channel] = ["sms"] if settings.sms else []
    return [*found, "email"] if settings.smtp_url else found


async def standing_of(request: Web, visitor: Visitor) -> Standing:
    return Standing(
        device=visitor.viewer_hash,
        source=visitor.source,
        proved=await proved_on(request.app.state.pool, visitor.viewer_hash),
        account_proved=visitor.shopper is not None and visitor.shopper.proved,
        small_basket=request.app.state.settings.small_basket,
    )


def _chosen(channels: list[Channel], wished: str | None) -> Channel:
    for channel in channels:
        if channel == wished:
            return channel
    return channels[0]


def challenge_id_of(form: dict[str, str]) -> UUID | None:
    try:
        return UUID(form.get("challenge_id", ""))
    except ValueError:
        return None


async def _open(request: Web, form: dict[str, str]) -> Challenge | None:
    challenge_id = challenge_id_of(form)
    try:
        return await open_challenge(request.app.state.pool, challenge_id, purpose=PURPOSE) if challenge_id else None
    except ProofOver:
        return None


async def proof_view(
    request: Web, visitor: Visitor, held: BasketView, form: dict[str, str], refusal: Refusal | None
) -> ProofView | None:
    """None where the order can be placed as it is, as far as is known before she says who she is."""
    settings: Settings = request.app.state.settings
    small, challenge = settings.small_basket, await _open(request, form)
    if challenge is None and not isinstance(refusal, ProofNeeded | ProofWrong | ProofOver):
        standing = await standing_of(request, visitor)
        if standing.account_proved or standing.proved or small.holds(held.units, held.total_minor, held.currency):
            return None
    channels = channels_of(settings)
    wished = challenge.channel if challenge else form.get("channel")
    return ProofView(
        channels=channels,
        chosen=_chosen(channels, wished) if channels else None,
        units_max=small.units_max,
        minor_max=small.minor_max.get(held.currency, 0),
        challenge_id=challenge.id if challenge else None,
        sent_to=sent_to(challenge) if challenge else "",
        tries_left=challenge.tries_left if challenge else 0,
    )


def sent_to(challenge: Challenge) -> str:
    return masked_email(challenge.address) if challenge.channel == "email" else say_phone(challenge.address)


async def send_code(request: Web, visitor: Visitor, form: dict[str, str], contact: Contact) -> UUID:
    """To the phone or the address that she typed. Errors: `InvalidInput`, `ProofNeeded` without a carrier, `TooManyTries`."""
    channels = channels_of(request.app.state.settings)
    if not channels:
        raise ProofNeeded
    channel = _chosen(channels, form.get("channel"))
    address = contact.email if channel == "email" else contact.phone
    if not address:
        raise InvalidInput({"email": N_("Please enter the e-mail address to which we send the code.")}, form)
    async with request.app.state.sessions.begin() as session:
        return await ask_code(
            writing(session), purpose=PURPOSE, channel=channel, address=address, locale=current_locale(), source=visitor.source,
            customer_id=visitor.customer_id,
        )  # fmt: skip


async def prove_typed(request: Web, visitor: Visitor, form: dict[str, str], contact: Contact) -> Standing:
    """Her standing, with what the typed code proves. A code that is not needed (any more) is not looked at.

    Errors: `ProofWrong`, `ProofOver`.
    """
    standing, challenge_id = await standing_of(request, visitor), challenge_id_of(form)
    if challenge_id is None or not form.get("code") or is_proved(standing, contact.phone, contact.email):
        return standing
    state = request.app.state
    secret = state.settings.secrets.key_for(PROOF_KEY)
    proven = await prove(state.pool, challenge_id, form["code"], purpose=PURPOSE, secret=secret, device=visitor.viewer_hash)
    if visitor.customer_id is not None:
        await confirm_identity(state.pool, visitor.customer_id, proven.address)
    return msgspec.structs.replace(standing, proved=standing.proved | {proven.address})
