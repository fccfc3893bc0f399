"""Metrics for Prometheus: requests, positions of the log and the views, connections in use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

from eventsourcing.persistence import PersistenceError
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from api.http.services import Services
from projections.engine.progress import Progress
from store.clock import clock_state

SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable: the folder in which the processes of one server share their counters."""
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER: Final = "OTHER"
"""The label of every method that is not in `METHODS`, as clients may invent any number of them."""
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The metrics of one application."""

    def __init__(self, services: Services) -> None:
        self._current = _CurrentState(services)
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "callout_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "callout_request_seconds",
            "Seconds until the answer.",
            ("method", "route"),
            registry=self._registry,
            buckets=BUCKETS,
        )

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; `method` is one of `METHODS` or `OTHER`, `route` a template of the application's own."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def text(self) -> bytes:
        """All metrics in Prometheus' text format."""
        current = CollectorRegistry()
        current.register(self._current)
        return self.counted() + generate_latest(current)

    def counted(self) -> bytes:
        """The counters of this process and, where processes share a folder, of all of them."""
        registry = self._registry
        if SHARED in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # it has no types
        return generate_latest(registry)


class _CurrentState(Collector):
    """Gauges that are read at each scrape."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        """The gauges: positions and connections, or only that the database does not answer."""
        up = GaugeMetricFamily("callout_database_up", "Whether the database answers.")
        try:
            found = self._services.views.progress()
            clock = clock_state(self._services.log.pool)
        except PersistenceError:
            up.add_metric([], 0)
        else:
            up.add_metric([], 1)
            yield from _views(found)
            yield _gauge("callout_clock_steps", "How often recorded_at went back with the clock.", clock.steps)
            yield _gauge("callout_clock_ahead_seconds", "How far recorded_at is ahead of the clock.", clock.ahead)
        yield up
        pools = GaugeMetricFamily("callout_pool_connections", "Database connections.", labels=("role", "state"))
        for role, pool in (("writer", self._services.log.pool), ("projector", self._services.projecting.pool)):
            pools.add_metric([role, "in_use"], pool.in_use)
            pools.add_metric([role, "most"], pool.size)
        yield pools


def _views(found: Progress) -> Iterator[Metric]:
    """Positions and lag of the views, parked events, stopped views; labels are names in the code."""
    yield _gauge("callout_log_position", "The last position of the log.", found.head)
    yield _gauge("callout_views_position", "The position that all views have reached.", found.position)
    yield _gauge("callout_views_lag_events", "Events that are not in all views yet.", found.lag)
    yield _gauge(
        "callout_views_waiting_seconds", "Seconds for which no view has advanced though events wait.", found.waiting
    )
    parked = GaugeMetricFamily("callout_views_parked_events", "Events that a view could not process.", labels=("view",))
    for damage in found.damages:
        parked.add_metric([damage.view], damage.events)
    yield parked
    stopped = GaugeMetricFamily("callout_views_stopped", "Views that wait for their rebuild.", labels=("view",))
    for view in found.stopped:
        stopped.add_metric([view], 1)
    yield stopped
    silent = GaugeMetricFamily(
        "callout_worker_silent_seconds", "Parts of the worker without a heartbeat.", labels=("part",)
    )
    for part, age in found.silent.items():
        silent.add_metric([part], age)
    yield silent


def method_of(sent: str) -> str:
    """The method of a request for metrics and log lines: one of `METHODS`, or `OTHER`."""
    return sent if sent in METHODS else OTHER


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, value=value)
