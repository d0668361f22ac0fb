"""The sample: always the same files, about nobody, with something of everything in them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from deploy.sandbox import PLAN, SAMPLE
from deploy.sandbox.expected import MEASURES, count
from deploy.sandbox.generate import make, text_of
from deploy.sandbox.plan import write_plan
from deploy.sandbox.post import read
from services.registry.plan.usecases import plan_files
from shared.contracts.registry.plan import IndicatorListed, ProgrammeListed
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


def test_its_plan_says_that_it_is_one_at_a_thousandth_of_the_targets_and_differs_in_nothing_else(
    tmp_path: Path,
) -> None:
    at = datetime(2025, 1, 1, tzinfo=UTC)
    own, province = (plan_files.read(each, at=at) for each in (write_plan(tmp_path / "plan"), PLAN))

    assert own.shared == province.shared
    told = {entry.subject: entry for entry in province.entries}
    for entry in own.entries:
        of_province = told.pop(entry.subject)
        match entry, of_province:
            case ProgrammeListed(), ProgrammeListed():
                scaled = (entry.trainings_target or 0) * 1_000, (entry.high_skilled_target or 0) * 1_000
                assert scaled == (of_province.trainings_target, of_province.high_skilled_target)
                assert ("示例" in entry.name_zh) == ("sample" in entry.name_en) == (entry.parent is None)
            case IndicatorListed(), IndicatorListed() if entry.unit != "ratio":
                assert entry.target == max(1, of_province.target // 1_000)
            case _:
                assert entry == of_province
    assert told == {}


def test_the_targets_of_its_regions_sum_to_its_plan_and_some_regions_are_behind() -> None:
    targets = {row["region"]: row for row in read(SAMPLE)["targets"]}
    done = Counter[str]()
    for (_, region), amounts in count().items():
        done[region] += amounts["trainings"]

    assert [sum(int(row[name]) for row in targets.values()) for name in ("trainings", "high_skilled")] == [2_000, 650]
    behind = {region for region, row in targets.items() if done[region] < 0.88 * int(row["trainings"])}
    assert behind == {"410100", "411300", "411600"}
