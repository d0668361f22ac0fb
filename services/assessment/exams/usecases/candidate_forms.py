"""The forms of candidates, the same for JSON and spreadsheets."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, TypeAdapter

from services.assessment.exams.rules.eligibility import EvidenceKind, HeldCertificate, HeldPaper
from services.assessment.exams.usecases.admission import Stated
from services.assessment.exams.usecases.candidates import CandidateRow
from shared.forms import ENCRYPTED, PLAIN, Day, LocalId, PersonName, Strict
from shared.kernel.awards import award_named
from shared.kernel.identity import DocumentKind
from shared.persons import Particulars


class PresentedCertificateForm(Strict):
    """A certificate of the same or a related occupation that the candidate has shown you."""

    level: Annotated[str, Field(max_length=8, examples=["L4"], description="The level of the certificate"), PLAIN]
    occupation: Annotated[
        str | None,
        Field(
            max_length=10, pattern=r"^\d-\d{2}-\d{2}-\d{2}$", description="A related one; default: that of the session"
        ),
    ] = None
    number: Annotated[str, Field(min_length=8, max_length=32, pattern=r"^[A-Z0-9]+$"), ENCRYPTED]
    issued_on: Day

    def certificate(self) -> HeldCertificate:
        award = award_named(award=None, level=self.level)
        return HeldCertificate(award, self.issued_on, self.number, False, self.occupation)


class PaperForm(Strict):
    """A diploma or title that the candidate has shown you. Without `issued_on`: a student in the final year."""

    kind: EvidenceKind
    issued_on: Day | None = None


class CandidateRowRequest(Strict):
    """One candidate. Spacing in the number is ignored; it is encrypted on arrival and only shown masked.

    The evidence is what the routes of the standard ask for (`GET /standards`). Certificates that were issued here count
    without being named.
    """

    local_id: LocalId
    document_kind: DocumentKind = DocumentKind.RESIDENT_ID
    document_number: Annotated[str, Field(max_length=64), ENCRYPTED]
    name: PersonName
    years_of_work: Annotated[
        int | None, Field(ge=0, le=80, description="In this or a related occupation, all in all")
    ] = None
    certificates: Annotated[tuple[PresentedCertificateForm, ...], Field(max_length=10)] = ()
    papers: Annotated[tuple[PaperForm, ...], Field(max_length=10)] = ()

    def row(self, place: int) -> CandidateRow:
        """Raises UnknownAward of a level that there is not."""
        particulars = Particulars(self.document_kind, self.document_number, self.name)
        return CandidateRow(place, self.local_id, particulars, self._stated())

    def _stated(self) -> Stated:
        return Stated(
            self.years_of_work,
            tuple(each.certificate() for each in self.certificates),
            tuple(HeldPaper(each.kind, each.issued_on) for each in self.papers),
        )


class FileRowRequest(CandidateRowRequest):
    """A row of a file, which names its session."""

    session_local_id: LocalId


CANDIDATE_ROW: Final = TypeAdapter(CandidateRowRequest)
FILE_ROW: Final = TypeAdapter(FileRowRequest)
