"""What may be filed as a project, and what the results of a year allow."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.subsidy.grants.rules import FIGURES, ProjectKind
from services.subsidy.projects import rules
from services.subsidy.projects.rules import (
    GrantOutOfRange,
    InstalmentsDiffer,
    NoGroundToCancel,
    NoVerdict,
    Part,
    Project,
    ProjectStatus,
    ProjectVerb,
    ProjectVerdict,
    Result,
    ResultsMissing,
    Target,
    TargetsIncomplete,
    VerdictContradictsResults,
    YearRunning,
    YearVerdict,
)
from shared.contracts.dimensions import FundSource
from shared.dated_rules.figures import FigureRow, PolicyUnset
from shared.dated_rules.rules import loaded
from shared.kernel.awards import Award
from shared.kernel.ids import new_id
from shared.kernel.money import Fen
from shared.kernel.periods import Period
from shared.kernel.refusals import IllegalMove

AT = datetime(2025, 3, 1, tzinfo=UTC)
LEAST, MOST = 300, 700
AFTER = date(2026, 1, 1)


def project(**changes: object) -> Project:
    base = Project(
        id=uuid4(),
        kind=ProjectKind.NATIONAL_BASE,
        name="基地",
        institution_id=uuid4(),
        region="410102",
        reporting_region="410100",
        fund_source=FundSource.SPECIAL_ACCOUNT,
        programme="S08",
        occupation="4-10-01-05",
        award=Award.SENIOR_WORKER,
        first_year=2025,
        last_year=2025,
        grant_fen=Fen(500),
        targets=(Target(2025, "培训", 100), Target(2025, "取证", 40)),
        instalments=(Part(date(2025, 9, 1), Fen(200)), Part(date(2025, 4, 1), Fen(300))),
        reason="评审",
        filed_by="li",
        filed_at=AT,
        proposal_id=uuid4(),
        status=ProjectStatus.APPROVED,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def figures(least: int | None = LEAST, most: int | None = MOST) -> dict[str, FigureRow]:
    keys = FIGURES[ProjectKind.NATIONAL_BASE]
    return {key: row(key, value) for key, value in ((keys.least, least), (keys.most, most)) if value is not None}


def row(key: str, value: int) -> FigureRow:
    return FigureRow(
        id=key, key=key, value=str(value), region="410000", validity=Period(date(2024, 1, 1)), status="sourced",
        source="文件", provenance=loaded(by="load-policy", at=AT, sequence=1),
    )  # fmt: skip


def result(measure: str, figure: int) -> Result:
    return Result(new_id(), uuid4(), 2025, measure, figure, "名册", date(2025, 12, 31), "li", AT)


def given_verdict(verdict: ProjectVerdict | None, year: int = 2025) -> YearVerdict:
    return YearVerdict(new_id(), uuid4(), year, verdict, "考核", "li", "wang", AT)


@given(st.integers(1, 1_000))
def test_a_grant_is_filed_exactly_if_it_lies_within_the_figures_of_policy(grant: int) -> None:
    asked = project(grant_fen=Fen(grant), instalments=(Part(date(2025, 4, 1), Fen(grant)),))

    if LEAST <= grant <= MOST:
        rules.require_sound(asked, figures())
    else:
        with pytest.raises(GrantOutOfRange) as refusal:
            rules.require_sound(asked, figures())
        assert refusal.value.facts == {"least_fen": LEAST, "most_fen": MOST}


@pytest.mark.parametrize(("least", "most"), [(None, MOST), (LEAST, None)])
def test_without_a_figure_nothing_is_filed(least: int | None, most: int | None) -> None:
    with pytest.raises(PolicyUnset):
        rules.require_sound(project(), figures(least, most))


@given(st.lists(st.integers(1, 400), min_size=1, max_size=5))
def test_instalments_add_up_to_the_grant(parts: list[int]) -> None:
    asked = project(instalments=tuple(Part(date(2025, 4, 1), Fen(part)) for part in parts))

    if sum(parts) == asked.grant_fen:
        rules.require_sound(asked, figures())
    else:
        with pytest.raises(InstalmentsDiffer):
            rules.require_sound(asked, figures())


@pytest.mark.parametrize(
    "targets",
    [
        (),
        (Target(2024, "培训", 1), Target(2025, "培训", 1)),
        (Target(2025, "培训", 1), Target(2025, "培训", 2)),
        (Target(2026, "培训", 1),),
    ],
)
def test_each_year_has_targets_within_the_project_each_once(targets: tuple[Target, ...]) -> None:
    with pytest.raises(TargetsIncomplete):
        rules.require_sound(project(targets=targets), figures())


def test_instalments_are_numbered_by_their_days_and_draw_on_the_first_year() -> None:
    found = rules.instalments_of(project(last_year=2026), [uuid4(), uuid4()])

    assert [(each.number, each.due_on, each.amount_fen, each.year) for each in found] == [
        (1, date(2025, 4, 1), 300, 2025),
        (2, date(2025, 9, 1), 200, 2025),
    ]


@given(st.integers(0, 200), st.integers(0, 80), st.sampled_from(ProjectVerdict))
def test_a_year_is_met_exactly_if_each_target_was_reached(
    trained: int, certified: int, verdict: ProjectVerdict
) -> None:
    results = [result("培训", 0), result("取证", certified), result("培训", trained)]
    is_met = trained >= 100 and certified >= 40

    if (verdict is ProjectVerdict.MET) == is_met:
        after = rules.judge(project(), 2025, verdict, results=results, before=(), on=AFTER)
        assert (after.status, after.version) == (ProjectStatus.APPROVED, 2)
    else:
        with pytest.raises(VerdictContradictsResults):
            rules.judge(project(), 2025, verdict, results=results, before=(), on=AFTER)


def test_a_verdict_waits_for_the_end_of_its_year_and_for_every_result() -> None:
    results = [result("培训", 100)]

    with pytest.raises(YearRunning):
        rules.judge(project(), 2025, ProjectVerdict.MET, results=results, before=(), on=date(2025, 12, 31))
    with pytest.raises(ResultsMissing) as missing:
        rules.judge(project(), 2025, ProjectVerdict.MET, results=results, before=(), on=AFTER)
    assert missing.value.facts == {"measures": ["取证"]}


def test_only_a_verdict_that_stands_is_taken_back() -> None:
    given_before = [
        given_verdict(ProjectVerdict.PARTLY),
        given_verdict(ProjectVerdict.NOT_MET, 2026),
        given_verdict(None),
    ]
    stands = rules.standing(given_before)

    assert stands == {2026: ProjectVerdict.NOT_MET}
    with pytest.raises(NoVerdict):
        rules.judge(project(), 2025, None, results=(), before=stands.keys(), on=AFTER)


@given(st.lists(st.sampled_from([*ProjectVerdict, None]), max_size=4), st.booleans())
def test_a_project_is_cancelled_for_a_verdict_that_stands_or_if_nothing_was_paid(
    verdicts: list[ProjectVerdict | None], has_paid: bool
) -> None:
    before = [given_verdict(each) for each in verdicts]
    may = not has_paid or (bool(verdicts) and verdicts[-1] is ProjectVerdict.NOT_MET)

    if may:
        assert rules.cancel(project(), before, has_paid=has_paid).status is ProjectStatus.CANCELLED
    else:
        with pytest.raises(NoGroundToCancel):
            rules.cancel(project(), before, has_paid=has_paid)


@given(st.lists(st.sampled_from(ProjectVerb), max_size=8))
def test_each_step_is_a_move_of_the_table_and_the_next_version(verbs: list[ProjectVerb]) -> None:
    now = project(status=ProjectStatus.FILED)
    for verb in verbs:
        allowed = rules.MOVES[now.status]
        if verb in allowed:
            now = rules.moved(before := now, verb)
            assert (now.status, now.version) == (allowed[verb], before.version + 1)
        else:
            with pytest.raises(IllegalMove):
                rules.moved(now, verb)
