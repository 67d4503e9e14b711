"""docs/operate.md names only what there is."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/operate.md").read_text()


def test_its_commands_exist() -> None:
    usage = subprocess.run([sys.executable, "-m", "store_omni", "--help"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\{([a-z,-]+)\}", usage)
    assert found is not None
    assert set(re.findall(r"store-omni ([a-z][a-z-]+)", GUIDE)) <= set(found[1].split(","))


def test_its_settings_and_files_exist() -> None:
    source = "".join((ROOT / "src/store_omni" / name).read_text() for name in ("settings.py", "outside.py", "keys.py"))
    for name in set(re.findall(r"STORE_OMNI_[A-Z_]+", GUIDE)) - {"STORE_OMNI_PASS_SIGNING_KEY", "STORE_OMNI_CSRF_SECRET"}:
        assert name in source, name
    for link in re.findall(r"\]\(([a-z][^)#]*)\)", GUIDE):
        assert (ROOT / "docs" / link).exists(), link
    assert (ROOT / "scripts/install").stat().st_mode & 0o111


def test_its_figures_are_measured() -> None:
    sources = "".join((ROOT / "src/store_omni" / name).read_text() for name in ("kit/metering.py", "web/plumbing/metrics.py"))
    for name in re.findall(r"`(store_omni_[a-z_]+?)(?:_total)?[`{]", GUIDE):
        assert f'"{name}"' in sources, name
