"""What the machine says: CPU of a tree of processes, memory, and how fast the disk makes writes durable."""

import math
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
BLOCK_BYTES = 8192


def median(values: Sequence[float]) -> float:
    """The middle one, or the mean of the two in the middle."""
    ordered = sorted(values)
    half, odd = divmod(len(ordered), 2)
    return ordered[half] if odd else (ordered[half - 1] + ordered[half]) / 2


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` (0 to 1) of all values do not exceed. values: not empty."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the third (state) on; None where the process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def tree(root: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        stat = _stat(int(folder.name))
        if stat is not None:
            children.setdefault(int(stat[1]), []).append(int(folder.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def cpu_seconds(root: int) -> float:
    """User and system time that a tree has used since it began. Processes of it that have ended count, because their
    parent has taken over their time when it took note of their end."""
    ticks = 0
    for pid in tree(root):
        stat = _stat(pid)
        if stat is not None:
            ticks += sum(int(field) for field in stat[11:15])
    return ticks / TICKS


def memory_mib(root: int) -> float:
    """Proportional set size of a tree: shared pages are counted once, shared out among who has them."""
    kib = 0
    for pid in tree(root):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue  # has just ended
        kib += next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    return kib / 1024


def syncs_per_second(folder: Path, seconds: float = 1.0) -> float:
    """How often 8 kB can be made durable in this folder's file system, one after the other."""
    block = os.urandom(BLOCK_BYTES)
    with tempfile.TemporaryFile(dir=folder) as file:
        count, begin = 0, time.perf_counter()
        while (spent := time.perf_counter() - begin) < seconds:
            os.pwrite(file.fileno(), block, (count % 1024) * BLOCK_BYTES)
            os.fdatasync(file.fileno())
            count += 1
    return count / spent


def file_system(folder: Path) -> str:
    """The type of the file system a folder lies in, as the kernel names it."""
    best, kind = -1, "?"
    for line in Path("/proc/mounts").read_text().splitlines():
        _, point, name, *_ = line.split()
        if folder.is_relative_to(point) and len(point) > best:
            best, kind = len(point), name
    return kind
