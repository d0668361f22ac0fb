"""What Prometheus reads: figures of the process and of the database, and no label that a request could fill."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.request import urlopen

import httpx
from prometheus_client.parser import text_string_to_metric_families

from services.metrics.worker import SERVICE as METRICS
from services.registry.worker import SERVICE as REGISTRY
from shared import instruments, lag
from shared.backbone.log import Record
from shared.contracts.fact import encode
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.exposition import SHARED_BY_PROCESSES, told_by_worker
from shared.kernel.refusals import NotFound
from tests.conftest import OpenService
from tests.support.facts import enrolment
from tests.support.services import ServiceUnderTest

PERSONAL = re.compile(r"[0-9]{17}[0-9X]|1[3-9][0-9]{9}|[0-9a-f]{8}-[0-9a-f]{4}")

Series = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


def parsed(text: str) -> Series:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def read(service: ServiceUnderTest) -> Series:
    answer = await service.http.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return parsed(answer.text)


def of(series: Series, name: str, **labels: str) -> float:
    return series.get((name, frozenset(labels.items())), 0.0)


async def test_requests_are_counted_by_template_and_status(open_service: OpenService) -> None:
    registry = await open_service(REGISTRY)
    before = await read(registry)

    await registry.http.get("/health/live")
    await registry.http.get("/problems/no-such-code")

    after = await read(registry)
    asked = {"method": "GET", "route": "/health/live"}
    assert of(after, "skills_requests_total", **asked, status="200") == 1 + of(
        before, "skills_requests_total", **asked, status="200"
    )
    assert of(after, "skills_request_seconds_count", **asked) == 1 + of(before, "skills_request_seconds_count", **asked)
    refusals = [of(each, "skills_refusals_total", code="not-found") for each in (before, after)]
    assert refusals[1] - refusals[0] == 1


async def test_no_label_holds_what_a_request_sent(open_service: OpenService) -> None:
    registry = await open_service(REGISTRY)
    number, phone, id_ = "410102199001011233", "13800138000", "0198c0de-0000-7000-8000-000000000000"

    for path in (f"/v1/classes/{id_}", f"/{number}", f"/v1/classes?cursor={phone}", f"/problems/{phone}"):
        await registry.http.get(path)
    await registry.http.request("ZHANGSAN", "/v1/classes")
    labels = {value for _, labels in await read(registry) for _, value in labels}

    assert [value for value in labels if PERSONAL.search(value)] == []
    assert "/v1/classes" in labels
    assert "ZHANGSAN" not in labels


async def test_it_tells_what_waits_in_the_database(open_service: OpenService) -> None:
    metrics = await open_service(METRICS)
    await metrics.rows("SELECT 1")
    async with metrics.engine.begin() as connection:
        await connection.exec_driver_sql(
            'INSERT INTO dead_letter (consumer, topic, partition, "offset", subject, event, reason) VALUES'
            " ('c', 't', 0, 0, 's/1', '', 'x'), ('c', 't', 0, 1, 's/1', '', 'x')"
        )

    found = await read(metrics)

    expected = {
        "database_up": 1, "outbox_facts": 0, "dead_letters": 2, "stopped_subjects": 1, "unequal_books": 0,
        "worker_stopped": 0,
    }  # fmt: skip
    assert {name: of(found, f"skills_{name}") for name in expected} == expected
    assert of(found, "skills_lane_places", lane="interactive") == metrics.settings.interactive_connections
    assert ("skills_stream_readers", frozenset()) in found


async def test_without_a_database_it_tells_so_and_goes_on_counting(open_service: OpenService) -> None:
    registry = await open_service(REGISTRY)

    async def away(_: object) -> None:
        raise ConnectionRefusedError

    registry.app.state.probe.ask = away
    found = await read(registry)

    assert of(found, "skills_database_up") == 0
    assert ("skills_outbox_facts", frozenset()) not in found
    assert of(found, "skills_lane_places", lane="bulk") > 0


async def lagging(service: ServiceUnderTest) -> float:
    return of(await read(service), "skills_consumer_lag_facts", consumer="metrics", topic="registry")


async def test_a_batch_is_timed_and_the_lag_is_what_is_not_applied_yet(open_service: OpenService) -> None:
    metrics = await open_service(METRICS)
    [consumer] = metrics.service.consumers(metrics.settings)
    before = await read(metrics)
    await metrics.hear(enrolment(1, status=EnrolmentStatus.COMPLETED))
    for number in (2, 3):
        fact = enrolment(number, status=EnrolmentStatus.COMPLETED)
        await metrics.log.append(fact.topic, [Record(fact.subject, encode(fact))])

    watching = asyncio.create_task(lag.watch(metrics.engine, metrics.log, [consumer]))
    async with asyncio.timeout(10):
        while await lagging(metrics) != 2:  # noqa: ASYNC110  (another task)
            await asyncio.sleep(0.01)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)

    after = await read(metrics)
    assert of(after, "skills_batch_seconds_count", consumer="metrics") > of(
        before, "skills_batch_seconds_count", consumer="metrics"
    )
    applied = "skills_applied_facts_total"
    assert of(after, applied, consumer="metrics") - of(before, applied, consumer="metrics") == 1


async def test_a_worker_without_http_tells_what_it_counted_on_a_port_of_its_own() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    instruments.refused(NotFound(what="thing"))

    async with told_by_worker("127.0.0.1", port):
        text = await asyncio.to_thread(lambda: urlopen(f"http://127.0.0.1:{port}/metrics").read().decode())

    assert of(parsed(text), "skills_refusals_total", code="not-found") >= 1


async def test_health_is_open_to_prometheus_and_refuses_what_it_does_not_know(open_service: OpenService) -> None:
    registry = await open_service(REGISTRY)

    answer: httpx.Response = await registry.http.get("/metrics?name=x")

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-parameter")


def test_processes_that_share_a_port_add_up_what_they_count(tmp_path: Path) -> None:
    def run(code: str) -> str:
        environment = os.environ | {SHARED_BY_PROCESSES: str(tmp_path)}
        return subprocess.check_output([sys.executable, "-c", code], env=environment, text=True)

    for _ in range(2):
        run("from shared import instruments; instruments.hit('C01')")
    text = run("from shared.exposition import counted; print(counted().decode())")

    assert of(parsed(text), "skills_check_hits_total", check="C01") == 2
