"""The table of limits in the runbook: each limit as it is by default, the answer beyond it, and how it is set."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import pytest

from shared.edge.bodies import BodyLimits
from shared.edge.heads import STATUS, ConnectionLimits
from shared.problems import known_refusals, status_of
from shared.settings import ServiceSettings
from tests.docs.markdown import ROOT

OF_LANES: Final = (
    "interactive_connections", "bulk_connections", "interactive_waiting_max", "bulk_waiting_max",
    "waiting_seconds_max", "readers_max", "readers_waiting_max",
)  # fmt: skip
OF_BODIES: Final = ("object_bytes_max", "rows_bytes_max", "file_bytes_max")


class Limit(NamedTuple):
    """A line of the table."""

    what: str
    why: str
    answer: str
    setting: str

    @property
    def settings(self) -> list[str]:
        return re.findall(r"`((?:SKILLS|…)_[A-Z_]+)`", self.setting)


def limits() -> list[Limit]:
    written = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    section = written.partition("\n## Limits of requests\n")[2].partition("\n## ")[0]
    (table,) = re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE)
    return [Limit(*(cell.strip() for cell in line.strip("|").split(" | "))) for line in table.splitlines()[2:]]


def variable_of(name: str) -> str:
    """The variable of a setting; "…" stands for the service's name."""
    alias = ServiceSettings.model_fields[name].validation_alias
    return f"…_{name.upper()}" if alias is None else str(alias)


def written_as(value: float) -> set[str]:
    """The ways in which a number may be written."""
    return {f"{value:,.0f}", f"{value / 1024:,.0f} kB", f"{value / 1024**2:,.0f} MB", f"{value:,.0f} s"}


def numbers_in(text: str) -> set[str]:
    return {re.sub(r"\s+", " ", each) for each in re.findall(r"[0-9][0-9,]*(?: (?:kB|MB|s)\b)?", text)}


DEFAULTS: Final = {variable_of(name): field.default for name, field in ServiceSettings.model_fields.items()}


@pytest.mark.parametrize("limit", limits(), ids=lambda limit: limit.what[:40])
def test_a_limit_is_what_its_settings_are_by_default(limit: Limit) -> None:
    assert set(limit.settings) <= DEFAULTS.keys()
    for name in limit.settings:
        assert written_as(DEFAULTS[name]) & numbers_in(limit.what), name


def test_every_limit_has_a_line() -> None:
    rates = [name for name in ServiceSettings.model_fields if name.endswith(("_a_minute", "_an_hour"))]
    names = (*ConnectionLimits._fields, *BodyLimits._fields, *OF_LANES, *OF_BODIES, *rates)

    told = {name for limit in limits() for name in limit.settings}

    assert {variable_of(name) for name in names} - told == set()


@pytest.mark.parametrize("limit", limits(), ids=lambda limit: limit.what[:40])
def test_the_answer_beyond_a_limit_is_one_that_there_is(limit: Limit) -> None:
    statuses = {slug: status_of(refusal) for slug, refusal in known_refusals().items()}
    statuses |= {refusal.slug: status for refusal, status in STATUS.items()}
    status = None

    for told, slug in re.findall(r"(\d{3})?\s*`([a-z-]+)`", limit.answer):
        status = int(told) if told else status
        assert statuses[slug] == status
