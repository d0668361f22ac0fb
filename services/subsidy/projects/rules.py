"""Projects: states, what may be filed, what a year's results allow as its verdict, and when a project is cancelled.

Source: domain rules §1 (training bases, grants), "project performance".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from services.subsidy.grants.rules import FIGURES, Instalment, ProjectKind
from shared.contracts.dimensions import FundSource
from shared.dated_rules.figures import FigureRow, PolicyUnset
from shared.kernel.awards import Award
from shared.kernel.money import Fen
from shared.kernel.moves import move
from shared.kernel.refusals import Conflict, Invalid

KIND: Final = "project"
"""The kind of the proposal by which a second person approves a project."""
VERDICT: Final = "project-verdict"
"""The kind of the proposals of a year's verdict, or to take it back."""
CANCELLATION: Final = "project-cancellation"
REINSTATEMENT: Final = "project-reinstatement"


class ProjectStatus(StrEnum):
    FILED = "filed"
    """It waits for a second person, who approves or rejects it."""
    REJECTED = "rejected"
    APPROVED = "approved"
    """Its grant is committed, and paid by instalments."""
    CANCELLED = "cancelled"
    """Nothing more of it is paid, and what was paid is owed."""


class ProjectVerb(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    JUDGE = "judge"
    """A year's verdict is given, or taken back."""
    CANCEL = "cancel"
    REINSTATE = "reinstate"
    """Its cancellation was a mistake."""


MOVES: Final[Mapping[ProjectStatus, Mapping[ProjectVerb, ProjectStatus]]] = {
    ProjectStatus.FILED: {
        ProjectVerb.APPROVE: ProjectStatus.APPROVED,
        ProjectVerb.REJECT: ProjectStatus.REJECTED,
    },
    ProjectStatus.APPROVED: {
        ProjectVerb.JUDGE: ProjectStatus.APPROVED,
        ProjectVerb.CANCEL: ProjectStatus.CANCELLED,
    },
    ProjectStatus.CANCELLED: {ProjectVerb.REINSTATE: ProjectStatus.APPROVED},
    ProjectStatus.REJECTED: {},
}
WHY_FINAL: Final = {ProjectStatus.REJECTED: "Nothing was committed, and the project can be filed again at once."}


class ProjectVerdict(StrEnum):
    MET = "met"
    """Every target of the year was reached."""
    PARTLY = "partly"
    NOT_MET = "not_met"


class GrantOutOfRange(Invalid):
    """Facts: `least_fen`, `most_fen`."""

    slug = "grant-out-of-range"
    title_en = "The grant is not within what policy sets for projects of this kind."
    title_zh = "资助金额不在该类项目的标准范围内。"
    cure_en = "Enter an amount from {least_fen} to {most_fen} fen."
    cure_zh = "资助金额应在 {least_fen} 分至 {most_fen} 分之间。"


class InstalmentsDiffer(Invalid):
    """Facts: `sum_fen`."""

    slug = "instalments-differ"
    title_en = "The instalments do not add up to the grant."
    title_zh = "各期拨付金额之和与资助总额不符。"
    cure_en = "They come to {sum_fen} fen. Correct the grant or its instalments."
    cure_zh = "各期合计 {sum_fen} 分，请更正资助总额或各期金额。"


class TargetsIncomplete(Invalid):
    """Facts: `years`, those without a target."""

    slug = "project-targets-incomplete"
    title_en = "Each year of a project has its targets, and each target stands once in its year."
    title_zh = "项目每个年度都应有目标，同一年度的同一目标只能填写一次。"
    cure_en = "Targets lie in the project's years and differ within a year. Years without one: {years}."
    cure_zh = "目标应在项目年度之内，同一年度内不得重复。缺少目标的年度：{years}。"


class ProjectKnown(Conflict):
    """Facts: `project_id`."""

    slug = "project-filed-already"
    title_en = "This payee has a project of the same kind and name already."
    title_zh = "该单位已有同类同名项目。"
    cure_en = "See project {project_id}. For another one, use a name of its own."
    cure_zh = "请查看项目 {project_id}；如为另一项目，请使用不同名称。"
    reference = "GET /v1/projects/{project_id}"


class NoSuchTarget(Invalid):
    """Facts: `measures`, what the project has targets for in that year."""

    slug = "no-such-target"
    title_en = "The project has no such target in that year."
    title_zh = "该项目在该年度没有此项目标。"
    cure_en = "Targets of the year: {measures}."
    cure_zh = "该年度的目标：{measures}。"


class YearRunning(Conflict):
    """Facts: `year`, `from_on`."""

    slug = "project-year-running"
    title_en = "A verdict on a year is given once the year is over."
    title_zh = "年度结束后方可作出考核结论。"
    cure_en = "Give the verdict on {year} from {from_on} on."
    cure_zh = "{year} 年度的考核结论请于 {from_on} 起作出。"


class ResultsMissing(Conflict):
    """Facts: `measures`, the targets of the year without a result."""

    slug = "project-results-missing"
    title_en = "Some targets of that year have no result yet."
    title_zh = "该年度部分目标尚未填报完成情况。"
    cure_en = "Enter a result for each of these: {measures}."
    cure_zh = "请填报以下目标的完成情况：{measures}。"


class VerdictContradictsResults(Conflict):
    """Facts: `allowed`."""

    slug = "verdict-contradicts-results"
    title_en = "The results of the year say something else."
    title_zh = "考核结论与该年度的完成情况不符。"
    cure_en = "By the results, the verdict is one of these: {allowed}. If a result is wrong, enter it again."
    cure_zh = "按完成情况，考核结论应为：{allowed}。完成情况有误的，请重新填报。"


class NoVerdict(Conflict):
    """Facts: `year`."""

    slug = "no-project-verdict"
    title_en = "No verdict stands for that year that could be taken back."
    title_zh = "该年度没有可撤销的考核结论。"
    cure_en = "See which years have a verdict; {year} has none."
    cure_zh = "请查看各年度考核结论；{year} 年度没有。"


class NoGroundToCancel(Conflict):
    slug = "no-ground-to-cancel"
    title_en = "Something was paid for the project, and no year's verdict is that its targets were not met."
    title_zh = "该项目已拨付资金，且没有“未完成”的年度考核结论。"
    cure_en = "Have a year's verdict given first; only a project for which nothing was paid is cancelled without one."
    cure_zh = "请先作出年度考核结论；只有尚未拨付资金的项目可以不经考核取消。"


class Target(NamedTuple):
    """What the project has to reach in a year: so many of `measure`, such as persons trained."""

    year: int
    measure: str
    number: int


class Part(NamedTuple):
    """An instalment as it was filed."""

    due_on: date
    amount_fen: Fen


@dataclass(frozen=True)
class Project:
    id: UUID
    kind: ProjectKind
    name: str
    institution_id: UUID
    """Who is paid: an institution, enterprise or assessment body."""
    region: str
    reporting_region: str
    fund_source: FundSource
    programme: str
    """The programme of the plan that its money counts to, as that of a training does."""
    occupation: str
    award: Award
    """What it mainly trains for."""
    first_year: int
    last_year: int
    grant_fen: Fen
    targets: tuple[Target, ...]
    instalments: tuple[Part, ...]
    reason: str
    filed_by: str
    filed_at: datetime
    proposal_id: UUID
    status: ProjectStatus = ProjectStatus.FILED
    approved_by: str | None = None
    approved_at: datetime | None = None
    version: int = 1

    @property
    def subject(self) -> str:
        return f"projects/{self.id}"

    def is_same(self, other: Project) -> bool:
        """Whether the same person filed the same."""
        own = {name: getattr(other, name) for name in ("id", "filed_at", "proposal_id")}
        return replace(self, **own) == replace(other, status=self.status, version=1, approved_by=None, approved_at=None)


@dataclass(frozen=True)
class Result:
    """A figure that was reached, as it was entered. Each stays; the latest of a target counts."""

    id: UUID
    project_id: UUID
    year: int
    measure: str
    figure: int
    source: str
    counted_on: date
    entered_by: str
    entered_at: datetime

    def is_same(self, other: Result) -> bool:
        return replace(self, id=other.id, entered_at=other.entered_at) == other


@dataclass(frozen=True)
class YearVerdict:
    """A verdict on a year. Each stays; the latest of a year counts, and None takes the one before back."""

    id: UUID
    project_id: UUID
    year: int
    verdict: ProjectVerdict | None
    reason: str
    proposed_by: str
    confirmed_by: str
    confirmed_at: datetime


def require_sound(project: Project, rows: Mapping[str, FigureRow]) -> None:
    """What is filed fits together, and the grant lies within the figures of `rows`, by their keys.

    Raises TargetsIncomplete, InstalmentsDiffer, PolicyUnset, GrantOutOfRange.
    """
    years = range(project.first_year, project.last_year + 1)
    named = {(target.year, target.measure) for target in project.targets}
    without = sorted(set(years) - {target.year for target in project.targets})
    if without or len(named) < len(project.targets) or any(target.year not in years for target in project.targets):
        raise TargetsIncomplete(pointer="/targets", years=without)
    whole = sum(part.amount_fen for part in project.instalments)
    if whole != project.grant_fen:
        raise InstalmentsDiffer(pointer="/instalments", sum_fen=whole)
    keys = FIGURES[project.kind]
    least, most = (figure_of(rows, key) for key in (keys.least, keys.most))
    for key, figure in ((keys.least, least), (keys.most, most)):
        if figure is None:
            raise PolicyUnset(key=key, day=first_day(project).isoformat())
    if not (least or 0) <= project.grant_fen <= (most or 0):
        raise GrantOutOfRange(pointer="/grant_fen", least_fen=least, most_fen=most)


def figure_of(rows: Mapping[str, FigureRow], key: str) -> int | None:
    """The figure of the row with this key; None if no row sets it."""
    row = rows.get(key)
    return None if row is None or row.value is None else int(row.value)


def first_day(project: Project) -> date:
    """The day whose policy, plan and budget decide."""
    return date(project.first_year, 1, 1)


def approve(project: Project, *, by: str, at: datetime) -> Project:
    """Raises IllegalMove."""
    return replace(moved(project, ProjectVerb.APPROVE), approved_by=by, approved_at=at)


def moved(project: Project, verb: ProjectVerb) -> Project:
    """The project's next version, in the state after `verb`. Raises IllegalMove."""
    return replace(project, status=move(MOVES, project.status, verb), version=project.version + 1)


def instalments_of(project: Project, ids: Iterable[UUID]) -> list[Instalment]:
    """The instalments of a project that is approved, in the order of their days, with one of `ids` for each."""
    return [
        Instalment(
            id=id_,
            project_id=project.id,
            number=number,
            institution_id=project.institution_id,
            region=project.region,
            reporting_region=project.reporting_region,
            fund_source=project.fund_source,
            programme=project.programme,
            occupation=project.occupation,
            award=project.award,
            year=project.first_year,
            due_on=part.due_on,
            amount_fen=part.amount_fen,
        )
        for number, (part, id_) in enumerate(zip(sorted(project.instalments), ids, strict=True), 1)
    ]


def require_target(project: Project, year: int, measure: str) -> None:
    """Raises NoSuchTarget."""
    measures = [target.measure for target in project.targets if target.year == year]
    if measure not in measures:
        raise NoSuchTarget(pointer="/measure" if measures else "/year", measures=measures)


def reached(results: Iterable[Result]) -> dict[tuple[int, str], int]:
    """The latest figure of each target, by year and measure; `results` in the order in which they were entered."""
    return {(result.year, result.measure): result.figure for result in results}


def standing(verdicts: Iterable[YearVerdict]) -> dict[int, ProjectVerdict]:
    """The verdict that stands for each year; `verdicts` in the order in which they were given."""
    latest = {each.year: each.verdict for each in verdicts}
    return {year: verdict for year, verdict in latest.items() if verdict is not None}


def allowed_verdicts(targets: Sequence[Target], figures: Mapping[tuple[int, str], int]) -> list[ProjectVerdict]:
    """The verdicts that the results of a year allow: only one that reached all its targets met them, and always did."""
    is_met = all(figures[target.year, target.measure] >= target.number for target in targets)
    return [ProjectVerdict.MET] if is_met else [ProjectVerdict.PARTLY, ProjectVerdict.NOT_MET]


def judge(
    project: Project,
    year: int,
    verdict: ProjectVerdict | None,
    *,
    results: Iterable[Result],
    before: Collection[int],
    on: date,
) -> Project:
    """The project with a verdict on a year, or with none again; `before` are the years with a verdict that stands.

    Raises IllegalMove, NoSuchTarget, NoVerdict, YearRunning, ResultsMissing, VerdictContradictsResults.
    """
    after = moved(project, ProjectVerb.JUDGE)
    targets = [target for target in project.targets if target.year == year]
    if not targets:
        raise NoSuchTarget(pointer="/year", measures=[])
    if verdict is None:
        if year not in before:
            raise NoVerdict(year=year)
        return after
    if on.year <= year:
        raise YearRunning(year=year, from_on=date(year + 1, 1, 1).isoformat())
    figures = reached(results)
    if missing := [each.measure for each in targets if (year, each.measure) not in figures]:
        raise ResultsMissing(measures=missing)
    allowed = allowed_verdicts(targets, figures)
    if verdict not in allowed:
        raise VerdictContradictsResults(pointer="/verdict", allowed=[each.value for each in allowed])
    return after


def cancel(project: Project, verdicts: Iterable[YearVerdict], *, has_paid: bool) -> Project:
    """The project is cancelled for a verdict, or because it was a mistake and nothing was paid.

    Raises IllegalMove, NoGroundToCancel.
    """
    after = moved(project, ProjectVerb.CANCEL)
    if has_paid and ProjectVerdict.NOT_MET not in standing(verdicts).values():
        raise NoGroundToCancel
    return after


def reinstate(project: Project) -> Project:
    """Raises IllegalMove."""
    return moved(project, ProjectVerb.REINSTATE)
