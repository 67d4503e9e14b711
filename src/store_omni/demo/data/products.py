"""The shop's range: 320 products in ten categories, read from the word lists, each with its SKUs, prices and bar codes."""

import itertools
import tomllib
from collections.abc import Iterator
from importlib import resources

import msgspec

from store_omni.demo.data.names import BRANDS, COLOUR_NAMES
from store_omni.demo.data.world import SkuRow

CATEGORIES = {
    "kitchen": "KI", "tableware": "TW", "bath": "BA", "bedding": "BD", "stationery": "SY", "camping": "CA", "lighting": "LI", "storage": "SG",
    "pets": "PE", "beauty": "BT", "snacks": "SN",
}  # fmt: skip
"""Category code → the letters its product codes begin with."""

GTIN_PREFIX = "8800991"  # 880 is Korea; what follows is the demo's own company number
SIZE_STEP_PERCENT = 25  # a bigger size costs this much more than the one before


def read_words(name: str) -> dict:
    """One word list, parsed."""
    return tomllib.loads(resources.files("store_omni.demo.data").joinpath("words", f"{name}.toml").read_text("utf-8"))


def check_digit(body: str) -> str:
    """The last digit of a GTIN whose other digits are `body` (GS1 General Specifications, 7.9)."""
    weighed = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-weighed % 10)


def make_skus() -> list[SkuRow]:
    """All SKUs of all products, siblings beside each other."""
    notes = {code: _both(text) for code, text in read_words("notes").items()}
    serial = itertools.count(1)
    return [sku for category in CATEGORIES for sku in _skus_of(read_words(category), notes, serial)]


def _skus_of(category: dict, notes: dict[str, tuple[str, str]], serial: Iterator[int]) -> Iterator[SkuRow]:
    number = itertools.count(1)
    for family in category["family"]:
        uses = [_both(text) for text in family["use"]]
        for place, line in enumerate(family["products"].strip().splitlines()):
            name_ko, name_en, brand, price, colours, note, *rest = (part.strip() for part in line.split("|"))
            pattern, sizes = (*rest, "", "")[:2]
            code = f"{CATEGORIES[category['code']]}{next(number):03d}"
            said = [uses[place % len(uses)], *(notes[word] for word in note.split())]
            options = list(itertools.product(colours.split(), sizes.split() or [""]))
            for index, (colour, size) in enumerate(options, 1):
                option_ko, option_en = _option(colour, size, several=" " in colours)
                body = f"{GTIN_PREFIX}{next(serial):05d}"
                yield SkuRow(
                    product_code=code,
                    sku_code=f"{code}-{index:02d}",
                    gtin=body + check_digit(body),
                    name_ko=name_ko,
                    name_en=name_en,
                    brand=BRANDS[brand][1],
                    category=category["code"],
                    description_ko=" ".join(korean for korean, _ in said),
                    description_en=" ".join(english for _, english in said),
                    keywords=f"{family['words']} {category['ko']} {category['en']} {BRANDS[brand][0]}",
                    drawing=f"{family['drawing']}.{pattern}" if pattern else family["drawing"],
                    colour=colour,
                    option_ko=option_ko,
                    option_en=option_en,
                    price=_priced(int(price), list[str](sizes.split()).index(size) if size else 0),
                )


def _priced(price: int, step: int) -> int:
    """Won, ending in 900 like the first size, or in 000 where that one does."""
    grown = price * (100 + SIZE_STEP_PERCENT * step) // 100
    return grown if step == 0 else grown // 1000 * 1000 + (900 if price % 1000 else 0)


def _option(colour: str, size: str, *, several: bool) -> tuple[str, str]:
    """What tells a SKU from its siblings: the colour where there is a choice, the size where there is one."""
    size_ko, _, size_en = size.partition("/")
    name_ko, name_en = COLOUR_NAMES[colour] if several else ("", "")
    return " ".join(filter(None, (name_ko, size_ko))), " ".join(filter(None, (name_en, size_en or size_ko)))


def _both(text: str) -> tuple[str, str]:
    korean, english = text.split(" | ")
    return korean, english


def make_bundles(skus: list[SkuRow]) -> list[SkuRow]:
    """Sets of goods that are sold as one, for a little less than their parts. They have no stock of their own."""
    by_code = {sku.sku_code: sku for sku in skus}
    bundles = []
    for number, line in enumerate(read_words("bundles")["bundles"].strip().splitlines(), 1):
        name_ko, name_en, per_cent, parts = (part.strip() for part in line.split("|"))
        counted = [(by_code[code], int(units)) for code, units in (part.split("*") for part in parts.split())]
        first, body = counted[0][0], f"{GTIN_PREFIX}{90_000 + number:05d}"
        worth = sum(sku.price * units for sku, units in counted)
        bundles.append(
            msgspec.structs.replace(
                first, product_code=f"SET{number:03d}", sku_code=f"SET{number:03d}-01", gtin=body + check_digit(body),
                name_ko=name_ko, name_en=name_en, option_ko="", option_en="",
                description_ko=" · ".join(f"{sku.name_ko} {units}개" for sku, units in counted),
                description_en=" · ".join(f"{units} × {sku.name_en}" for sku, units in counted),
                keywords=f"세트 set bundle {' '.join(sku.name_ko for sku, _ in counted)}",
                price=worth * int(per_cent) // 100 // 1000 * 1000 + 900, parts=parts,
            )
        )  # fmt: skip
    return bundles
