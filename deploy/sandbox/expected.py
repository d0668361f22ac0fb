"""The sample's totals, counted independently from its files to check the services' totals.

It reads only the CSV files, shares no code with the services, and goes through the lists line by line as a person
with a pencil would. `python -m deploy.sandbox.expected` prints the sums.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from pathlib import Path
from typing import Final

from deploy.sandbox import PLAN, SAMPLE

MEASURES: Final = (
    "in_training",
    "trainings",
    "subsidised_trainings",
    "certificates",
    "high_skilled_persons",
    "approved_fen",
    "paid_fen",
    "recovered_fen",
)

HIGH_SKILLED: Final = {"L4", "L5", "L6", "L7", "L8"}
BY_COMPLETION: Final = {"completion", "pre_job", "senior_technician_upgrading"}
"""Awards for which the completed training is enough."""
ITEMS: Final = {
    "special_ability": "专项职业能力",
    "completion": "培训合格证",
    "special_operations": "特种作业操作证(初次)",
    "special_operations_renewal": "特种作业操作证(三年复审换证)",
    "pre_job": "岗前培训",
    "senior_technician_upgrading": "高级技师研修",
}
"""Awards without a level in the words of the subsidy standards."""

Totals = dict[tuple[str, str], Counter[str]]
"""The amount of each measure, by programme and reporting region; zeros are left out."""


def count(sample: Path = SAMPLE, plan: Path = PLAN) -> Totals:
    """The totals expected once the whole sample is posted."""
    tally = _Tally(sample, plan)
    completed = tally.count_trainings()
    certified = tally.count_certificates()
    tally.count_subsidies(completed & (certified | tally.licensed() | tally.completing()))
    return dict(tally.totals)


class _Tally:
    """The running count."""

    def __init__(self, sample: Path, plan: Path) -> None:
        self.totals: Totals = defaultdict(Counter)
        self._sample = sample
        self._plan = plan
        self._classes = {row["class"]: row for row in self._file("classes")}
        self._region_of = _reporting_regions(plan)
        self._accepted = [row for row in self._file("rosters") if row["expected"] == "accepted"]
        self._corrected = {row["trainee"]: row["programme"] for row in self._file("corrections")}

    def _file(self, name: str) -> list[dict[str, str]]:
        return _rows(self._sample / f"{name}.csv")

    def _add(self, measure: str, class_name: str, trainee: str, amount: int = 1) -> None:
        """Everything about a training counts to its corrected programme if it has one, otherwise to the class's."""
        class_ = self._classes[class_name]
        programme = self._corrected.get(trainee, class_["programme"])
        self.totals[programme, self._region_of[class_["region"]]][measure] += amount

    def count_trainings(self) -> set[str]:
        """Completed trainings: at least 80 % of the class's hours, and not withdrawn.

        A trainee without an outcome is in training if the class has started, as running and completed ones have.
        """
        outcomes = {row["trainee"]: row for row in self._file("outcomes")}
        completed = set()
        for row in self._accepted:
            class_name, trainee = row["class"], row["trainee"]
            outcome = outcomes.get(trainee)
            if outcome is None:
                if self._classes[class_name]["stage"] in ("running", "completed"):
                    self._add("in_training", class_name, trainee)
            elif not outcome["withdrawn"] and int(outcome["hours"]) >= 0.8 * int(self._classes[class_name]["hours"]):
                self._add("trainings", class_name, trainee)
                completed.add(trainee)
        return completed

    def count_certificates(self) -> set[str]:
        """Certificates: every part passed with 60 or more.

        A certificate counts until it is revoked. A person is high-skilled once, by the first certificate at L4 or above
        that is still valid; sessions are in chronological order.
        """
        number_of = {row["trainee"]: row["document_number"] for row in self._accepted}
        class_of = {row["session"]: row["class"] for row in self._file("sessions")}
        revoked = {(row["session"], row["trainee"]) for row in self._file("revocations")}
        results = self._file("results")
        certified, high_skilled = set(), set()
        for session, class_name in class_of.items():
            for trainee in [row["trainee"] for row in results if row["session"] == session and _passed(row)]:
                certified.add(trainee)
                if (session, trainee) in revoked:
                    continue
                self._add("certificates", class_name, trainee)
                if self._classes[class_name]["award"] in HIGH_SKILLED and number_of[trainee] not in high_skilled:
                    self._add("high_skilled_persons", class_name, trainee)
                    high_skilled.add(number_of[trainee])
        return certified

    def licensed(self) -> set[str]:
        """Those whose licence was recorded and confirmed."""
        return {row["trainee"] for row in self._file("licences") if row["verdict"] == "confirm"}

    def completing(self) -> set[str]:
        """The trainees of classes for which nothing but their completion is needed."""
        return {row["trainee"] for row in self._accepted if self._classes[row["class"]]["award"] in BY_COMPLETION}

    def count_subsidies(self, entitled: set[str]) -> None:
        """One amount for each trainee of a claimed class who completed it and has what shows its award.

        Revoking a certificate stops the line of a claim that is approved only. It does not recover money by itself; a
        recovery does.
        """
        revoked = {row["trainee"] for row in self._file("revocations")}
        claims = {row["class"]: row for row in self._file("claims") if row["stage"] in ("approved", "paid")}
        recovered = {(row["claim"], row["trainee"]) for row in self._file("recoveries")}
        for row in self._accepted:
            class_name, trainee = row["class"], row["trainee"]
            if class_name not in claims or trainee not in entitled:
                continue
            if claims[class_name]["stage"] == "approved" and trainee in revoked:
                continue
            claim, amount = claims[class_name], _fen(self._plan, self._classes[class_name])
            self._add("approved_fen", class_name, trainee, amount)
            if claim["stage"] == "paid":
                self._add("paid_fen", class_name, trainee, amount)
            if (claim["claim"], trainee) in recovered:
                self._add("recovered_fen", class_name, trainee, amount)
            else:
                self._add("subsidised_trainings", class_name, trainee)


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _reporting_regions(plan: Path) -> dict[str, str]:
    """Each region's reporting region: the region itself if it reports, otherwise its nearest parent that does."""
    regions = {row["code"]: row for row in _rows(plan / "regions.csv")}
    found = {}
    for code in regions:
        at = code
        while at and regions[at]["reports"] == "no":
            at = regions[at]["parent"]
        found[code] = at
    return found


def _passed(row: dict[str, str]) -> bool:
    marks = [row[part] for part in ("theory", "skills", "review") if row[part]]
    return not row["absent"] and all(float(mark) >= 60 for mark in marks)


def _fen(plan: Path, class_: dict[str, str]) -> int:
    """The province's amount for a training of the class's award, by the policy valid on the class's first day."""
    day, item = class_["starts_on"], ITEMS.get(class_["award"], class_["award"])
    [yuan] = [
        row["yuan"]
        for row in _rows(plan / "subsidy_standards.csv")
        if row["kind"] == "training" and row["jurisdiction"] == "Henan" and row["level_or_item"] == item
        if row["valid_from"] <= day and (not row["valid_to"] or day <= row["valid_to"])
    ]
    return int(yuan) * 100


if __name__ == "__main__":
    province = sum(count().values(), Counter[str]())
    for name in MEASURES:
        print(f"{name:<22}{province[name]:>14,}")
