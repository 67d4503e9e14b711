"""A manager signs on a clerk's screen: own staff number and PIN, checked with all limits of the sign-in."""

from typing import Any
from uuid import UUID

from litestar import Request

from store_omni.staff.confirming import confirm_manager
from store_omni.web.plumbing.entering_staff import try_of


async def manager_on_screen(request: Request[Any, Any, Any], form: dict[str, str], *, store_id: int) -> UUID | None:
    """The account of the manager whose number and PIN stand in `manager_login` and `manager_pin`; None where neither was typed.
    Errors: those of `confirm_manager`."""
    login, pin = form.get("manager_login", ""), form.get("manager_pin", "")
    if not login and not pin:
        return None
    attempt = try_of(request, login, "counter", ("manager",))
    app = request.app.state
    return await confirm_manager(app.pool, app.sessions, attempt, pin, store_id=store_id)
