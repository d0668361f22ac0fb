"""Facts of assessment: bodies and their scopes, exam sessions, results, certificates."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from msgspec import Struct

from shared.contracts.books import BookState
from shared.contracts.dimensions import (
    AmountFen,
    AwardCode,
    LevelRank,
    OccupationCode,
    ProgrammeCode,
    RegionCode,
    SanctionStep,
)
from shared.contracts.fact import Fact, Moment

TOPIC = "assessment"


class AssessmentFact(Fact):
    topic: ClassVar[str] = TOPIC


class ScopeItem(Struct, frozen=True, gc=False):
    """What a body may assess: one occupation at one level."""

    occupation: OccupationCode
    level: LevelRank | None
    award: AwardCode | None = None
    first_on: date | None = None
    """The first day on which it may; None in facts from before scopes had days: as long as the fact is the latest."""
    last_on: date | None = None


class BodyFiled(AssessmentFact):
    """An assessment body was filed, or its scope changed, its county moved, or it was closed or opened again.

    Subject: bodies/{body_id}.
    """

    type: ClassVar[str] = "assessment.body-filed.v1"

    body_id: UUID
    name: str
    kind: str
    credit_code: str
    region: RegionCode
    reporting_region: RegionCode
    scope: tuple[ScopeItem, ...]
    """What it may assess now or from a later day on."""
    closed_from: date | None = None
    """The first day on which it is closed; None while it is open."""
    succeeded_by: UUID | None = None
    """The body that has taken it over, and acts for what it held."""


class BodySanctionState(AssessmentFact):
    sanction_id: UUID
    body_id: UUID
    region: RegionCode
    reporting_region: RegionCode
    step: SanctionStep
    first_on: date
    last_on: date | None
    """The last day; before the first if it was lifted before it began, None until it is lifted."""
    stops: bool
    """Whether the body holds no exam meanwhile."""
    imposed_on: date


class BodySanctionImposed(BodySanctionState):
    """A step of the ladder was imposed on a body, or its lifting was taken back.

    Subject of both: body-sanctions/{sanction_id}.
    """

    type: ClassVar[str] = "assessment.body-sanction-imposed.v1"


class BodySanctionLifted(BodySanctionState):
    type: ClassVar[str] = "assessment.body-sanction-lifted.v1"


BODY_SANCTION_FACTS: Final = (BodySanctionImposed, BodySanctionLifted)
"""All facts about sanctions of bodies, for services that consume them."""


class SessionStatus(StrEnum):
    FILED = "filed"
    """An officer has not approved it; where the rules of its day ask for no approval, it goes on from here."""
    RETURNED = "returned"
    APPROVED = "approved"
    SEALED = "sealed"
    """The roster is closed. Results are recorded from the day of the exam on."""
    PUBLISHED = "published"
    """The results are public for some working days before they become final."""
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"


class DutyPlanned(Struct, frozen=True, gc=False):
    """Hours at which a person examines in a session, or supervises it."""

    person: UUID
    begins_at: Moment
    ends_at: Moment


class SessionState(AssessmentFact):
    session_id: UUID
    body_id: UUID
    class_id: UUID | None
    """None for most candidates, who did not train in a class of the programme (students, direct recognition)."""
    programme: ProgrammeCode
    region: RegionCode
    reporting_region: RegionCode
    occupation: OccupationCode
    level: LevelRank | None
    held_on: date
    status: SessionStatus
    award: AwardCode | None = None
    roster_digest: str | None = None
    """SHA-256 of the sealed roster, in hexadecimal; None until it is sealed."""
    public_until: date | None = None
    """The last day on which the results can be objected to before they become final."""
    duties: tuple[DutyPlanned, ...] = ()
    """Who examines when, in the order of time; empty for a cancelled session, and in facts from before they told it."""


class SessionFiled(SessionState):
    """Subject of all session facts: sessions/{session_id}."""

    type: ClassVar[str] = "assessment.session-filed.v1"


class SessionReturned(SessionState):
    """An officer sent it back to its body, to be filed again."""

    type: ClassVar[str] = "assessment.session-returned.v1"


class SessionRefiled(SessionState):
    """Its body corrected it and filed it again."""

    type: ClassVar[str] = "assessment.session-refiled.v1"


class SessionApproved(SessionState):
    type: ClassVar[str] = "assessment.session-approved.v1"


class SessionMoved(SessionState):
    """It has another day, place, rooms or examiners, and waits for an approval again."""

    type: ClassVar[str] = "assessment.session-moved.v1"


class SessionSealed(SessionState):
    """Its roster was closed."""

    type: ClassVar[str] = "assessment.session-sealed.v1"


class SessionPublished(SessionState):
    """Its results are public until a day, and become final afterwards."""

    type: ClassVar[str] = "assessment.session-published.v1"


class SessionWithheld(SessionState):
    """An officer took its publication back: the body corrects results and publishes them again."""

    type: ClassVar[str] = "assessment.session-withheld.v1"


class SessionConcluded(SessionState):
    """The results are final and certificates were issued."""

    type: ClassVar[str] = "assessment.session-concluded.v1"


class SessionCancelled(SessionState):
    type: ClassVar[str] = "assessment.session-cancelled.v1"


class SessionReinstated(SessionState):
    """Its cancellation was a mistake: it is filed again, with its roster."""

    type: ClassVar[str] = "assessment.session-reinstated.v1"


SESSION_FACTS: Final = (
    SessionFiled, SessionReturned, SessionRefiled, SessionApproved, SessionMoved, SessionSealed, SessionPublished,
    SessionWithheld, SessionConcluded, SessionCancelled, SessionReinstated,
)  # fmt: skip
"""All facts of a session. Versions have no gaps, so a consumer that needs one of them consumes all."""


class SessionFeeStated(AssessmentFact):
    """What candidates of a session are charged, as it was stated last, by its body or an officer.

    Subject: session-fees/{session_id}.
    """

    type: ClassVar[str] = "assessment.session-fee-stated.v1"

    session_id: UUID
    body_id: UUID
    region: RegionCode
    reporting_region: RegionCode
    fee_fen: AmountFen
    """What each candidate is charged; who is charged anything is not subsidised."""
    subsidised: bool
    """Whether the body means to claim the assessment subsidy for them."""


class ResultState(AssessmentFact):
    candidate_id: UUID
    session_id: UUID
    person: UUID
    programme: ProgrammeCode
    region: RegionCode
    reporting_region: RegionCode
    occupation: OccupationCode
    level: LevelRank | None
    passed: bool
    """Both parts at the pass mark or above. The marks themselves are not published."""
    effective_on: date
    award: AwardCode | None = None


class ResultRecorded(ResultState):
    """Subject of all result facts: candidates/{candidate_id}."""

    type: ClassVar[str] = "assessment.result-recorded.v1"


class ResultCorrected(ResultState):
    type: ClassVar[str] = "assessment.result-corrected.v1"


class CertificateStatus(StrEnum):
    VALID = "valid"
    REVOKED = "revoked"


class CertificateWay(StrEnum):
    """By which way the holder came to the certificate. Source: domain rules §3.1, §3.4, trap 7."""

    EXAM = "exam"
    PROCESS = "process"
    """Assessed over a course of study or work instead of on one day."""
    RECOGNITION = "recognition"
    """Recognised for a place in a contest."""
    APPOINTMENT = "appointment"
    """Appointed to a post for a term."""
    APPRENTICESHIP = "apprenticeship"
    """Designated by the employer at the end of an apprenticeship or probation."""


class CertificateState(AssessmentFact):
    certificate_id: UUID
    number: str
    person: UUID
    body_id: UUID
    session_id: UUID
    """The exam session; for every other way the conferral, which is no session."""
    class_id: UUID | None
    programme: ProgrammeCode
    region: RegionCode
    reporting_region: RegionCode
    occupation: OccupationCode
    level: LevelRank | None
    issued_on: date
    status: CertificateStatus
    plan_year: int | None = None
    """The year whose plan the programme belongs to: that of the class's first day, without a class that of the exam."""
    award: AwardCode | None = None
    way: CertificateWay = CertificateWay.EXAM
    is_young: bool | None = None
    """Whether the holder was young on the day of issue, by the rule of that day; None where that is not known."""


class CertificateIssued(CertificateState):
    """Subject of all certificate facts: certificates/{certificate_id}."""

    type: ClassVar[str] = "assessment.certificate-issued.v1"


class CertificateRevoked(CertificateState):
    type: ClassVar[str] = "assessment.certificate-revoked.v1"


class CertificateCorrected(CertificateState):
    """Its programme follows a correction of its holder's training in the class, or what it says was corrected."""

    type: ClassVar[str] = "assessment.certificate-corrected.v1"


class CertificateReinstated(CertificateState):
    """Its revocation was a mistake: it is valid again, and counts again from the day of its issue."""

    type: ClassVar[str] = "assessment.certificate-reinstated.v1"


CERTIFICATE_FACTS: Final = (CertificateIssued, CertificateRevoked, CertificateCorrected, CertificateReinstated)
"""All facts of a certificate. Versions have no gaps, so a consumer that needs one of them consumes all."""


class CertificateListingState(AssessmentFact):
    """Whether the national query network finds a certificate. Told first when it does not."""

    certificate_id: UUID
    person: UUID
    region: RegionCode
    reporting_region: RegionCode
    occupation: OccupationCode
    level: LevelRank | None
    award: AwardCode | None
    is_found: bool
    checked_on: date
    """The day of the network's answer."""


class CertificateNotFound(CertificateListingState):
    """The network does not find it: subsidies that rest on it wait.

    Subject of both: national-listings/{certificate_id}.
    """

    type: ClassVar[str] = "assessment.certificate-not-found.v1"


class CertificateFound(CertificateListingState):
    """The network finds it now."""

    type: ClassVar[str] = "assessment.certificate-found.v1"


LISTING_FACTS: Final = (CertificateNotFound, CertificateFound)


class CertificateBookTold(BookState):
    """The control totals of certificates changed.

    Subject: certificate-books/{programme}-{reporting_region}-{plan_year}.
    """

    topic: ClassVar[str] = TOPIC
    type: ClassVar[str] = "assessment.certificate-book-told.v1"
