"""`python -m deploy.kafka`: serve a broker from `.local/kafka` until Ctrl-C; KAFKA_PORT replaces port 9092."""

from __future__ import annotations

import os
import sys

from deploy.kafka.broker import Broker
from deploy.local import LOCAL
from deploy.local.processes import serve


def main() -> int:
    """Serve until Ctrl-C; 1 when something is missing or the broker fails."""
    reason = Broker.missing()
    if reason is not None:
        print(reason)
        return 1
    broker = Broker(LOCAL / "kafka", int(os.environ.get("KAFKA_PORT", "9092")))
    return serve(broker, lambda: f"Kafka answers at {broker.bootstrap}")


if __name__ == "__main__":
    sys.exit(main())
