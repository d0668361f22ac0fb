"""The first catalogue over HTTP: projects that may be subsidised."""

from __future__ import annotations

from collections.abc import Set
from datetime import date
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, Field

from services.registry.plan.routes.policy import RowId
from services.registry.plan.rules.projects import Project, catalogue_of, holding
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.plan.usecases import projects as usecases
from shared.auth import CurrentCaller
from shared.awards import AnsweredAward, AnsweredLevel, AskedAward, GivenAward, GivenLevel
from shared.dated_rules import rules
from shared.dated_rules.answers import InState, KnownAt, On, ProvenanceAnswer, RejectionRequest
from shared.dated_rules.rules import Provenance
from shared.forms import INTEGER_MAX, PLAIN, Day, Name, Reason, Strict
from shared.kernel.awards import award_named
from shared.kernel.ids import new_id
from shared.kernel.occupations import parse_occupation
from shared.kernel.periods import Period, business_day
from shared.paging import Page, PageSize
from shared.web import Connection, Now, router

routes = router("catalogue")

_CODE = r"^[A-Z0-9-]{2,32}$"
Code = Annotated[str, Path(pattern=_CODE, examples=["4-10-01-05-L4"])]
CodeCursor = Annotated[
    str | None, Query(pattern=_CODE, description="`next` of the page before; leave out for the first")
]


class ProjectRequest(Strict):
    """A project as it is to stand in the catalogue from its first day on.

    Days are included; without the last it does not end by itself.
    """

    name_zh: Name
    name_en: Name
    edition: Annotated[
        str, Field(max_length=16, examples=["2022"], description="Of the occupational classification"), PLAIN
    ]
    occupation: Annotated[str, Field(max_length=32, examples=["4-10-01-05"]), PLAIN]
    award: GivenAward | None = None
    level: GivenLevel | None = None
    category: Name
    hours_min: Annotated[int, Field(ge=1, le=2000, strict=True, description="Least class hours of a class in it")]
    is_scarce: bool = False
    is_needed: bool = False
    first_on: Day
    last_on: Day | None = None
    version: Annotated[int, Field(ge=1, le=INTEGER_MAX, strict=True)] | None = Field(
        default=None, description="The version of the project that you saw; left out for a new project"
    )
    source: Annotated[str, Field(min_length=2, max_length=500, description="The document that says so"), PLAIN]
    reason: Reason | None = None


class ProjectAnswer(BaseModel):
    """A project in one of its terms, from `first_on` to `last_on`.

    `is_scarce`: on the list of scarce trades; `is_needed`: on the list of training needs. `version` is that of the
    project, whichever term is shown.
    """

    code: str
    name_zh: str
    name_en: str
    edition: str
    occupation: str
    level: AnsweredLevel
    award: AnsweredAward
    category: str
    hours_min: int
    is_scarce: bool
    is_needed: bool
    first_on: date
    last_on: date | None
    version: int

    @classmethod
    def of(cls, project: Project) -> ProjectAnswer:
        return cls(**_values(cls, project))


class ProjectTermAnswer(ProjectAnswer):
    """A term as it was entered; `version` is the one that the project has, or will have, by its approval."""

    id: str
    source: str
    provenance: ProvenanceAnswer

    @classmethod
    def of(cls, project: Project) -> ProjectTermAnswer:
        return cls(**_values(cls, project, but={"provenance"}), provenance=ProvenanceAnswer.of(project))


@routes.get("/projects")
async def list_projects(
    connection: Connection,
    _: CurrentCaller,
    at: Now,
    award: AskedAward,
    *,
    occupation: Annotated[str | None, Query(max_length=32)] = None,
    on: Annotated[Day | None, Query(description="Only what is in the catalogue on this day, as it is then")] = None,
    known_at: KnownAt = None,
    cursor: CodeCursor = None,
    size: PageSize = 100,
) -> Page[ProjectAnswer]:
    """The catalogue of projects, by code; without `on` as of today, with those that are not in it any more or yet."""
    terms = rules.listed((await rulebook_store.current(connection)).terms, at=known_at or at)
    found = [holding(each, day=on or business_day(at)) for each in catalogue_of(terms).values()]
    wanted = occupation and parse_occupation(occupation)
    rows = [
        each
        for each in found
        if each.code > (cursor or "")
        and wanted in (None, each.occupation)
        and award in (None, each.award)
        and (on is None or each.is_listed_on(on))
    ][:size]
    return Page(rows=[ProjectAnswer.of(row) for row in rows], next=rows[-1].code if len(rows) == size else None)


@routes.get("/projects/{code}")
async def get_project(
    code: Code,
    connection: Connection,
    _: CurrentCaller,
    at: Now,
    on: Annotated[Day | None, Query(description="Today where left out")] = None,
) -> ProjectAnswer:
    """The project as it stands `on` the day; where it does not then, as it stood last, or else will first."""
    return ProjectAnswer.of((await rulebook_store.current(connection)).project(code, day=on or business_day(at)))


@routes.get("/projects/{code}/terms")
async def list_project_terms(
    code: Code, connection: Connection, _: CurrentCaller, known_at: KnownAt = None
) -> list[ProjectAnswer]:
    """Every term of the project with the days on which it decides, by first day."""
    terms = (await rulebook_store.current(connection)).terms
    return [ProjectAnswer.of(term) for term in catalogue_of(rules.listed(terms, at=known_at)).get(code, [])]


@routes.get("/project-terms")
async def list_terms_entered(
    connection: Connection,
    _: CurrentCaller,
    *,
    on: On = None,
    known_at: KnownAt = None,
    state: InState = None,
    code: Annotated[str | None, Query(pattern=_CODE)] = None,
) -> list[ProjectTermAnswer]:
    """Terms of projects as they were entered, with proposals; or those that decided on a day as it was known then."""
    terms = [term for term in (await rulebook_store.current(connection)).terms if code in (None, term.code)]
    return [ProjectTermAnswer.of(term) for term in rules.listed(terms, on=on, at=known_at, state=state)]


@routes.put("/projects/{code}", status_code=202)
async def put_project(
    code: Code, request: ProjectRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ProjectTermAnswer:
    """Propose to list a project, change it, or end it by its last day, as the province. The same again changes nothing.

    With the first day of an existing term you correct that term; a later first day opens a new term and ends the one
    before. It decides once another person of the province approves it. Classes go by the term of their first day.
    """
    term = Project(
        code=code,
        **request.model_dump(exclude={"occupation", "award", "level", "first_on", "last_on", "version", "reason"}),
        occupation=parse_occupation(request.occupation),
        award=award_named(award=request.award, level=request.level),
        listed=Period(request.first_on, request.last_on),
        version=(request.version or 0) + 1,
        id=str(new_id()),
        provenance=Provenance(caller.person, at, request.reason),
    )
    return ProjectTermAnswer.of(await usecases.propose(connection, term, caller=caller))


@routes.post("/project-terms/{row_id}/approval")
async def approve_project_term(
    row_id: RowId, connection: Connection, caller: CurrentCaller, at: Now
) -> ProjectTermAnswer:
    """Approve a proposed term, as a person of the province who did not enter it. It decides from now on."""
    return ProjectTermAnswer.of(await usecases.approve(connection, row_id, caller=caller, at=at))


@routes.post("/project-terms/{row_id}/rejection")
async def reject_project_term(
    row_id: RowId, request: RejectionRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ProjectTermAnswer:
    """Refuse a proposed term, or withdraw your own, with a reason."""
    return ProjectTermAnswer.of(await usecases.reject(connection, row_id, reason=request.reason, caller=caller, at=at))


def _values(cls: type[BaseModel], project: Project, *, but: Set[str] = frozenset()) -> dict[str, Any]:
    days = {"first_on": project.listed.first, "last_on": project.listed.last}
    derived = days | project.award.codes
    return {name: getattr(project, name) for name in cls.model_fields if name not in derived.keys() | but} | derived
