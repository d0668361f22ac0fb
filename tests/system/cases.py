"""Cases from the life of a training, played in a province of four real services, on either log."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack
from datetime import date
from typing import Any

import pytest

from deploy.local.processes import free_port
from deploy.local.runner import Run
from deploy.local.services import PORTS
from tests.shared.backbone.conftest import ON_KAFKA
from tests.support.kafka import require_kafka
from tests.system.province import (
    Callers,
    Province,
    person,
)

TODAY = date(2025, 4, 1)

Case = Callable[[Province], Coroutine[Any, Any, None]]
Play = Callable[[Case], None]


@pytest.fixture(scope="package", params=["embedded", ON_KAFKA])
def play(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    """Plays a case in a province of its own, which all cases on one log share."""
    if request.param == "kafka":
        require_kafka()
    environment = {f"{service.upper()}_PORT": str(free_port()) for service in PORTS}
    environment["SKILLS_LOCAL"] = str(tmp_path_factory.mktemp("province"))
    run = Run(environment, request.param, business_day=TODAY)
    with ExitStack() as stack:
        run.start(stack)
        province: Province | None = None

        async def played(case: Case) -> None:
            nonlocal province
            async with Callers(run.addresses, run.keys) as callers:
                if province is None:
                    province = Province(run, callers, TODAY)
                    await province.settle_in()
                province.callers = callers
                await case(province)

        yield lambda case: run.while_alive(played(case))


def document(number: int) -> dict[str, object]:
    return {"document_number": person(number)["document_number"]}
