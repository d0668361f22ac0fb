"""The connections of all services together are fewer than PostgreSQL takes, on one machine and in containers."""

from __future__ import annotations

import re
from typing import Final

from deploy.docs.settings import settings_classes
from deploy.local import ROOT
from deploy.local.postgres import LAPTOP
from services.metrics.app import BOARD_CONNECTIONS

HEALTH: Final = 1
WORKER: Final = 8
LOG: Final = 8
"""Of the embedded log, for each service."""
RESERVED: Final = 3
"""By PostgreSQL for its superuser."""
TOOLS: Final = 20
"""Left for backups, migrations and people."""


def test_all_services_on_their_default_settings_leave_connections_over() -> None:
    all_ = [settings.model_fields for settings in settings_classes().values()]
    of_http = sum(
        each["http_processes"].default
        * (each["interactive_connections"].default + each["bulk_connections"].default + HEALTH)
        for each in all_
    )
    needed = of_http + BOARD_CONNECTIONS + len(all_) * (WORKER + LOG) + RESERVED + TOOLS

    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    in_containers = re.search(r"max_connections=(\d+)", compose)

    assert in_containers is not None
    assert needed <= min(int(LAPTOP["max_connections"]), int(in_containers[1]))
