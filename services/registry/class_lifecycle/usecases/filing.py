"""File a class, or file a returned one again, by the rules of its first day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from msgspec import convert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.class_lifecycle.rules import filing as rules
from services.registry.class_lifecycle.usecases import trainees as class_trainees
from services.registry.class_lifecycle.usecases.sanctions import flag_stopped
from services.registry.classes.rules import classes as class_rules
from services.registry.classes.rules.classes import ClassVerb, ExamPlan, TrainingClass
from services.registry.classes.rules.history import FILE
from services.registry.classes.rules.limits import places_of, require_established, require_in_region
from services.registry.classes.store import classes as store
from services.registry.classes.store import history as event_store
from services.registry.classes.usecases import Explanation, own_class, remember
from services.registry.directory.rules.institutions import Institution
from services.registry.directory.store import institutions as institution_store
from services.registry.directory.store import sites as site_store
from services.registry.directory.usecases import directory
from services.registry.plan.store import rulebook as rulebook_store
from shared.backbone import outbox
from shared.contracts.dimensions import FundSource
from shared.contracts.registry.classes import ClassStatus
from shared.dated_rules.rules import Grounds
from shared.kernel.awards import Award
from shared.kernel.callers import Caller, ForeignOrganisation
from shared.kernel.credit_code import parse_credit_code
from shared.kernel.ids import new_id
from shared.kernel.moves import move
from shared.kernel.occupations import parse_occupation
from shared.kernel.periods import business_day
from shared.kernel.refusals import LocalIdTaken, NotFound
from shared.persons import Persons
from shared.plan import Plan

_FILED_AGAIN = "the class was corrected and filed again 班级修改后重新报备"
"""The reason in the history of trainees whose days change with it."""


@dataclass(frozen=True)
class Fee:
    """Who pays how much of one trainee's fee; `total_fen` only to be compared with the sum."""

    government_fen: int = 0
    enterprise_fen: int = 0
    individual_fen: int = 0
    total_fen: int | None = None


@dataclass(frozen=True)
class Filing:
    """A class as an institution files it."""

    local_id: str
    programme: str
    region: str
    occupation: str
    award: Award
    fund_source: FundSource | None
    starts_on: date
    ends_on: date
    hours: int
    seats: int
    project: str | None = None
    site: str | None = None
    """The institution's own local_id of the site."""
    teaching_plan: str | None = None
    signed_order: bool = False
    exam_plan: ExamPlan | None = None
    fee: Fee | None = None

    def content(self) -> dict[str, Any]:
        """What was filed, as JSON, without empty fields: a repeat has the same content."""
        given: dict[str, Any] = {name: value for name in self.__dataclass_fields__ if (value := getattr(self, name))}
        # A level is kept under its older name, as in what was filed before there were other awards.
        given["award" if self.award.level is None else "level"] = given.pop("award").code
        content: dict[str, Any] = orjson.loads(orjson.dumps(given, default=_exam_plan_as_filed))
        return content

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Filing:
        """The filing with this content."""
        exam = content.get("exam_plan")
        plain = {name: value for name, value in content.items() if name not in ("exam_plan", "award", "level")}
        award = Award.from_code(content["award"] if "award" in content else content["level"])
        given = convert(plain | {"award": award}, cls)
        if exam is None:
            return given
        return replace(given, exam_plan=ExamPlan(**exam | {"planned_on": date.fromisoformat(exam["planned_on"])}))


def _exam_plan_as_filed(plan: ExamPlan) -> dict[str, Any]:
    # Filings from before there was a place say nothing of it.
    return {name: value for name, value in plan._asdict().items() if name != "place" or value is not None}


async def file(connection: AsyncConnection, filing: Filing, *, caller: Caller, at: datetime) -> TrainingClass:
    """A new class of the caller's institution; a repeat under the same local_id returns the existing one.

    Raises NotFound, LocalIdTaken, NoSiteInRegion, what programme, region or occupation may be refused for, and
    the refusals of the directory (C02, C25) and of the filing's rules.
    """
    if caller.organisation is None:
        raise ForeignOrganisation
    known = await store.find_by_local_id(connection, caller.organisation, filing.local_id)
    if known is not None:
        if await event_store.latest_change(connection, known.id, FILE) != filing.content():
            raise LocalIdTaken(pointer="/local_id")
        return known
    institution = await institution_store.load(connection, caller.organisation)
    class_, grounds = await _checked(connection, filing, institution, seated=0, caller=caller, at=at)
    await store.add(connection, class_)
    await remember(connection, class_, FILE, Explanation((), filing.content(), grounds), caller=caller, at=at)
    await outbox.record(connection, class_rules.file(class_, at=at))
    await flag_stopped(connection, class_, at=at)
    return class_


async def refile(
    connection: AsyncConnection, class_id: UUID, filing: Filing, *, persons: Persons, caller: Caller, at: datetime
) -> TrainingClass:
    """A returned class, corrected; the same filing again answers the class as it is. Its trainees follow it.

    Raises NotFound, ForeignOrganisation, IllegalMove, TraineesUnfit (C01), ChangeOverlaps and what `file`
    raises.
    """
    before = await own_class(connection, class_id, caller)
    filing = replace(filing, local_id=before.local_id)
    latest = await event_store.latest_change(connection, class_id, ClassVerb.REFILE)
    if before.status is ClassStatus.FILED and latest == filing.content():
        return before
    move(class_rules.MOVES, before.status, ClassVerb.REFILE)
    count = await store.headcount(connection, class_id)
    institution = await institution_store.load(connection, before.institution_id)
    corrected, grounds = await _checked(connection, filing, institution, seated=count.seated, caller=caller, at=at)
    after, fact = class_rules.refile(before, corrected, at=at, enrolled=count.enrolled)
    await store.save(connection, after, expected=before.version)
    step = Explanation((), filing.content(), grounds)
    await remember(connection, after, ClassVerb.REFILE, step, caller=caller, at=at)
    await outbox.record(connection, fact)
    await class_trainees.follow(
        connection, before, after, persons=persons, by=caller.person, reason=_FILED_AGAIN, at=at
    )
    await flag_stopped(connection, after, at=at)
    return after


async def _checked(
    connection: AsyncConnection, filing: Filing, institution: Institution, *, seated: int, caller: Caller, at: datetime
) -> tuple[TrainingClass, Grounds]:
    """The class that `filing` describes, checked against all rules of filing, and the rows that it goes by."""
    rulebook = await rulebook_store.current(connection)
    class_ = _class(filing, institution, rulebook.plan, caller=caller, at=at)
    rules.require_sound(class_)
    places = places_of(class_, rulebook.plan, today=business_day(at))
    is_sited = await site_store.is_in(connection, institution.id, places)
    require_established(class_, home=institution.region, is_sited=is_sited, places=places)
    rules.require_of_award(class_, institution.kind, policy=rulebook.policy(class_.starts_on, class_.region))
    project = rules.choose_project_of(class_, filing.project, rulebook)
    subsidised = None if class_.fund_source is None else project
    await directory.require_open(connection, institution.id, subsidised, day=class_.starts_on)
    class_ = replace(class_, site_id=await site_id(connection, class_, filing.site, places=places))
    class_ = rules.judge(class_, project, rulebook, seated=seated, filed_on=business_day(at))
    return class_, rules.grounds(class_, rulebook)


def _class(filing: Filing, institution: Institution, plan: Plan, *, caller: Caller, at: datetime) -> TrainingClass:
    fee = filing.fee or Fee()
    rules.require_fee(fee.government_fen, fee.enterprise_fen, fee.individual_fen, total_fen=fee.total_fen)
    return TrainingClass(
        id=new_id(),
        institution_id=institution.id,
        local_id=filing.local_id,
        programme=plan.primary_programme(filing.programme, on=filing.starts_on),
        region=filing.region,
        reporting_region=plan.reporting_region(filing.region, on=filing.starts_on),
        occupation=parse_occupation(filing.occupation),
        award=filing.award,
        fund_source=filing.fund_source,
        starts_on=filing.starts_on,
        ends_on=filing.ends_on,
        hours=filing.hours,
        seats=filing.seats,
        status=ClassStatus.FILED,
        filed_by=caller.person,
        version=1,
        teaching_plan=filing.teaching_plan,
        signed_order=filing.signed_order,
        exam_plan=exam_plan(filing.exam_plan),
        government_fen=fee.government_fen,
        enterprise_fen=fee.enterprise_fen,
        individual_fen=fee.individual_fen,
        filed_on=business_day(at),
    )


async def site_id(
    connection: AsyncConnection, class_: TrainingClass, local_id: str | None, *, places: Collection[str]
) -> UUID | None:
    """The institution's site `local_id`, in one of the `places` of the class. Raises NotFound, SiteElsewhere."""
    if local_id is None:
        return None
    site = await site_store.find_by_local_id(connection, class_.institution_id, local_id)
    if site is None:
        raise NotFound(pointer="/site", what="site", id=local_id)
    require_in_region(site, places)
    return site.id


def exam_plan(plan: ExamPlan | None) -> ExamPlan | None:
    """`plan` with the credit code of its assessment body as it is written. Raises what a code may be refused for."""
    if plan is None or plan.body_credit_code is None:
        return plan
    return plan._replace(body_credit_code=parse_credit_code(plan.body_credit_code))
