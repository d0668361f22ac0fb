"""Funded projects over HTTP: file, list, read, enter results, propose verdicts, cancellation and its reversal."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from services.subsidy.grants.rules import ProjectKind
from services.subsidy.projects import rules, usecases
from services.subsidy.projects.rules import Part, Project, ProjectStatus, ProjectVerdict, Result, Target
from services.subsidy.projects.usecases import GrantedInstalment, ProjectReading
from shared.auth import CurrentCaller
from shared.awards import AnsweredAward, AnsweredLevel, GivenAward
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy.claims import ClaimStatus
from shared.forms import PLAIN, Day, Name, Reason, Strict
from shared.kernel.awards import Award
from shared.kernel.ids import new_id
from shared.kernel.money import Fen
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.proposals.answers import ProposalAnswer
from shared.proposals.rules import Proposal
from shared.web import Connection, Now, router

routes = router("projects")

Year = Annotated[int, Field(ge=2000, le=2100, strict=True)]
_Amount = Annotated[int, Field(ge=1, le=100_000_000_000, strict=True, description="In fen")]
_Count = Annotated[int, Field(ge=0, le=10_000_000, strict=True)]


class TargetForm(Strict):
    """What is to be reached in a year."""

    model_config = ConfigDict(from_attributes=True)

    year: Year
    measure: Annotated[Name, Field(description="What is counted", examples=["高技能人才取证人数"])]
    number: _Count


class InstalmentForm(Strict):
    model_config = ConfigDict(from_attributes=True)

    due_on: Annotated[Day, Field(description="The day before which it is not paid")]
    amount_fen: _Amount


class ProjectRequest(Strict):
    kind: ProjectKind
    name: Name
    institution_id: Annotated[UUID, Field(description="Who is paid: an institution, enterprise or assessment body")]
    fund_source: FundSource
    programme: Annotated[
        str, Field(pattern=r"^[A-Z][A-Z0-9-]{1,15}$", examples=["S08"], description="Of the plan, for totals"), PLAIN
    ]
    occupation: Annotated[str, Field(pattern=r"^\d-\d{2}-\d{2}-\d{2}$", examples=["4-10-01-05"]), PLAIN]
    award: GivenAward
    first_year: Annotated[Year, Field(description="Its policy and its budget decide about the whole grant")]
    last_year: Year
    grant_fen: _Amount
    targets: Annotated[list[TargetForm], Field(min_length=1, max_length=50)]
    instalments: Annotated[list[InstalmentForm], Field(min_length=1, max_length=20, description="They add up to it")]
    reason: Reason

    def project(self, *, by: str, at: datetime) -> Project:
        """As it is filed; its payee says where it lies. Raises UnknownAward."""
        named = self.model_dump(exclude={"award", "targets", "instalments", "grant_fen"})
        return Project(
            id=new_id(),
            region="",
            reporting_region="",
            award=Award.from_code(self.award),
            grant_fen=Fen(self.grant_fen),
            targets=tuple(Target(each.year, each.measure, each.number) for each in self.targets),
            instalments=tuple(Part(each.due_on, Fen(each.amount_fen)) for each in self.instalments),
            filed_by=by,
            filed_at=at,
            proposal_id=new_id(),
            **named,
        )


class ResultRequest(Strict):
    year: Year
    measure: Annotated[Name, Field(description="As the target names it")]
    figure: _Count
    source: Annotated[Name, Field(description="What shows it", examples=["证书名册"])]
    counted_on: Day


class VerdictRequest(Strict):
    year: Year
    verdict: Annotated[ProjectVerdict | None, Field(description="Null takes back the verdict that stands")]
    reason: Reason


class DecisionRequest(Strict):
    reason: Reason


class ProjectAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: ProjectKind
    name: str
    institution_id: UUID
    region: str
    reporting_region: str
    fund_source: FundSource
    programme: str
    occupation: str
    award: AnsweredAward
    level: AnsweredLevel
    first_year: int
    last_year: int
    grant_fen: int
    status: ProjectStatus
    reason: str
    filed_by: str
    filed_at: datetime
    proposal_id: UUID = Field(description="The proposal by which another person approves it")
    approved_by: str | None
    approved_at: datetime | None
    version: int

    @classmethod
    def of(cls, project: Project) -> ProjectAnswer:
        return cls.model_validate(vars(project) | project.award.codes)


class TargetAnswer(BaseModel):
    year: int
    measure: str
    number: int
    reached: int | None = Field(description="The latest result; null as long as there is none")


class InstalmentAnswer(BaseModel):
    """A part of the grant; until the approval it is only planned, and has no id."""

    id: UUID | None
    due_on: Day
    amount_fen: int
    claim_id: UUID | None = Field(description="The claim by which it is paid, and recovered")
    claim_status: ClaimStatus | None

    @classmethod
    def of(cls, each: GrantedInstalment) -> InstalmentAnswer:
        known = each.instalment
        return cls(
            id=known.id,
            due_on=known.due_on,
            amount_fen=known.amount_fen,
            claim_id=each.claim_id,
            claim_status=each.status,
        )


class ResultAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    year: int
    measure: str
    figure: int
    source: str
    counted_on: Day
    entered_by: str
    entered_at: datetime


class VerdictAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    year: int
    verdict: ProjectVerdict | None = Field(description="Null: the one before was taken back")
    reason: str
    proposed_by: str
    confirmed_by: str
    confirmed_at: datetime


class WholeProjectAnswer(ProjectAnswer):
    """A project with what was entered and decided about it, oldest first."""

    targets: list[TargetAnswer]
    instalments: list[InstalmentAnswer]
    verdict_by_year: dict[int, ProjectVerdict] = Field(description="The verdicts that stand")
    results: list[ResultAnswer] = Field(description="Earlier ones too; the latest of a target counts")
    verdicts: list[VerdictAnswer] = Field(description="Earlier ones too; the latest of a year counts")

    @classmethod
    def of_reading(cls, reading: ProjectReading) -> WholeProjectAnswer:
        project, figures = reading.project, rules.reached(reading.results)
        planned = [
            InstalmentAnswer(id=None, due_on=day, amount_fen=amount, claim_id=None, claim_status=None)
            for day, amount in project.instalments
        ]
        beside = {
            "targets": [
                each._asdict() | {"reached": figures.get((each.year, each.measure))} for each in project.targets
            ],
            "instalments": [InstalmentAnswer.of(each) for each in reading.instalments] or planned,
            "verdict_by_year": rules.standing(reading.verdicts),
            "results": [ResultAnswer.model_validate(each) for each in reading.results],
            "verdicts": [VerdictAnswer.model_validate(each) for each in reading.verdicts],
        }
        return cls.model_validate(vars(project) | project.award.codes | beside)


class KindProgressAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    kind: ProjectKind
    planned: int | None = Field(description="The plan's figure for the province; null for a region, or where none is")
    filed: int
    approved: int
    cancelled: int
    granted_fen: int = Field(description="To those that are approved")


class ProjectProgressAnswer(BaseModel):
    year: int
    kinds: list[KindProgressAnswer]


Region = Annotated[str | None, Query(max_length=16, description="This region and what lies below it")]


@routes.post("/projects", status_code=201)
async def file_project(
    request: ProjectRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ProjectAnswer:
    """File a project with its targets and the instalments of its grant. It lies where its payee does.

    It is approved once another person, of the province, confirms its proposal: then the whole grant is committed in the
    budget of its first year, and each instalment is an approved claim that is paid as every other. A repeat returns the
    project that is there.
    """
    project = request.project(by=caller.person, at=at)
    return ProjectAnswer.of(await usecases.file(connection, project, caller=caller))


@routes.get("/projects")
async def list_projects(
    connection: Connection,
    caller: CurrentCaller,
    kind: ProjectKind | None = None,
    status: ProjectStatus | None = None,
    year: Annotated[int | None, Query(ge=2000, le=2100, description="Projects that run in it")] = None,
    region: Region = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[ProjectAnswer]:
    """Projects. Organisations see those for which they are paid, officers those of their region and below."""
    rows = await usecases.page(
        connection, region=region, kind=kind, status=status, year=year, caller=caller, after=after(cursor), limit=size
    )
    return Page(rows=[ProjectAnswer.of(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/project-progress")
async def get_project_progress(
    connection: Connection,
    caller: CurrentCaller,
    year: Annotated[int, Query(ge=2000, le=2100, description="The first year of the projects")],
    region: Region = None,
) -> ProjectProgressAnswer:
    """How many projects of each kind begin in a year, beside the figures of the plan."""
    found = await usecases.progress(connection, region=region, year=year, caller=caller)
    return ProjectProgressAnswer(year=year, kinds=[KindProgressAnswer.model_validate(each) for each in found])


@routes.get("/projects/{project_id}")
async def get_project(project_id: UUID, connection: Connection, caller: CurrentCaller) -> WholeProjectAnswer:
    """A project with its results, verdicts and instalments. Whoever sees it in the list may read it."""
    return WholeProjectAnswer.of_reading(await usecases.read(connection, project_id, caller=caller))


@routes.post("/projects/{project_id}/results", status_code=201, response_model=ResultAnswer)
async def enter_project_result(
    project_id: UUID, request: ResultRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Result:
    """Enter the figure that was reached of a target. Another entry corrects it; both stay on record."""
    result = Result(id=new_id(), project_id=project_id, entered_by=caller.person, entered_at=at, **request.model_dump())
    return await usecases.enter_result(connection, result, caller=caller)


@routes.post("/projects/{project_id}/verdict", status_code=201, response_model=ProposalAnswer)
async def propose_project_verdict(
    project_id: UUID, request: VerdictRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Propose the verdict on a year that is over, by its results, or to take the one that stands back. It counts once
    another person, of the province, confirms the proposal.
    """
    return await usecases.propose_verdict(
        connection, project_id, request.year, request.verdict, reason=request.reason, caller=caller, at=at
    )


@routes.post("/projects/{project_id}/cancellation", status_code=201, response_model=ProposalAnswer)
async def propose_project_cancellation(
    project_id: UUID, request: DecisionRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Propose to cancel a project, because a year's targets were not met, or because it was approved by mistake and
    nothing was paid. Once another person, of the province, confirms it, what was not paid is free again, and what was
    paid is among the owed lines, to be recovered as a whole or in part.
    """
    return await usecases.propose_cancellation(connection, project_id, reason=request.reason, caller=caller, at=at)


@routes.post("/projects/{project_id}/reinstatement", status_code=201, response_model=ProposalAnswer)
async def propose_project_reinstatement(
    project_id: UUID, request: DecisionRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Propose that a cancellation was a mistake. Once another person, of the province, confirms it, what was not paid
    is committed again, and what was paid is owed no longer.
    """
    return await usecases.propose_reinstatement(connection, project_id, reason=request.reason, caller=caller, at=at)
