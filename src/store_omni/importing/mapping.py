"""Which column means what: declared in TOML, known files recognised by their header."""

import re
import tomllib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Literal

import msgspec

from store_omni.importing.errors import ImportRefused

KINDS = ("stores", "catalog", "stock", "customers", "orders")


class Place(msgspec.Struct, frozen=True):
    """A store that the order file implies but never names."""

    code: str
    name_ko: str
    name_en: str
    city: str = ""
    share: int = 1


class Documents(msgspec.Struct, frozen=True):
    """How an order number tells what its lines are, where no `kind` column does. Regular expressions, matched at the start."""

    cancellation: str = ""
    write_off: str = ""


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One declared mapping. `columns`: our field → the file's column. `constants`: our field → the same text for all rows.

    `name` becomes part of every id made, so it must stay the same for the same source. `recognised_by`: the mapping is
    chosen for a header that holds all these columns (empty: all of `columns`).
    `services`: SKU codes (regular expression, whole code) that are no stock. `derive`: what is made from the order lines
    when it is not there: stores, catalog, customers. `stores`, `channels`: who sold it, where the file does not say; the
    share of each is drawn from the customer's code, or the order number, always with the same outcome.
    `decimal`: the sign before decimals ("." or ","; "" refuses what could be read both ways). `dates`: how dates are written,
    in the signs of strptime ("" refuses those with two readings).
    `kinds`: the file's own words for sale, return and cancel. `pictures`: [regular expression on the name, category,
    drawing] for derived goods, the first that matches; `colours`: the same with a colour.
    """

    name: str
    kind: str
    columns: dict[str, str] = {}
    constants: dict[str, str] = {}
    recognised_by: list[str] = []
    timezone: str = "Asia/Seoul"
    currency: str = "KRW"
    country: str = "KR"
    locale: str = "ko"
    documents: Documents = Documents()
    services: str = ""
    derive: list[str] = []
    stores: list[Place] = []
    channels: dict[str, int] = {}
    anonymous_channel: str = ""
    kinds: dict[str, str] = {}
    tenders: dict[str, str] = {}
    pictures: list[tuple[str, str, str]] = []
    colours: list[tuple[str, str]] = []
    phone_region: str = "KR"
    decimal: Literal["", ".", ","] = ""
    dates: str = ""

    def fits(self, header: Sequence[str]) -> bool:
        return set(self.recognised_by or self.columns.values()) <= set(header)

    def index(self, header: Sequence[str]) -> dict[str, int]:
        """Our field → position in a row. A column by which the mapping is not recognised may be missing: it changes nothing.
        Errors: `ImportRefused` naming a column that is not there."""
        missing = sorted(set(self.recognised_by or self.columns.values()) - set(header))
        if missing:
            raise ImportRefused(
                f"The file has no column {', '.join(missing)}. It has: {', '.join(header)}. "
                "Give a mapping of your own with --mapping FILE."
            )
        return {field: header.index(column) for field, column in self.columns.items() if column in header}

    def is_service(self, sku_code: str) -> bool:
        return bool(self.services) and re.fullmatch(self.services, sku_code) is not None


def read_mapping(text: str, where: str) -> Mapping:
    """Errors: `ImportRefused` saying what is wrong with the mapping."""
    try:
        mapping = msgspec.convert(tomllib.loads(text), Mapping)
        re.compile(f"{mapping.documents.cancellation}|{mapping.documents.write_off}|{mapping.services}")
        for pattern, *_ in (*mapping.pictures, *mapping.colours):
            re.compile(pattern)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, re.error) as problem:
        raise ImportRefused(f"{where} is no mapping: {problem}") from problem
    if mapping.kind not in KINDS:
        raise ImportRefused(f"{where}: kind must be one of {', '.join(KINDS)}, not {mapping.kind!r}")
    return mapping


def known_mappings() -> list[Mapping]:
    """The mappings that come with the product."""
    folder = resources.files("store_omni.importing").joinpath("mappings")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return [read_mapping(file.read_text("utf-8"), file.name) for file in files]


def mapping_for(kind: str, header: Sequence[str], given: Path | None) -> Mapping:
    """The given mapping, or the known one of this kind whose columns the header has (the most particular one).

    Errors: `ImportRefused`.
    """
    if given is not None:
        try:
            mapping = read_mapping(given.read_text("utf-8"), str(given))
        except OSError as problem:
            raise ImportRefused(f"{given} cannot be read: {problem.strerror}") from problem
        if mapping.kind != kind:
            raise ImportRefused(f"{given} maps {mapping.kind}, not {kind}.")
        return mapping
    fitting = [mapping for mapping in known_mappings() if mapping.kind == kind and mapping.fits(header)]
    if not fitting:
        raise ImportRefused(
            f"No known mapping for {kind} fits the columns {', '.join(header)}. Say which is which in a TOML file: --mapping FILE."
        )
    return max(fitting, key=lambda mapping: len(mapping.recognised_by or mapping.columns))
