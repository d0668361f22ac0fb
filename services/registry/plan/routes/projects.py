"""The first catalogue over HTTP: projects that may be subsidised."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field

from services.registry.plan.rules.projects import Project
from services.registry.plan.store import projects as store
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.plan.usecases import projects as usecases
from shared.auth import CurrentCaller
from shared.awards import AnsweredAward, AnsweredLevel, AskedAward, GivenAward, GivenLevel
from shared.forms import Day, Name, Strict
from shared.kernel.awards import award_named
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
    edition: Annotated[str, Field(max_length=16, examples=["2022"], description="Of the occupational classification")]
    occupation: Annotated[str, Field(max_length=32, examples=["4-10-01-05"])]
    award: GivenAward | None = None
    level: GivenLevel | None = None
    category: Name
    hours_min: Annotated[int, Field(ge=1, le=2000, strict=True, description="Least class hours of a class in it")]
    is_scarce: bool = False
    is_needed: bool = False
    first_on: Day
    last_on: Day | None = None
    version: Annotated[int, Field(ge=1, strict=True)] | None = Field(
        default=None, description="The version of the project that you saw; left out for a new project"
    )


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
        values = {
            name: getattr(project, name) for name in cls.model_fields if name not in ("level", "first_on", "last_on")
        }
        days = {"first_on": project.listed.first, "last_on": project.listed.last}
        return cls(**values | days | project.award.codes)


@routes.get("/projects")
async def list_projects(
    connection: Connection,
    _: CurrentCaller,
    at: Now,
    award: AskedAward,
    occupation: Annotated[str | None, Query(max_length=32)] = None,
    day: Annotated[Day | None, Query(description="Only what is in the catalogue on this day, as it is then")] = None,
    cursor: CodeCursor = None,
    size: PageSize = 100,
) -> Page[ProjectAnswer]:
    """The catalogue of projects, by code; without `day` as of today, with those that are not in it any more or yet."""
    rows = await store.page(
        connection,
        day=day or business_day(at),
        only_listed=day is not None,
        occupation=None if occupation is None else parse_occupation(occupation),
        award=award,
        after=cursor or "",
        limit=size,
    )
    return Page(rows=[ProjectAnswer.of(row) for row in rows], next=rows[-1].code if len(rows) == size else None)


@routes.get("/projects/{code}")
async def get_project(
    code: Code,
    connection: Connection,
    _: CurrentCaller,
    at: Now,
    day: Annotated[Day | None, Query(description="Today where left out")] = None,
) -> ProjectAnswer:
    """The project as it stands on `day`; where it does not then, as it stood last, or else will first."""
    return ProjectAnswer.of((await rulebook_store.current(connection)).project(code, day=day or business_day(at)))


@routes.get("/projects/{code}/terms")
async def list_project_terms(code: Code, connection: Connection, _: CurrentCaller) -> list[ProjectAnswer]:
    """Every term of the project, by first day."""
    return [ProjectAnswer.of(term) for term in await store.terms(connection, code)]


@routes.put("/projects/{code}")
async def put_project(
    code: Code, request: ProjectRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ProjectAnswer:
    """List a project, change it, or end it by its last day, as the province. The same again changes nothing.

    With the first day of an existing term you correct that term; a later first day opens a new term and ends
    the one before. Classes go by the term of their first day.
    """
    term = Project(
        code=code,
        **request.model_dump(exclude={"occupation", "award", "level", "first_on", "last_on", "version"}),
        occupation=parse_occupation(request.occupation),
        award=award_named(award=request.award, level=request.level),
        listed=Period(request.first_on, request.last_on),
        version=1,
    )
    return ProjectAnswer.of(await usecases.put(connection, term, expected=request.version, caller=caller, at=at))
