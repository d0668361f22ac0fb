"""A long run of made-up requests in parts: each has its own databases and seed, and is done again only if it failed.

A part takes some minutes, so that a run shows its progress, goes on where it was stopped, and a failure is found again
by the seed of its part. What is searched for grows with what it is searched in, so one long part would never end.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

PART_CASES: Final = 2_500
_SEEDS_A_PART: Final = 100
"""More than the rounds of a part, each of which has a seed of its own."""


@dataclass(frozen=True)
class Part:
    """So many requests to one service, made up from `seed`."""

    service: str
    number: int
    cases: int
    seed: int

    def __str__(self) -> str:
        return f"{self.service}-{self.number}"


@dataclass(frozen=True)
class Run:
    """A run of `cases` requests to each service. What passed is kept in `directory`, if there is one."""

    cases: int
    seed: int
    directory: Path | None

    @classmethod
    def of_environment(cls) -> Run:
        """The run that `make hostile` asks for; by itself a short one, which is the same every time."""
        cases, seed = int(os.environ.get("HOSTILE_CASES", "500")), int(os.environ.get("HOSTILE_SEED", "20250301"))
        kept = os.environ.get("HOSTILE_DIRECTORY")
        return cls(cases, seed, Path(kept) / f"{seed}-{cases}" if kept else None)

    def parts(self, services: tuple[str, ...]) -> list[Part]:
        """The parts that have not passed yet."""
        whole = [
            Part(service, number, min(PART_CASES, self.cases - begun), self.seed + (number - 1) * _SEEDS_A_PART)
            for number, begun in enumerate(range(0, self.cases, PART_CASES), start=1)
            for service in services
        ]
        return [part for part in whole if self.directory is None or not self._file(part).exists()]

    def keep(self, part: Part, counted: Mapping[str, Any]) -> None:
        """Keep what was counted in a part that passed."""
        if self.directory is not None:
            self.directory.mkdir(parents=True, exist_ok=True)
            self._file(part).write_text(json.dumps(counted), encoding="utf-8")

    def totals(self, services: tuple[str, ...]) -> Iterator[str]:
        """A line for each service: what was counted in all parts that passed."""
        if self.directory is None:
            return
        for service in services:
            found = [json.loads(file.read_text("utf-8")) for file in sorted(self.directory.glob(f"{service}-*.json"))]
            statuses: Counter[str] = Counter()
            for each in found:
                statuses.update(each["statuses"])
            told = ", ".join(f"{status}: {times}" for status, times in sorted(statuses.items()))
            secrets = sum(each["searched"] for each in found)
            yield (
                f"{service}: {statuses.total()} of {self.cases} requests passed in {len(found)} parts; {told}; "
                f"{secrets} numbers, phones and names searched for, none found in clear"
            )

    def _file(self, part: Part) -> Path:
        assert self.directory is not None
        return self.directory / f"{part}.json"
