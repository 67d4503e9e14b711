"""Signing up, and a new password, for those who prove a phone number or an address by a code. Until then no page says whether
there is an account."""

from typing import Literal
from uuid import UUID

import asyncpg
import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from store_omni.customers.errors import NoAccount, ProofOver, ProofWrong
from store_omni.customers.joining import Newcomer
from store_omni.customers.passwords import PASSWORD_CHARS_MIN, check_password
from store_omni.customers.proved_accounts import Joined, join_proved, reset_password
from store_omni.customers.proving import CODE_MINUTES, PROOF_KEY, Channel, Proven, ask_code, open_challenge, prove
from store_omni.customers.signing_in import open_session
from store_omni.kit.database import writing
from store_omni.kit.emails import normal_email
from store_omni.kit.errors import N_, InvalidInput, Refusal
from store_omni.kit.phones import normal_phone
from store_omni.web.plumbing.addresses import next_of
from store_omni.web.plumbing.forms import read_form
from store_omni.web.plumbing.pages import go_to
from store_omni.web.plumbing.refusing import say
from store_omni.web.plumbing.texts import current_locale
from store_omni.web.shop.checkout import NAME_CHARS_MAX
from store_omni.web.shop.proving import challenge_id_of, channels_of, sent_to
from store_omni.web.shop.signing import bring_basket
from store_omni.web.shop.visiting import Visitor, Web, let_in, show

Purpose = Literal["sign_up", "reset"]
PAGES: dict[Purpose, str] = {"sign_up": "/sign-up", "reset": "/reset-password"}


class Asked(msgspec.Struct, frozen=True):
    """One try of a visitor: what she typed, and why."""

    request: Web
    visitor: Visitor
    purpose: Purpose
    form: dict[str, str]

    def problems(self) -> dict[str, str]:
        """Of her name."""
        needed = self.purpose == "sign_up" and not self.form.get("name")
        return {"name": N_("Please enter your name.")} if needed else {}

    def show(self, template: str, context: dict, refusal: Refusal | None) -> Response[str]:
        problems = refusal.problems if isinstance(refusal, InvalidInput) else {}
        form = {"next": next_of(self.form, "/account"), "name": self.form.get("name", ""), "login": self.form.get("login", "")}
        shown = say(refusal) if refusal and not problems else None
        frame = {"form": form, "errors": problems, "refusal": shown, "action": PAGES[self.purpose], "purpose": self.purpose}
        status = refusal.status if refusal else 200
        return show(self.request, self.visitor, f"shop/signing/{template}.html", frame | context, nav="account", status=status)

    def first_page(self, refusal: Refusal | None = None) -> Response[str]:
        channels = channels_of(self.request.app.state.settings)
        return self.show("by_code", {"channels": channels}, refusal)

    async def code_page(self, challenge_id: UUID, refusal: Refusal | None = None) -> Response[str]:
        try:
            challenge = await open_challenge(self.request.app.state.pool, challenge_id, purpose=self.purpose)
        except ProofOver as over:
            return self.first_page(over)
        context = {
            "challenge": challenge,
            "sent_to": sent_to(challenge),
            "minutes": CODE_MINUTES,
            "chars_min": PASSWORD_CHARS_MIN,
        }
        return self.show("type_code", context, refusal)


def _reach(asked: Asked) -> tuple[Channel, str]:
    """Errors: `InvalidInput`, also where nothing can be sent to what she typed."""
    typed = asked.form.get("login", "")
    phone = normal_phone(typed)
    address = phone or normal_email(typed)
    problems = asked.problems()
    channel: Channel = "sms" if phone else "email"
    channels = channels_of(asked.request.app.state.settings)
    if address is None:
        problems["login"] = N_("Please enter a phone number or an e-mail address.")
    elif not channels:
        problems["login"] = N_("We cannot send codes at the moment. Please call the store.")
    elif channel not in channels:
        offered = N_("We cannot send text messages at the moment. Please enter an e-mail address.")
        problems["login"] = offered if phone else N_("We cannot send mails at the moment. Please enter a phone number.")
    if problems or address is None:
        raise InvalidInput(problems)
    return channel, address


async def _ask(request: Web, visitor: Visitor, purpose: Purpose) -> Response[str]:
    asked = Asked(request, visitor, purpose, await read_form(request))
    try:
        channel, address = _reach(asked)
    except InvalidInput as refusal:
        return asked.first_page(refusal)
    async with request.app.state.sessions.begin() as session:
        challenge_id = await ask_code(
            writing(session), purpose=purpose, channel=channel, address=address, locale=current_locale(), source=visitor.source
        )
    return await asked.code_page(challenge_id)


async def _prove(asked: Asked, challenge_id: UUID) -> Proven:
    """The password is looked at first: a weak one must not use the code up. Errors: `InvalidInput`, `ProofWrong`, `ProofOver`."""
    state = asked.request.app.state
    challenge = await open_challenge(state.pool, challenge_id, purpose=asked.purpose)
    check_password(asked.form.get("password", ""), challenge.address)
    secret = state.settings.secrets.key_for(PROOF_KEY)
    return await prove(state.pool, challenge_id, asked.form.get("code", ""), purpose=asked.purpose, secret=secret)


async def _finish(asked: Asked, proven: Proven) -> Joined:
    form, source = asked.form, asked.visitor.source
    async with asked.request.app.state.sessions.begin() as session:
        if asked.purpose == "reset":
            customer_id = await reset_password(writing(session), proven, password=form.get("password", ""), source=source)
            return Joined(customer_id, False)
        newcomer = Newcomer(form.get("name", "")[:NAME_CHARS_MAX], form.get("password", ""), current_locale(), source)
        return await join_proved(writing(session), proven, newcomer)


async def _do(request: Web, pool: asyncpg.Pool, visitor: Visitor, purpose: Purpose) -> Response[str]:
    asked = Asked(request, visitor, purpose, await read_form(request))
    challenge_id = challenge_id_of(asked.form)
    if challenge_id is None:
        return asked.first_page(ProofOver())
    if problems := asked.problems():
        return asked.first_page(InvalidInput(problems))
    try:
        joined = await _finish(asked, await _prove(asked, challenge_id))
    except (ProofOver, NoAccount) as refusal:
        return asked.first_page(refusal)
    except (ProofWrong, InvalidInput) as refusal:
        return await asked.code_page(challenge_id, refusal)
    answer = go_to(request, "/account?had_one=true" if joined.had_one else next_of(asked.form, "/account"))
    await let_in(request, answer, pool, await open_session(pool, joined.customer_id, source=visitor.source))
    await bring_basket(request, answer, pool, visitor, joined.customer_id)
    return answer


@get("/sign-up")
async def sign_up_page(request: Web, visitor: NamedDependency[Visitor], next: FromQuery[str] = "/account") -> Response[str]:
    return Asked(request, visitor, "sign_up", {"next": next}).first_page()


@post("/sign-up", status_code=200)
async def ask_sign_up(request: Web, visitor: NamedDependency[Visitor]) -> Response[str]:
    return await _ask(request, visitor, "sign_up")


@post("/sign-up/code", status_code=303)
async def do_sign_up(request: Web, pool: NamedDependency[asyncpg.Pool], visitor: NamedDependency[Visitor]) -> Response[str]:
    return await _do(request, pool, visitor, "sign_up")


@get("/reset-password")
async def reset_page(request: Web, visitor: NamedDependency[Visitor], next: FromQuery[str] = "/account") -> Response[str]:
    return Asked(request, visitor, "reset", {"next": next}).first_page()


@post("/reset-password", status_code=200)
async def ask_reset(request: Web, visitor: NamedDependency[Visitor]) -> Response[str]:
    return await _ask(request, visitor, "reset")


@post("/reset-password/code", status_code=303)
async def do_reset(request: Web, pool: NamedDependency[asyncpg.Pool], visitor: NamedDependency[Visitor]) -> Response[str]:
    return await _do(request, pool, visitor, "reset")
