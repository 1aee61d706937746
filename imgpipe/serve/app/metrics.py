"""Numbers for Prometheus."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from imgpipe.serve.app.frames import Head

TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)


class Metrics:
    """What was asked and answered, in a registry of one server's own."""

    def __init__(self) -> None:
        self._registry = own = CollectorRegistry()
        self._requests = Counter(
            "imgpipe_requests", "Requests by route and status.", ["route", "code"], registry=own
        )
        self._seconds = Histogram(
            "imgpipe_request_seconds",
            "From the head of a request to the end of its answer.",
            ["route"],
            registry=own,
            buckets=_SECONDS,
        )
        self._images = Counter(
            "imgpipe_images", "Images, by what came of them.", ["outcome"], registry=own
        )
        self._warnings = Counter("imgpipe_warnings", "Warnings on images.", registry=own)
        self._ood = Counter(
            "imgpipe_out_of_distribution",
            "Images that differ from the training images.",
            registry=own,
        )
        self._bytes = Counter("imgpipe_received_bytes", "Of bodies.", registry=own)
        for outcome in ("predicted", "refused"):
            self._images.labels(outcome)

    def watch(self, name: str, what: str, value: Callable[[], float]) -> None:
        """Give what is asked for when the numbers are read."""
        Gauge(f"imgpipe_{name}", what, registry=self._registry).set_function(value)

    def request(self, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered; status 499 for one whose client left."""
        self._requests.labels(route, status).inc()
        self._seconds.labels(route).observe(seconds)

    def body(self, size: int) -> None:
        """Count what a request brought."""
        self._bytes.inc(size)

    def file(self, told: Head) -> None:
        """Count the images of a file, by the answer of a worker."""
        if told["status"] != 200:
            self._images.labels("refused").inc()
            return
        self._images.labels("predicted").inc(told["images"])
        self._images.labels("refused").inc(told["failed"])
        self._warnings.inc(told["warnings"])
        self._ood.inc(told["ood"])

    def text(self) -> bytes:
        """Write them as Prometheus reads them."""
        return generate_latest(self._registry)
