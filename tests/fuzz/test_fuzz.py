"""Nothing that anybody sends ends in a failure of ours or a cut line. `STORE_OMNI_FUZZ_CASES` more cases: scripts/nightly/fuzz."""

import os
from itertools import islice

import pytest

from store_omni.app import create_app

from ..conftest import settings_for
from . import calls, pages
from .callers import Stage
from .wire import Case, all_that_is_wrong, what_is_wrong

CASES = int(os.environ.get("STORE_OMNI_FUZZ_CASES", "1000"))
SEED = int(os.environ.get("STORE_OMNI_FUZZ_SEED", "20261201"))
SHOWN = 12


@pytest.fixture(scope="module")
def routed(tmp_path_factory: pytest.TempPathFactory) -> object:
    return create_app(settings_for("postgresql://nobody@/nothing", tmp_path_factory.mktemp("app")))


def _report(found: list[str], stage: Stage) -> str:
    kinds = "\n\n".join(found[:SHOWN])
    return f"{len(found)} of {CASES // 2} cases:\n{kinds}\n\n{stage.log.read_text(errors='replace')[-6000:]}"


def test_no_page_fails_whatever_is_sent(stage: Stage, routed: object) -> None:
    found = all_that_is_wrong(stage.port, islice(pages.cases(routed, stage, SEED), CASES // 2))  # type: ignore[arg-type]
    assert not found, _report(found, stage)


def test_no_call_of_the_api_fails_whatever_is_sent(stage: Stage, routed: object) -> None:
    found: list[str] = []

    def check(case: Case) -> None:
        wrong = what_is_wrong(stage.port, case)
        if wrong is not None:
            found.append(wrong)

    calls.run(routed, stage, cases=CASES - CASES // 2, first_seed=SEED, check=check)  # type: ignore[arg-type]
    assert not found, _report(found, stage)
