"""What a process counts, for Prometheus. Where the server's parent has named a folder (`FOLDER`), each process keeps its figures in
files there, and any of them answers with the sum of all."""

import os
import re
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

# The library looks for this name when it is first imported.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
MINUTE = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)

REQUESTS = Counter("store_omni_requests", "Requests answered by the router.", ["method", "route", "status"])
SECONDS = Histogram("store_omni_request_seconds", "Time to the last byte, streams left out.", ["face"], buckets=MINUTE)
PREPARED = Counter(
    "store_omni_prepared_answers", "Requests answered before the router: stock, lists, histories, services' orders."
)
REFUSALS = Counter("store_omni_refusals", "Refusals said to people and programs.", ["code"])
BATCH_ROWS = Histogram("store_omni_batch_rows", "Rows in a group commit.", ["batch"], buckets=(1, 2, 4, 8, 16, 32, 64, 128))
OUTCOMES = Counter("store_omni_batch_answers", "What became of the rows: ok, replayed, or a refusal.", ["batch", "outcome"])
CONNECTIONS = Gauge(
    "store_omni_database_connections", "Of the pools, by use.", ["pool", "state"], multiprocess_mode="livesum"
)  # fmt: skip

_FUNCTION = re.compile(r"(\w+\.\w+)\(")


class BatchMeter:
    """`sql`: what a batch sends; its function names it."""

    def __init__(self, sql: str) -> None:
        found = _FUNCTION.search(sql)
        self._name = found[1] if found else "other"
        self._rows = BATCH_ROWS.labels(self._name)
        self._outcomes: dict[str, Counter] = {}

    def sent(self, rows: int) -> None:
        self._rows.observe(rows)

    def answered(self, answer: dict[str, object]) -> None:
        outcome = str(answer.get("refused") or ("replayed" if answer.get("replayed") else "ok"))
        counter = self._outcomes.get(outcome)
        if counter is None:
            counter = self._outcomes[outcome] = OUTCOMES.labels(self._name, outcome)
        counter.inc()


def figures() -> bytes:
    """All figures in Prometheus' text format."""
    if FOLDER not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return generate_latest(registry)


def forget_process(folder: str, pid: int | None) -> None:
    """One that has ended holds no connections any more; what it counted still counts."""
    for path in Path(folder).glob(f"gauge_live*_{pid}.db"):
        path.unlink(missing_ok=True)
