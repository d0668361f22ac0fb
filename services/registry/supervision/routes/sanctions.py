"""The ladder of sanctions over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.registry.directory.rules.institutions import Institution
from services.registry.directory.rules.sanctions import Sanction
from services.registry.directory.store import institutions as institution_store
from services.registry.directory.store import sanctions as store
from services.registry.directory.store.sanctions import SANCTIONS
from services.registry.plan.usecases import visibility
from services.registry.supervision.usecases.safety import require_visible
from services.registry.supervision.usecases.sanctions import INSTITUTION_SANCTIONS
from shared.auth import CurrentCaller
from shared.contracts.dimensions import SanctionStep
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, after_day, next_cursor
from shared.sanctions.forms import ImposingForm, LiftingForm, ReinstatingForm, SanctionFields
from shared.web import Connection, Now, router

routes = router("institutions")


class SanctionRequest(ImposingForm):
    """Both days are inclusive; without `last_on` the sanction holds until it is lifted (a talk: for one day)."""


class LiftingRequest(LiftingForm):
    pass


class SanctionReinstatementRequest(ReinstatingForm):
    pass


class SanctionAnswer(SanctionFields):
    """A sanction whose last day is before its first was lifted before it began."""

    institution_id: UUID


class InstitutionSanctionAnswer(SanctionAnswer):
    """An entry with the current name and regions of its institution."""

    institution_name: str
    region: str
    reporting_region: str

    @classmethod
    def of(cls, sanction: Sanction, who: Institution) -> InstitutionSanctionAnswer:
        said = SanctionAnswer.model_validate(sanction).model_dump()
        return cls(**said, institution_name=who.name, region=who.region, reporting_region=who.reporting_region)


@routes.post("/institutions/{institution_id}/sanctions", status_code=201, response_model=SanctionAnswer)
async def impose_sanction(
    institution_id: UUID, sanction: SanctionRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Sanction:
    """Impose a step of the ladder: talk, rectify, stop (no new classes), delist, blacklist (and no listing)."""
    return await INSTITUTION_SANCTIONS.impose(
        connection,
        institution_id,
        step=sanction.step,
        first_on=sanction.first_on or business_day(at),
        last_on=sanction.last_on,
        reason=sanction.reason,
        caller=caller,
        at=at,
    )


@routes.get("/institutions/{institution_id}/sanctions")
async def list_institution_sanctions(
    institution_id: UUID, connection: Connection, caller: CurrentCaller, cursor: Cursor = None, size: PageSize = 100
) -> Page[SanctionAnswer]:
    """All sanctions, also of a former county: for the institution itself, and for every officer."""
    await require_visible(connection, institution_id, caller)
    rows = await SANCTIONS.page(connection, [], owner_id=institution_id, after=after(cursor), limit=size)
    return Page(rows=[SanctionAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/sanctions")
async def list_sanctions(
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    step: SanctionStep | None = None,
    region: Annotated[str | None, Query(max_length=16, description="This region and the regions below it")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[InstitutionSanctionAnswer]:
    """Sanctions that hold today, those that end soonest first. Officers see those in their region."""
    far = await visibility.reach(connection, caller, region)
    today, behind = business_day(at), after_day(cursor)
    rows = await store.standing(connection, far, step=step, day=today, after=behind, limit=size)
    known = await institution_store.by_ids(connection, {row.institution_id for row in rows})
    answers = [InstitutionSanctionAnswer.of(row, known[row.institution_id]) for row in rows]
    return Page(rows=answers, next=next_cursor(rows, size, lambda row: (row.last_on or date.max, row.id)))


@routes.post("/institutions/{institution_id}/sanctions/{sanction_id}/lifting", response_model=SanctionAnswer)
async def lift_sanction(
    institution_id: UUID,
    sanction_id: UUID,
    lifting: LiftingRequest,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> Sanction:
    """Lift a sanction. The officer must be a different one from the officer who imposed it."""
    return await INSTITUTION_SANCTIONS.lift(
        connection,
        institution_id,
        sanction_id,
        from_on=lifting.from_on or business_day(at),
        reason=lifting.reason,
        caller=caller,
        at=at,
    )


@routes.post("/institutions/{institution_id}/sanctions/{sanction_id}/reinstatement", response_model=SanctionAnswer)
async def reinstate_sanction(
    institution_id: UUID,
    sanction_id: UUID,
    request: SanctionReinstatementRequest,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> Sanction:
    """Take back the lifting of a sanction that was a mistake: it holds to its former last day."""
    return await INSTITUTION_SANCTIONS.reinstate(
        connection, institution_id, sanction_id, reason=request.reason, caller=caller, at=at
    )
