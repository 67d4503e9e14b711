"""A paper in its own address."""

import pytest

from store_omni.web.plumbing.drafting import LINES_MAX, Draft, DraftFull, DraftLine, read_draft


def test_it_is_read_as_it_was_written() -> None:
    draft = Draft((DraftLine(12, 3), DraftLine(7, 10, 1)))
    assert (draft.text, draft.units) == ("12-3.7-10-1", 13)
    assert read_draft(draft.text) == draft


def test_what_makes_no_sense_is_left_out() -> None:
    assert read_draft("x.1.2-0.3-1.3-9.4-2-5.5-1-1-1.6-9999999999.7--1") == Draft((DraftLine(3, 1), DraftLine(4, 2, 2)))
    assert read_draft("") == Draft()


def test_one_more_stands_first_and_nothing_is_taken_out() -> None:
    draft = Draft().more(1).more(2).more(1)
    assert draft.text == "1-2.2-1"
    assert draft.set(2, 5, 9).text == "1-2.2-5-5"
    assert draft.set(1, 0).text == "2-1"


def test_a_full_paper_says_so() -> None:
    draft = read_draft(".".join(f"{n}-1" for n in range(1, LINES_MAX + 1)))
    assert draft.more(1).units == LINES_MAX + 1
    with pytest.raises(DraftFull):
        draft.more(LINES_MAX + 1)
