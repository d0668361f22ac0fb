"""Quotes over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.subsidy.claims.routes.schemas import HolderAnswer, asked_kind, entry_fields, source_fields
from services.subsidy.claims.rules.checks import Check, in_year_max
from services.subsidy.quotes import usecases
from services.subsidy.quotes.rules import QuotedLine
from services.subsidy.quotes.usecases import AskedTraining, Quote, Subject
from shared.auth import CurrentCaller
from shared.awards import AnsweredAward, AnsweredLevel
from shared.contracts.subsidy import SubsidyKind
from shared.dated_rules.answers import GroundsAnswer
from shared.edge.lanes import lookup
from shared.forms import HASHED, PLAIN, Day, Strict
from shared.kernel.awards import Award
from shared.kernel.identity import DocumentKind
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, before, next_cursor
from shared.web import Connection, CurrentPersons, Now, router

routes = router("quotes")

_SOURCES: Final = ("class_id", "exam_id")
_ENTRIES: Final = ("enrolment_id", "certificate_id")


class QuotedPerson(Strict):
    """Recognised by the number, which is not stored."""

    document_kind: DocumentKind
    document_number: Annotated[str, Field(max_length=64), HASHED]


class QuotedTraining(Strict):
    """A training that no class was filed for yet."""

    occupation: Annotated[str, Field(pattern=r"^[0-9X-]{4,16}$", examples=["4-10-01-05"]), PLAIN]
    award: Annotated[str, Field(max_length=40, examples=["L4"]), PLAIN]
    region: Annotated[str, Field(max_length=16, examples=["410102"]), PLAIN]
    starts_on: Day


class QuoteRequest(Strict):
    class_id: UUID | None = None
    exam_id: UUID | None = None
    certificate_id: UUID | None = None
    kind: Annotated[SubsidyKind | None, Field(description="For a class: `training` if left out")] = None
    person: QuotedPerson | None = None
    training: QuotedTraining | None = None


class QuotedLineAnswer(BaseModel):
    """What would be paid for one trainee or certificate. `used_in_year` of `in_year_max` subsidies of the kind are used
    already in the year.
    """

    enrolment_id: UUID | None = Field(description="Null for a person who is not enrolled, and for a certificate")
    certificate_id: UUID | None
    units: int | None = Field(description="Days attended so far for a living allowance, years of an apprenticeship")
    amount_fen: int
    refusal: Check | None
    refusal_en: str | None
    refusal_zh: str | None
    year: int
    used_in_year: int
    in_year_max: int = Field(description="0: not limited")
    held: list[HolderAnswer] = Field(description="What was claimed or paid for the person in this occupation")

    @classmethod
    def of(cls, quoted: QuotedLine, quote: Quote) -> QuotedLineAnswer:
        line, source = quoted.line, quote.ground.source
        names = entry_fields(source.kind, line.source_id) if line.source_id.int else dict.fromkeys(_ENTRIES)
        words = None if line.refusal is None else line.refusal.words
        return cls(
            **names,
            units=None if line.grounds is None else line.grounds["facts"]["units"],
            amount_fen=line.amount_fen,
            refusal=line.refusal,
            refusal_en=None if words is None else words.title_en,
            refusal_zh=None if words is None else words.title_zh,
            year=source.starts_on.year,
            used_in_year=quoted.used_in_year,
            in_year_max=in_year_max(source.kind, quote.ground.terms),
            held=[HolderAnswer.of(each) for each in quoted.held if each.claim_id is not None],
        )


class QuoteAnswer(BaseModel):
    """What a claim would pay if everybody completes the class who still may, and shows the award."""

    id: UUID
    kind: Annotated[SubsidyKind, Field(description="What would be paid for")]
    class_id: UUID | None
    exam_id: UUID | None
    occupation: str
    level: AnsweredLevel
    award: AnsweredAward
    starts_on: date
    policy_row: str | None = Field(description="The row that sets the amount")
    rate_fen: int | None
    share_fen: int | None = Field(description="The government's share of the filed fee, which is the maximum")
    valid_until: date | None = Field(description="A claim of the kind until this day goes by the same row")
    amount_fen: int
    lines: list[QuotedLineAnswer]
    grounds: GroundsAnswer

    @classmethod
    def of(cls, quote: Quote) -> QuoteAnswer:
        source, row = quote.ground.source, quote.ground.policy_row
        names = dict.fromkeys(_SOURCES) if quote.subject is None else source_fields(source.kind, source.id)
        return cls(
            id=quote.id,
            kind=source.kind,
            **names,
            occupation=source.occupation,
            **source.award.codes,
            starts_on=source.starts_on,
            policy_row=None if row is None else row.id,
            rate_fen=None if row is None else row.amount_fen,
            share_fen=source.share_fen,
            valid_until=quote.valid_until,
            amount_fen=sum(each.line.amount_fen for each in quote.lines),
            lines=[QuotedLineAnswer.of(each, quote) for each in quote.lines],
            grounds=GroundsAnswer.model_validate(quote.ground.grounds.as_json()),
        )


class QuotableClassAnswer(BaseModel):
    """A class to quote or to claim for. `local_id` is null where it was not received."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    local_id: str | None
    starts_on: date
    occupation: str
    enrolled: int


@routes.get("/quotable-classes")
async def list_quotable_classes(
    connection: Connection, caller: CurrentCaller, cursor: Cursor = None, size: PageSize = 100
) -> Page[QuotableClassAnswer]:
    """Your institution's classes as far as the registry has told them, the newest first."""
    rows = await usecases.own_classes(connection, caller=caller, before=before(cursor), limit=size)
    return Page(rows=[QuotableClassAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.post("/quotes", status_code=201)
@lookup
async def quote(
    asked: QuoteRequest, persons: CurrentPersons, connection: Connection, caller: CurrentCaller, at: Now
) -> QuoteAnswer:
    """What would be paid for a class that was filed, for one person in it, for an exam, to the holder of a certificate,
    or for one person and a training.

    The lines are decided by the same rules as those of a claim. A quote for what exists binds the row for its claim
    until `valid_until`: what the province approves meanwhile changes it only by another quote.
    """
    person = None
    if asked.person is not None:
        number = asked.person.document_number
        person, _ = persons.recognise(asked.person.document_kind, number, today=business_day(at))
    subject = None
    if (asked.class_id, asked.exam_id, asked.certificate_id) != (None, None, None):
        kind, source_id = asked_kind(
            asked.kind, class_id=asked.class_id, exam_id=asked.exam_id, certificate_id=asked.certificate_id
        )
        subject = Subject(kind, source_id)
    training = None
    if asked.training is not None:
        values = asked.training.model_dump()
        training = AskedTraining(**values | {"award": Award.from_code(values["award"])})
    answer = await usecases.quote(connection, subject=subject, person=person, training=training, caller=caller, at=at)
    return QuoteAnswer.of(answer)
