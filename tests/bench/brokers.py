"""Both logs, one after the other; Kafka where a broker can be had."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.kafka.broker import Broker


@contextmanager
def broker() -> Iterator[str | None]:
    """The address of a broker of our own, or None (and a line that says why) where none can be started."""
    reason = Broker.missing()
    if reason is not None:
        print(f"Kafka is left out: {reason}")
        yield None
        return
    with TemporaryDirectory(prefix="bench-kafka-", ignore_cleanup_errors=True) as name, Broker(Path(name)) as kafka:
        yield kafka.bootstrap
