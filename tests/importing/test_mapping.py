"""Columns are mapped by declaration: the known ones fit their files, and a wrong one says what is wrong."""

import pytest

from store_omni.importing.errors import ImportRefused
from store_omni.importing.mapping import KINDS, known_mappings, mapping_for, read_mapping


def test_the_known_mappings_are_sound_and_told_apart():
    mappings = known_mappings()
    assert {mapping.kind for mapping in mappings} == set(KINDS)
    for mapping in mappings:
        header = [*mapping.columns.values(), *mapping.recognised_by]
        assert mapping_for(mapping.kind, header, None) == mapping


def test_a_header_that_nobody_knows_is_refused_with_what_to_do():
    with pytest.raises(ImportRefused, match="--mapping FILE"):
        mapping_for("orders", ["a", "b"], None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind = 'orders'", "name"),
        ("name = 'x'\nkind = 'animals'", "kind must be one of"),
        ("name = 'x'\nkind = 'orders'\ncolour = 1", "colour"),
        ("name = 'x'\nkind = 'orders'\nservices = '('", "no mapping"),
        ("name = ", "no mapping"),
    ],
)
def test_a_mapping_that_is_none_says_why(text, words):
    with pytest.raises(ImportRefused, match=words):
        read_mapping(text, "mine.toml")


def test_a_given_mapping_must_fit_kind_and_file(tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text('name = "mine"\nkind = "stock"\n[columns]\nstore_code = "Shop"\nsku_code = "Art"\nquantity = "Pcs"\n')
    assert mapping_for("stock", ["anything"], mine).name == "mine"
    with pytest.raises(ImportRefused, match="maps stock, not orders"):
        mapping_for("orders", ["Shop"], mine)
    with pytest.raises(ImportRefused, match="no column Art, Pcs"):
        mapping_for("stock", ["Shop"], mine).index(["Shop"])
    with pytest.raises(ImportRefused, match="cannot be read"):
        mapping_for("stock", [], tmp_path / "nowhere.toml")
