"""/metrics: what all processes of this server counted, and how the house is, in Prometheus' text format."""

from collections.abc import Iterator
from typing import Any

from litestar import Request, Response, get
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from store_omni.kit.metering import figures
from store_omni.notifications.condition import Condition
from store_omni.web.plumbing.watching import refuse_strangers


class _OfTheHouse(Collector):
    """The same from each host: it is read from the database, at most five seconds ago."""

    def __init__(self, condition: Condition | None) -> None:
        self._condition = condition

    def collect(self) -> Iterator[Metric]:
        condition = self._condition
        yield GaugeMetricFamily("store_omni_database_up", "Whether the database answers.", value=condition is not None)
        if condition is None:
            return
        yield GaugeMetricFamily("store_omni_worker_leads", "Whether a worker leads.", value=condition.leads)
        yield GaugeMetricFamily("store_omni_worker_standby", "Workers that wait to lead.", value=condition.standby)
        yield GaugeMetricFamily("store_omni_worker_late_seconds", "How overdue its latest job is.", value=condition.late)
        if condition.beat_age is not None and condition.leads_for is not None:
            yield GaugeMetricFamily("store_omni_worker_beat_age_seconds", "Since its last sign.", value=condition.beat_age)
            yield GaugeMetricFamily("store_omni_worker_leader_age_seconds", "Since it leads.", value=condition.leads_for)
        oldest = GaugeMetricFamily("store_omni_queue_oldest_seconds", "Age of the oldest that waits.", labels=["queue"])
        oldest.add_metric(["unsealed"], condition.unsealed)
        oldest.add_metric(["deliveries"], condition.undelivered)
        failing = GaugeMetricFamily("store_omni_messages_failing_seconds", "Since when none has left.", labels=["channel"])
        for channel in condition.channels:
            oldest.add_metric([f"messages_{channel.name}"], channel.due_seconds)
            failing.add_metric([channel.name], channel.failing_seconds)
        yield oldest
        yield failing


@get("/metrics")
async def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    refuse_strangers(request)
    house = CollectorRegistry()
    house.register(_OfTheHouse(request.app.state.watch.condition))
    return Response(
        figures() + generate_latest(house), media_type=CONTENT_TYPE_LATEST, headers={"cache-control": "no-store"}
    )  # fmt: skip


METRICS = metrics
