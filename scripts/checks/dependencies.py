"""Each dependency is locked by hash, none is one that must not be; and what the product is made of, as an SBOM.

python scripts/checks/dependencies.py            what is wrong, exit 1 if anything is
python scripts/checks/dependencies.py --sbom     writes build/sbom.json (CycloneDX): Python packages and browser libraries
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-node.txt")
# Names that look like a library's own and belong to strangers.
FORBIDDEN = ("opentelemetry-instrumentation-litestar",)
_PINNED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(\[[^\]]*\])?==[^\s;]+")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _requirements(text: str) -> list[str]:
    """One entry a requirement, its continued lines joined."""
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return [line.strip() for line in lines]


def problems_of_lock(name: str, text: str) -> list[str]:
    found = []
    for line in _requirements(text):
        if not _PINNED.match(line):
            found.append(f"{name}: “{line[:80]}” is no package pinned to a version")
        elif not re.search(r"--hash=sha256:[0-9a-f]{64}\b", line):
            found.append(f"{name}: {line.split()[0]} is not locked by hash")
    return found


def problems_of_project(project: dict, locked: dict[str, set[str]]) -> list[str]:
    """`locked`: file → names in it."""
    found = []
    runtime = project["project"]["dependencies"]
    groups = [one for group in project.get("dependency-groups", {}).values() for one in group]
    for wanted, file in [(one, "requirements.txt") for one in runtime] + [(one, "requirements-dev.txt") for one in groups]:
        name = normal(re.split(r"[\s\[<>=!~;@]", wanted, maxsplit=1)[0])
        if name not in locked[file]:
            found.append(f"pyproject.toml asks for {name}, which {file} does not lock. docs/locking.md says how")
    return found


def forbidden_in(name: str, text: str) -> list[str]:
    there = normal(text.lower())
    return [f"{name}: {word} must not be installed: it is a squatter's" for word in FORBIDDEN if word in there]


def problems_of_browser(lock: dict) -> list[str]:
    return [
        f"frontend/package-lock.json: {path} has no integrity"
        for path, package in lock["packages"].items()
        if path and not package.get("link") and not package.get("integrity")
    ]


def problems() -> list[str]:
    texts = {name: (ROOT / name).read_text() for name in LOCKS}
    locked = {
        name: {normal(found[1]) for line in _requirements(text) if (found := _PINNED.match(line))} for name, text in texts.items()
    }
    project = (ROOT / "pyproject.toml").read_text()
    found = [problem for name, text in texts.items() for problem in problems_of_lock(name, text)]
    found += [problem for name, text in [*texts.items(), ("pyproject.toml", project)] for problem in forbidden_in(name, text)]
    found += problems_of_project(tomllib.loads(project), locked)
    return found + problems_of_browser(json.loads((ROOT / "frontend/package-lock.json").read_text()))


def write_sbom(target: Path) -> int:
    """How many components it lists."""
    target.parent.mkdir(exist_ok=True)
    tool = Path(sys.executable).with_name("cyclonedx-py")
    command = [tool, "requirements", ROOT / "requirements.txt", "--pyproject", ROOT / "pyproject.toml", "--output-reproducible"]
    subprocess.run([*command, "--output-file", target], check=True)
    said = json.loads(target.read_text())
    lock = json.loads((ROOT / "frontend/package-lock.json").read_text())
    for path, package in lock["packages"].items():
        if path and not package.get("dev"):
            name = path.rpartition("node_modules/")[2]
            purl = f"pkg:npm/{name.replace('@', '%40')}@{package['version']}"
            said["components"].append(
                {"type": "library", "name": name, "version": package["version"], "purl": purl, "bom-ref": purl}
            )  # fmt: skip
    target.write_text(json.dumps(said, indent=1))
    return len(said["components"])


def main(arguments: list[str]) -> int:
    if "--sbom" in arguments:
        print(f"{write_sbom(ROOT / 'build/sbom.json')} components in build/sbom.json.")
        return 0
    found = problems()
    print("\n".join(found) or "Every dependency is locked by hash.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
