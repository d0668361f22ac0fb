"""Occupation standards: loaded from files, seen over REST, and what they decide about results."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.assessment.standards import usecases
from services.assessment.standards.rules import WrongStandard
from services.assessment.standards.usecases import Comparison
from shared.kernel.awards import UnknownAward
from tests.assessment.centre import Centre, pass_row

AT = datetime(2025, 5, 1, tzinfo=UTC)
CAREGIVERS = Path(__file__).parents[3] / "deploy/plans/henan-2025/standards/4-10-01-05-2023.toml"
STRICTER = """
occupation = "4-10-01-05"
edition = "2025"
name_zh = "养老护理员"
first_on = 2025-07-01
source = "a notice"

[[levels]]
award = "L4"
parts = [{ part = "theory" }, { part = "skills", pass_mark = 65 }]
"""


async def load(centre: Centre, file: Path) -> Comparison:
    async with centre.service.engine.begin() as connection:
        return await usecases.load(connection, file, at=AT)


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "standard.toml"
    file.write_text(text, encoding="utf-8")
    return file


def changed(tmp_path: Path, before: str, after: str) -> Path:
    text = CAREGIVERS.read_text(encoding="utf-8")
    assert before in text
    return written(tmp_path, text.replace(before, after, 1))


async def candidate(centre: Centre, session_id: str) -> dict[str, Any]:
    (id_,) = (await centre.candidate_ids(session_id)).values()
    found: dict[str, Any] = (await centre.get(f"/candidates/{id_}")).json()
    return found


async def test_a_standard_is_compared_loaded_once_and_seen_by_everybody(centre: Centre, tmp_path: Path) -> None:
    async with centre.service.engine.begin() as connection:
        compared = await usecases.compare(connection, CAREGIVERS)
    assert (await centre.get("/standards")).json() == []

    first, again = await load(centre, CAREGIVERS), await load(centre, CAREGIVERS)
    amended = await load(centre, changed(tmp_path, "minutes = 90", "minutes = 120"))

    assert compared.differences == first.differences
    assert first.differences
    assert again.differences == []
    assert [(each.place, each.before, each.after) for each in amended.differences] == [("L2.theory.minutes", 90, 120)]
    (known,) = (await centre.get("/standards?occupation=4-10-01-05")).json()
    assert (known["edition"], known["version"], known["first_on"]) == ("2023", 2, "2023-01-01")
    assert [each["award"] for each in known["levels"]] == ["L2", "L3", "L4", "L5", "L6"]
    assert [each["code"] for each in known["levels"][2]["routes"]] == [f"E4-{number}" for number in range(1, 7)]
    assert [each["part"] for each in known["levels"][3]["parts"]] == ["theory", "skills", "review"]
    versions = (await centre.get("/standards/4-10-01-05/2023")).json()
    assert [each["version"] for each in versions] == [2, 1]
    assert (await centre.get("/standards/4-10-01-05/1999")).status_code == 404


async def test_a_standard_without_marks_leaves_them_to_the_pass_rules_and_is_named(centre: Centre) -> None:
    before = await candidate(centre, await centre.examined(pass_row(1)))
    await load(centre, CAREGIVERS)
    after = await candidate(centre, await centre.examined(pass_row(2), local_id="E2"))

    assert (before["passed"], before["ground"]["row"]) == (True, "NAT-PASS-60")
    assert (after["passed"], after["ground"]["rule"], after["ground"]["row"]) == (
        True, "standard", "4-10-01-05/2023@1",
    )  # fmt: skip


async def test_a_mark_of_the_standard_decides_from_its_first_day_on_and_results_keep_theirs(
    centre: Centre, tmp_path: Path
) -> None:
    old = await centre.examined(pass_row(1, skills=64.9), held_on="2025-07-01")
    await load(centre, CAREGIVERS)
    await load(centre, written(tmp_path, STRICTER))

    late = await centre.examined(pass_row(2, skills=64.9), local_id="E2", held_on="2025-07-01")
    passed = await centre.examined(pass_row(3, skills=65), local_id="E3", held_on="2025-07-01")
    early = await centre.examined(pass_row(4, skills=64.9), local_id="E4", held_on="2025-06-30")

    assert [(await candidate(centre, each))["passed"] for each in (old, late, passed, early)] == [
        True, False, True, True,
    ]  # fmt: skip
    assert (await candidate(centre, late))["ground"]["row"] == "4-10-01-05/2025@1"
    assert (await candidate(centre, early))["ground"]["row"] == "4-10-01-05/2023@1"


WRONG: list[tuple[str, str, type[Exception]]] = [
    ("first_on = 2023-01-01", 'first_on = "soon"', WrongStandard),
    ('name_zh = "养老护理员"', 'name_zh = ""', WrongStandard),
    ('part = "theory"', 'part = "talk"', WrongStandard),
    ("minutes = 90", "minutes = 0", WrongStandard),
    ("minutes = 90", "pass_mark = 101", WrongStandard),
    ("minutes = 90", 'pass_mark = "sixty"', WrongStandard),
    ("minutes = 90", "hours = 2", WrongStandard),
    ('award = "L2"', 'award = "L9"', UnknownAward),
    ('award = "L2"', 'award = "L3"', WrongStandard),
    ("[[levels]]", "[[levels", WrongStandard),
]


async def test_a_wrong_file_changes_nothing(centre: Centre, tmp_path: Path) -> None:
    for before, after, refusal in WRONG:
        with pytest.raises(refusal):
            await load(centre, changed(tmp_path, before, after))

    assert (await centre.get("/standards")).json() == []
