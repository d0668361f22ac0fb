"""The sample: always the same files, about nobody, with something of everything in them."""

from __future__ import annotations

from collections import Counter

from deploy.sandbox import SAMPLE
from deploy.sandbox.expected import MEASURES, count
from deploy.sandbox.generate import make, text_of
from deploy.sandbox.post import read
from shared.kernel.awards import Award


def test_the_committed_files_are_what_the_generator_makes() -> None:
    made = {f"{name}.csv": text_of(name, rows) for name, rows in make().items()}

    assert {file.name: file.read_text(encoding="utf-8") for file in SAMPLE.glob("*.csv")} == made


def test_everybody_in_it_is_invented() -> None:
    rosters = read(SAMPLE)["rosters"]

    assert {row["document_number"][:6] for row in rosters} == {"419999"}
    assert all("样例" in row["name"] for row in rosters if row["flaw"] != "name missing")
    assert all(row["phone"].startswith("199000") for row in rosters)


def test_every_leaf_programme_and_every_reporting_region_trains() -> None:
    trained = [cell for cell, amounts in count().items() if amounts["trainings"]]

    assert len({programme for programme, _ in trained}) == 14
    assert len({region for _, region in trained}) == 19
    assert {"419001", "410173"} <= {region for _, region in trained}


def test_no_measure_is_empty_and_persons_are_not_certificates() -> None:
    files = read(SAMPLE)
    awards = {row["class"]: row["award"] for row in files["classes"]}
    high = Counter(awards[row["class"]] in ("L4", "L5") for row in files["rosters"])[True]

    total = sum(count().values(), Counter[str]())

    assert all(total[measure] > 0 for measure in MEASURES)
    assert total["high_skilled_persons"] < high
    assert total["paid_fen"] < total["approved_fen"]


def test_every_award_without_a_level_is_trained_for_claimed_for_and_paid() -> None:
    files = read(SAMPLE)
    paid = {row["class"] for row in files["claims"] if row["stage"] == "paid"}

    for award in (award for award in Award if award.level is None):
        trained = [row for row in files["classes"] if row["award"] == award.code and row["stage"] == "completed"]
        assert trained
        assert paid & {row["class"] for row in trained}, award
    assert {row["verdict"] for row in files["licences"]} == {"confirm", "reject", ""}
