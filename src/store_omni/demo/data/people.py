"""Six hundred customers: most Korean, a few not, some who share a name or a household's telephone."""

import random
from datetime import date, datetime, time, timedelta

from store_omni.demo.data.names import FAMILY_NAMES, FOREIGN_NAMES, GIVEN_NAMES, MAIL_DOMAINS, ROMAN
from store_omni.demo.data.world import SEOUL, CustomerRow

CUSTOMERS = 600
HOUSEHOLD_EVERY = 40  # one in so many shares the telephone of the customer before
NAMESAKE_EVERY = 60  # one in so many bears the same name as somebody else
MAIL_SHARE = 0.62
JOINED_DAYS_MAX = 900


def make_customers(seed: int, until: date) -> list[CustomerRow]:
    """Customers who joined in the two and a half years before `until`."""
    luck = random.Random(f"customers {seed}")  # noqa: S311, invented data, no secret
    rows: list[CustomerRow] = []
    for number in range(1, CUSTOMERS + 1):
        foreign = number % (CUSTOMERS // len(FOREIGN_NAMES)) == 0
        name = FOREIGN_NAMES[(number * len(FOREIGN_NAMES) // CUSTOMERS) - 1] if foreign else _korean_name(luck)
        if number % NAMESAKE_EVERY == 7 and rows:
            name = rows[-5 % len(rows)].name
        # 010-0… is given to nobody, so no message of a demo could ever reach a stranger.
        phone = f"010-0{luck.randrange(1000):03d}-{luck.randrange(10000):04d}"
        if number % HOUSEHOLD_EVERY == 3 and rows:
            phone = rows[-1].phone
            name = rows[-1].name[0] + name[1:] if not foreign and not rows[-1].name.isascii() else name
        joined = datetime.combine(
            until - timedelta(days=luck.randrange(1, JOINED_DAYS_MAX)), time(luck.randrange(9, 22), luck.randrange(60))
        )
        rows.append(
            CustomerRow(
                code=f"C{number:05d}",
                name=name,
                phone=phone,
                email=_mail(luck, name, number) if luck.random() < MAIL_SHARE else "",
                locale="en" if name.isascii() else "ko",
                joined_at=joined.replace(tzinfo=SEOUL),
            )
        )
    return rows


def _korean_name(luck: random.Random) -> str:
    return luck.choice(FAMILY_NAMES) + luck.choice(GIVEN_NAMES)


def _mail(luck: random.Random, name: str, number: int) -> str:
    local = name.lower().replace(" ", ".") if name.isascii() else f"{ROMAN.get(name[0], 'moa')}{number}"
    return f"{local}@{luck.choice(MAIL_DOMAINS)}"
