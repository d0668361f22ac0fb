"""Alarms and dashboards: what they ask for is told by the services, and what they say is explained."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.models.dashboard import Dashboard
from prometheus_client import REGISTRY
from promql_parser import parse

from deploy.local.services import PORTS
from services.metrics.worker import SERVICE
from tests.conftest import OpenService

ROOT = Path(__file__).resolve().parents[2]
ALARMS = ROOT / "deploy/prometheus/alarms.yml"
DASHBOARDS = sorted((ROOT / "deploy/grafana/dashboards").glob("*.json"))
RUNBOOK = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
SERIES = re.compile(r"\b(?:skills_\w+|process_\w+|up)\b")
OF_PROMETHEUS = {"up"}


def alarms() -> list[dict[str, Any]]:
    groups = yaml.safe_load(ALARMS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboards() -> list[dict[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in DASHBOARDS]


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in alarms())
    for dashboard in dashboards():
        for panel in dashboard["panels"]:
            yield from (target["expr"] for target in panel["targets"])


@pytest.mark.parametrize("expression", list(expressions()))
def test_prometheus_can_read_every_expression(expression: str) -> None:
    parse(expression.replace("$job", "registry"))


async def test_the_services_tell_every_series_that_is_asked_for(open_service: OpenService) -> None:
    metrics = await open_service(SERVICE)
    told = set(re.findall(r"^# TYPE (\S+) ", (await metrics.http.get("/metrics")).text, re.MULTILINE))
    for family in REGISTRY.collect():
        if family.type == "histogram":
            told |= {f"{family.name}_bucket", f"{family.name}_sum", f"{family.name}_count"}

    asked = {name for expression in expressions() for name in SERIES.findall(expression)}

    assert asked - told - OF_PROMETHEUS == set()


def test_every_alarm_says_how_bad_it_is_and_the_runbook_says_what_to_do() -> None:
    headings = {line.removeprefix("#### ").strip() for line in RUNBOOK.splitlines() if line.startswith("#### ")}
    names = [rule["alert"] for rule in alarms()]

    assert len(set(names)) == len(names)
    assert set(names) == headings, "an alarm without its paragraph in the runbook, or a paragraph without an alarm"
    for rule in alarms():
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["annotations"]["runbook"] == f"docs/runbook.md#{rule['alert'].lower()}"
        assert rule["annotations"]["summary"]


def test_every_service_is_scraped_where_it_listens() -> None:
    config = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))
    scraped = {each["job_name"]: each["static_configs"][0]["targets"] for each in config["scrape_configs"]}

    assert scraped == {service: [f"127.0.0.1:{port}"] for service, port in PORTS.items()}
    assert config["rule_files"] == [ALARMS.name]


@pytest.mark.parametrize("dashboard", dashboards(), ids=lambda each: each["uid"])
def test_a_dashboard_is_one_by_the_schema_of_grafana(dashboard: dict[str, Any]) -> None:
    read = Dashboard.from_json(dashboard)

    assert (read.uid, read.title) == (dashboard["uid"], dashboard["title"])
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["datasource"]["uid"] == "${datasource}" for panel in panels)
    for one, other in combinations([panel["gridPos"] for panel in panels], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above, "two panels overlap"
    assert all(place["x"] + place["w"] <= 24 for place in (panel["gridPos"] for panel in panels))
