"""Requests and answers of the subsidy on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.subsidy.claims.rules import grounds
from services.subsidy.claims.rules.checks import Check
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.explanations import CheckOutcome, Explanation
from services.subsidy.claims.rules.held import HeldSubsidy
from services.subsidy.claims.rules.lines import Line
from services.subsidy.claims.rules.refusals import ClaimBasisUnclear
from services.subsidy.claims.rules.states import ClaimVerb
from services.subsidy.claims.store.claims import ClaimSummary
from services.subsidy.claims.usecases.reading import ClaimReading
from services.subsidy.exams.rules import CertificateWay
from services.subsidy.holds.rules import Flag, FlagSubject, HoldStatus
from services.subsidy.kinds.rules import KINDS, Basis, kind_from
from services.subsidy.trainings.rules import Outcome
from shared.awards import AnsweredAward, AnsweredLevel
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import SubsidyKind
from shared.contracts.subsidy.claims import ClaimStatus
from shared.dated_rules.answers import GroundsAnswer
from shared.forms import LocalId, Reason, Strict
from shared.kernel.money import Fen


class DraftRequest(Strict):
    """A class, an exam for an assessment subsidy, a certificate for its holder's skill upgrade, or an instalment of a
    project's grant.
    """

    class_id: UUID | None = None
    exam_id: Annotated[UUID | None, Field(description="The exam session or the conferral that gave certificates")] = (
        None
    )
    certificate_id: Annotated[UUID | None, Field(description="Your own certificate")] = None
    instalment_id: Annotated[
        UUID | None, Field(description="Of a grant, if the claim from the project's approval was withdrawn")
    ] = None
    kind: Annotated[
        SubsidyKind | None,
        Field(description="For a class: `training` if left out, `living`, `apprenticeship_advance`, `apprenticeship`"),
    ] = None
    local_id: LocalId

    @property
    def asked(self) -> tuple[SubsidyKind, UUID]:
        """The kind that is claimed for, and what it is to be built from. Raises ClaimBasisUnclear."""
        return asked_kind(self.kind, **self.model_dump(exclude={"kind", "local_id"}))


def asked_kind(
    kind: SubsidyKind | None,
    *,
    class_id: UUID | None,
    exam_id: UUID | None,
    certificate_id: UUID | None,
    instalment_id: UUID | None = None,
) -> tuple[SubsidyKind, UUID]:
    """The kind that is asked for, and the one thing that it is for. Raises ClaimBasisUnclear."""
    named = {Basis.CLASS: class_id, Basis.EXAM: exam_id, Basis.CERTIFICATE: certificate_id}
    named[Basis.INSTALMENT] = instalment_id
    given = [(kind_from(basis, kind), id_) for basis, id_ in named.items() if id_ is not None]
    if len(given) != 1:
        raise ClaimBasisUnclear
    [(found, source_id)] = given
    if found is None:
        raise ClaimBasisUnclear
    return found, source_id


class WithdrawalRequest(Strict):
    reason: Reason | None = None


def source_fields(kind: SubsidyKind, source_id: UUID) -> dict[str, UUID | None]:
    """How answers name what a claim was built from; of a certificate or an instalment, the line says which."""
    named = {"class_id": None, "exam_id": None, f"{KINDS[kind].built_from}_id": source_id}
    return {name: named[name] for name in ("class_id", "exam_id")}


def entry_fields(kind: SubsidyKind, entry_id: UUID) -> dict[str, UUID | None]:
    """How answers name what a line was built from."""
    of_basis = {Basis.CLASS: "enrolment_id", Basis.INSTALMENT: "instalment_id"}
    name = of_basis.get(KINDS[kind].built_from, "certificate_id")
    return {"enrolment_id": None, "certificate_id": None, "instalment_id": None, name: entry_id}


class HolderAnswer(BaseModel):
    """A claim that holds a subsidy of the same person, as it was when the line was decided.

    A draft or returned claim holds it until its institution withdraws it, at the latest until `until`.
    """

    claim_id: UUID
    kind: SubsidyKind
    institution: str | None = Field(description="Null for a claim of a person")
    status: ClaimStatus
    until: date | None
    paid_on: date | None
    occupation: str
    award: AnsweredAward
    level: AnsweredLevel

    @classmethod
    def of(cls, held: HeldSubsidy) -> HolderAnswer:
        apart = {**held.award.codes, "status": ClaimStatus(held.status or ClaimStatus.PAID)}
        return cls(**{name: getattr(held, name) for name in cls.model_fields if name not in apart}, **apart)


class OwedAnswer(BaseModel):
    """Why a paid line is owed back: the check that it no longer passes, and what shows that."""

    check: Check
    since: date
    title_en: str
    title_zh: str
    outcome: Outcome | None = Field(description="Of the training; null for a certificate")
    outcome_on: date
    flagged: bool
    evidenced_on: date | None = Field(description="The day of the certificate or licence that still stands")
    held_by: list[UUID] = Field(description="For C09 the claims that hold it; for OFFSET the claim that comes to less")

    @classmethod
    def of(cls, owed: Mapping[str, Any]) -> OwedAnswer:
        words = Check(owed["check"]).words
        return cls.model_validate({**owed, "title_en": words.title_en, "title_zh": words.title_zh})


class LineAnswer(BaseModel):
    line: int
    enrolment_id: UUID | None = Field(description="The training; null in a claim for an assessment or a skill upgrade")
    certificate_id: UUID | None = Field(description="The certificate, in a claim for an assessment or a skill upgrade")
    instalment_id: UUID | None = Field(description="The instalment, in a claim for a project's grant")
    way: CertificateWay | None = Field(
        description="The way to the certificate: of a `recognition`, the share of the amount is paid that policy sets"
    )
    programme: str
    trained_on: date
    amount_fen: int
    refusal: Check | None
    refusal_en: str | None
    refusal_zh: str | None
    recovered_fen: int
    recovered_on: date | None
    written_off_fen: int = Field(description="What was given up of what was to come back")
    stopped_on: date | None = Field(
        description="When what it rests on fell away between approval and payment; `refusal` says why"
    )
    stopped_fen: int = Field(description="The amount that had been approved")
    owed: OwedAnswer | None = Field(description="Why a paid line is owed back, until it is recovered")
    held_by: list[HolderAnswer] = Field(description="For C09, C10 and C11: the claims that hold what refuses the line")
    grounds: GroundsAnswer | None = Field(description="The rows of amounts and limits that the line was decided by")

    @classmethod
    def of(cls, line: Line, kind: SubsidyKind) -> LineAnswer:
        words = None if line.refusal is None else line.refusal.words
        return cls(
            line=line.line,
            **entry_fields(kind, line.source_id),
            way=None if line.grounds is None else line.grounds["facts"].get("way"),
            programme=line.programme,
            trained_on=line.trained_on,
            amount_fen=line.amount_fen,
            refusal=line.refusal,
            refusal_en=None if words is None else words.title_en,
            refusal_zh=None if words is None else words.title_zh,
            recovered_fen=line.recovered_fen,
            recovered_on=line.recovered_on,
            written_off_fen=line.written_off_fen,
            stopped_on=line.stopped_on,
            stopped_fen=line.stopped_fen,
            owed=None if line.owed is None else OwedAnswer.of(line.owed),
            held_by=[HolderAnswer.of(each) for each in grounds.holders(line.refusal, line.grounds)],
            grounds=None if line.grounds is None else GroundsAnswer.model_validate(line.grounds),
        )


class LineReplayAnswer(BaseModel):
    """A line decided again by the facts and the rows that it was decided by; null where these were not stored."""

    line: int
    amount_fen: int | None
    refusal: Check | None
    same: Annotated[bool | None, Field(description="Whether that is what the line says")]
    grounds: GroundsAnswer | None

    @classmethod
    def of(cls, line: Line, verdict: Fen | Check | None) -> LineReplayAnswer:
        refusal = verdict if isinstance(verdict, Check) else None
        amount = None if verdict is None else 0 if isinstance(verdict, Check) else verdict
        return cls(
            line=line.line,
            amount_fen=amount,
            refusal=refusal,
            same=None if verdict is None else (amount, refusal) == line.decided,
            grounds=None if line.grounds is None else GroundsAnswer.model_validate(line.grounds),
        )


class ClaimReplayAnswer(BaseModel):
    id: UUID
    version: int
    lines: list[LineReplayAnswer]


class UsedFactAnswer(BaseModel):
    """A fact or a figure that a check used; `known_at` is when it was known like this, or when the row was approved."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    value: Any
    source: str
    known_at: datetime | None


class ExplainedCheckAnswer(BaseModel):
    code: Check
    outcome: CheckOutcome
    facts: list[UsedFactAnswer]
    title_en: str
    title_zh: str
    cure_en: str
    cure_zh: str


class LineExplanationAnswer(BaseModel):
    """A line as it was decided; empty where nothing was stored. What was stopped or is owed since is beside it."""

    line: int
    amount_fen: int | None
    refusal: Check | None
    decided_at: datetime | None
    checks: list[ExplainedCheckAnswer]
    stopped_on: date | None
    stopped_for: Check | None
    owed: OwedAnswer | None

    @classmethod
    def of(cls, line: Line, explanation: Explanation | None) -> LineExplanationAnswer:
        verdict = None if explanation is None else explanation.verdict
        return cls(
            line=line.line,
            amount_fen=None if verdict is None else 0 if isinstance(verdict, Check) else verdict,
            refusal=verdict if isinstance(verdict, Check) else None,
            decided_at=None if line.grounds is None else line.grounds.get("decided_at"),
            checks=[
                ExplainedCheckAnswer(
                    code=each.check,
                    outcome=each.outcome,
                    facts=[UsedFactAnswer.model_validate(fact) for fact in each.facts],
                    **each.check.words._asdict(),
                )
                for each in ([] if explanation is None else explanation.checks)
            ],
            stopped_on=line.stopped_on,
            stopped_for=None if line.stopped_on is None else line.refusal,
            owed=None if line.owed is None else OwedAnswer.of(line.owed),
        )


class StepAnswer(BaseModel):
    version: int
    verb: ClaimVerb
    done_by: str
    done_at: datetime
    reason: str | None


class ClaimFields(BaseModel):
    """What every answer says of a claim."""

    id: UUID
    kind: SubsidyKind = Field(description="What is claimed for")
    institution_id: UUID = Field(
        description="Who is paid: the institution; for an assessment the body, for a skill upgrade the person's key"
    )
    local_id: str
    class_id: UUID | None = Field(description="The class; null in a claim for an assessment or a skill upgrade")
    exam_id: UUID | None = Field(description="The exam session or conferral, in a claim for an assessment")
    region: str
    reporting_region: str
    fund_source: FundSource
    budget_year: int
    occupation: str
    level: AnsweredLevel
    award: AnsweredAward
    starts_on: date = Field(
        description="The day that determines amount and budget: the first of the class, or the first issue of the exam"
    )
    policy_row: str | None
    status: ClaimStatus
    submitted_on: date | None
    approved_on: date | None
    paid_on: date | None
    payment_reference: str | None
    account_id: UUID | None = Field(description="The account to which it was paid, or to which that failed last")
    supplements: UUID | None = Field(
        description="An earlier claim for the class; this one has those who became due later"
    )
    held_until: date | None = Field(
        description="The last day on which it holds subsidies, as long as it is not submitted"
    )
    second_review: bool = Field(description="Whether another person reviews it a second time")
    publicity_days: int = Field(description="Working days on which it is public before it is approved; 0: it is not")
    due_on: date | None = Field(description="The last day for the step that it waits for")
    payable_from: date | None = Field(description="The day before which a grant's instalment is not paid")
    handled_by: str | None = Field(description="The reviewer who has taken it in hand")
    published_on: date | None
    public_until: date | None = Field(description="The last day on which it is public")
    amount_fen: int
    kept_fen: int = Field(description="What is kept from its payment, because its payee owes it for other claims")
    recovered_fen: int
    version: int


class NamedClaim(ClaimFields):
    """A claim with what people call its institution and class; null where the registry has not told it."""

    institution_name: str | None
    class_local_id: str | None = Field(description="What the institution calls the class")


class ClaimRow(NamedClaim):
    """A claim in a list."""

    @classmethod
    def of_summary(cls, summary: ClaimSummary) -> ClaimRow:
        values = _values(summary.claim, summary.amount_fen, summary.recovered_fen)
        return cls.model_validate(values | summary.names._asdict())


class ClaimAnswer(ClaimFields):
    lines: list[LineAnswer]

    @classmethod
    def of(cls, claim: Claim) -> ClaimAnswer:
        return cls.model_validate(_whole(claim))


class HoldingFlagAnswer(BaseModel):
    """A flag that the claim waits for. Open, its county settles it; upheld, it is confirmed and the claim is not paid.

    Flags about single trainees are named by id and kind only; the registry shows them to the officers of the region.
    """

    id: UUID
    check: str
    kind: str
    about: FlagSubject
    region: str = Field(description="The county or city whose officers settle it")
    reporting_region: str
    status: HoldStatus
    cure_en: str
    cure_zh: str

    @classmethod
    def of(cls, flag: Flag, *, is_paid: bool) -> HoldingFlagAnswer:
        values = {name: getattr(flag, name) for name in cls.model_fields if not name.startswith("cure")}
        cure = flag.cure(is_paid=is_paid)
        return cls(**values, cure_en=cure.en, cure_zh=cure.zh)


class ClaimWithHistory(ClaimAnswer, NamedClaim):
    history: list[StepAnswer]
    held_by: list[HoldingFlagAnswer] = Field(description="The claim is neither approved nor paid while there are any")

    @classmethod
    def of_reading(cls, reading: ClaimReading) -> ClaimWithHistory:
        is_paid = reading.claim.status is ClaimStatus.PAID
        beside = {
            "history": [StepAnswer(**step._asdict()) for step in reading.steps],
            "held_by": [HoldingFlagAnswer.of(flag, is_paid=is_paid) for flag in reading.flags],
        }
        return cls.model_validate(_whole(reading.claim) | reading.names._asdict() | beside)


def _whole(claim: Claim) -> dict[str, object]:
    values = _values(claim, claim.amount_fen, claim.recovered_fen)
    return values | {"lines": [LineAnswer.of(line, claim.kind) for line in claim.lines]}


def _values(claim: Claim, amount: Fen, recovered: Fen) -> dict[str, object]:
    computed: dict[str, object] = {
        **claim.award.codes,
        **source_fields(claim.kind, claim.source_id),
        "budget_year": claim.account.year,
        "amount_fen": amount,
        "recovered_fen": recovered,
    }
    return {name: getattr(claim, name) for name in ClaimFields.model_fields if name not in computed} | computed
