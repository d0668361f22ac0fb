"""Receive reports of the public, tell their reporters how they stand, answer them, and erase contacts in time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.registry.classes.store import classes as class_store
from services.registry.directory.store import institutions as institution_store
from services.registry.flags import store as flag_store
from services.registry.flags import usecases as flag_usecases
from services.registry.flags.rules.flags import Flag, FlagVerb
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.plan.usecases import visibility
from services.registry.public_reports import rules, store
from services.registry.public_reports.rules import (
    Misconduct,
    PublicReport,
    PublicReportUnnamed,
    PublicReportUnplaced,
    ReportedKind,
)
from services.registry.public_reports.store import SENDERS
from shared.faults import forever
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.masking import masked
from shared.kernel.periods import business_day
from shared.kernel.refusals import NotFound
from shared.persons import Persons
from shared.public_requests import forget, mark_of, new_receipt
from shared.senders import ContactReading, SealedWords

_READINGS_MAX: Final = 100
_ERASED_AT_ONCE: Final = 1_000
_ERASURE_PAUSE_SECONDS: Final = 60


@dataclass(frozen=True)
class NewReport:
    """A report as it was sent."""

    about: ReportedKind
    misconduct: Misconduct
    text: str
    target_id: UUID | None = None
    reference: str | None = None
    region: str | None = None
    contact: str | None = None


class ReportAndFlag(NamedTuple):
    """A report, and the flag by which it is handled."""

    report: PublicReport
    flag: Flag


class ReportInFull(NamedTuple):
    """What officers see; the contact is shown apart."""

    report: PublicReport
    flag: Flag
    text: str
    has_contact: bool
    readings: list[ContactReading]


class _Place(NamedTuple):
    """Where what is reported belongs."""

    region: str
    reporting_region: str
    institution_id: UUID | None = None
    class_id: UUID | None = None


async def file(
    connection: AsyncConnection, new: NewReport, *, contact_days: int, persons: Persons, at: datetime
) -> tuple[str, ReportAndFlag]:
    """The receipt and the new report, flagged for the officers of its region.

    Nothing about a person is looked up, so no answer depends on who is enrolled. Raises PublicReportUnnamed,
    PublicReportUnplaced, NotFound, and what a region may be refused for.
    """
    place, id_ = await _place(connection, new, at=at), new_id()
    seen = rules.observation(id_, new.about, new.misconduct, **place._asdict())
    (flag,) = await flag_usecases.raise_all(connection, [seen], at=at)
    receipt = new_receipt(persons)
    report = PublicReport(
        id=id_,
        receipt_mark=receipt.mark,
        about=new.about,
        target_id=new.target_id,
        reference=None if new.reference is None else masked(new.reference),
        misconduct=new.misconduct,
        flag_id=flag.id,
        received_at=at,
        erase_contact_on=None if new.contact is None else business_day(at) + timedelta(days=contact_days),
        **place._asdict(),
    )
    contact = None if new.contact is None else persons.seal(new.contact.encode(), owner=id_)
    words = SealedWords(persons.seal(masked(new.text).encode(), owner=id_), contact)
    await store.add(connection, report, words)
    return receipt.shown, ReportAndFlag(report, flag)


async def look_up(connection: AsyncConnection, receipt: str, *, persons: Persons) -> ReportAndFlag:
    """The report with this receipt. Raises NotFound."""
    report = await store.find(connection, mark_of(receipt, persons))
    if report is None:
        raise NotFound(pointer="/receipt", what="public report")
    return ReportAndFlag(report, await flag_store.load(connection, report.flag_id))


async def visible(connection: AsyncConnection, report_id: UUID, *, persons: Persons, caller: Caller) -> ReportInFull:
    """A report, for officers of its region or above. Raises NotFound, ForeignRegion."""
    report = await _of_officer(connection, report_id, caller)
    words = await SENDERS.words(connection, report_id)
    return ReportInFull(
        report,
        await flag_store.load(connection, report.flag_id),
        persons.unseal(words.text, owner=report_id).decode(),
        words.contact is not None,
        await SENDERS.readings(connection, report_id, limit=_READINGS_MAX),
    )


async def read_contact(
    connection: AsyncConnection, report_id: UUID, *, reason: str, persons: Persons, caller: Caller, at: datetime
) -> str:
    """How to reach the reporter, for an officer of the region or above; that they read it is kept.

    Raises NotFound, ForeignRegion; NotFound also once the contact is erased.
    """
    await _of_officer(connection, report_id, caller)
    words = await SENDERS.words(connection, report_id)
    if words.contact is None:
        raise NotFound(what="contact", id=report_id)
    await SENDERS.add_reading(connection, ContactReading(new_id(), report_id, caller.person, at, reason))
    return persons.unseal(words.contact, owner=report_id).decode()


async def answer(
    connection: AsyncConnection,
    report_id: UUID,
    verdict: FlagVerb,
    *,
    reason: str,
    text: str,
    caller: Caller,
    at: datetime,
) -> ReportAndFlag:
    """Settle the report's flag, and answer the reporter with `text`, in which numbers are masked.

    Raises NotFound, ForeignRegion, IllegalMove.
    """
    before = await _of_officer(connection, report_id, caller, lock=True)
    flag = await flag_usecases.settle(connection, before.flag_id, verdict, reason=reason, caller=caller, at=at)
    after = replace(
        before,
        answer=masked(text),
        answered_by=caller.person,
        answered_at=at,
        version=before.version + 1,
    )
    await store.save_answer(connection, after)
    return ReportAndFlag(after, flag)


async def with_flags(connection: AsyncConnection, reports: list[PublicReport]) -> list[ReportAndFlag]:
    """Each of `reports` with its flag."""
    flags = await flag_store.by_ids(connection, [each.flag_id for each in reports])
    return [ReportAndFlag(each, flags[each.flag_id]) for each in reports]


async def erase(engine: AsyncEngine, now: Callable[[], datetime]) -> None:
    """Erase contacts on their days, and forget old counts of requests, in an endless loop."""
    await forever("public contacts", lambda: erase_batch(engine, at=now()), pause_seconds=_ERASURE_PAUSE_SECONDS)


async def erase_batch(engine: AsyncEngine, *, at: datetime) -> bool:
    """Erase the contacts that have waited longest. False if none are due."""
    async with engine.begin() as connection:
        await forget(connection, at=at)
        return await SENDERS.erase_contacts(connection, business_day(at), limit=_ERASED_AT_ONCE) > 0


async def _of_officer(
    connection: AsyncConnection, report_id: UUID, caller: Caller, *, lock: bool = False
) -> PublicReport:
    report = await store.load(connection, report_id, lock=lock)
    await visibility.require_region(connection, caller, report.region)
    return report


async def _place(connection: AsyncConnection, new: NewReport, *, at: datetime) -> _Place:
    if new.target_id is None and new.reference is None:
        raise PublicReportUnnamed(pointer="/reference")
    if new.target_id is not None and new.about is ReportedKind.INSTITUTION:
        institution = await institution_store.load(connection, new.target_id)
        return _Place(institution.region, institution.reporting_region, institution.id)
    if new.target_id is not None and new.about is ReportedKind.CLASS:
        class_ = await class_store.load(connection, new.target_id)
        return _Place(class_.region, class_.reporting_region, class_.institution_id, class_.id)
    if new.region is None:
        raise PublicReportUnplaced(pointer="/region")
    plan = (await rulebook_store.current(connection)).plan
    return _Place(new.region, plan.reporting_region(new.region, on=business_day(at)))
