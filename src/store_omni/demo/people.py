"""Who can sign in to the demo. Names and numbers are the same in every demo, the PIN and the password are its own."""

from typing import Literal

import msgspec

from store_omni.demo.owning import Access


class Member(msgspec.Struct, frozen=True):
    """`store`: the store's code, for clerks. `names`: Korean."""

    login: str
    name: str
    role: Literal["clerk", "agent", "manager"]
    store: str | None = None
    where: str = ""


STAFF = (
    Member("1001", "김서연", "clerk", "S01", "강남점"),
    Member("1002", "박도윤", "clerk", "S01", "강남점"),
    Member("1003", "이하은", "clerk", "S02", "홍대점"),
    Member("1004", "최지호", "clerk", "S03", "성수점"),
    Member("2001", "정수빈", "agent"),
    Member("2002", "강민준", "agent"),
    Member("3001", "윤가람", "manager"),
)
PATHS = {"clerk": "/counter", "agent": "/desk", "manager": "/office"}
ROLES = {"clerk": "Clerk", "agent": "Phone and chat", "manager": "Head office"}


class DemoShopper(msgspec.Struct, frozen=True):
    """`phone` E.164; 010-0… is given to nobody."""

    name: str
    phone: str
    email: str


SHOPPER = DemoShopper("김모아", "+821000001234", "moa@example.com")


def logins(access: Access) -> list[dict[str, str]]:
    """One row per login, as the terminal shows them."""
    staff = [
        {"Who": f"{ROLES[member.role]}: {member.name} {member.where}".strip(), "Where": PATHS[member.role],
         "Sign in with": member.login, "PIN or password": access.pin}
        for member in STAFF
    ]  # fmt: skip
    return [
        {"Who": f"Shopper: {SHOPPER.name}", "Where": "/", "Sign in with": SHOPPER.email, "PIN or password": access.password},
        *staff,
    ]
