"""Whether there is a Kafka on this machine for the tests that are marked `kafka`."""

from __future__ import annotations

import os

import pytest

from deploy.kafka.broker import Broker


def require_kafka() -> None:
    """Skip the test where no broker can be had, or fail it if REQUIRE_KAFKA=1."""
    if (missing := Broker.missing()) is not None:
        (pytest.fail if os.environ.get("REQUIRE_KAFKA") == "1" else pytest.skip)(f"no Kafka here: {missing}")
