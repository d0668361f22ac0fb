"""Routes of eligibility, as rules over the caregivers' standard."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.exams.rules.eligibility import (
    CertificateDiffers,
    Evidence,
    EvidenceKind,
    HeldCertificate,
    HeldPaper,
    NotEligible,
    RecordedCertificate,
    admit,
    require_consistent,
    require_genuine,
    years_between,
)
from services.assessment.standards.rules import Exam
from services.assessment.standards.usecases import read
from shared.contracts.assessment import CertificateStatus
from shared.kernel.awards import Award
from shared.kernel.ids import new_id

CAREGIVERS = read(Path(__file__).parents[4] / "deploy/plans/henan-2025/standards/4-10-01-05-2023.toml")
DAY = date(2026, 3, 10)


def exam(award: Award) -> Exam:
    level = CAREGIVERS.level(award)
    assert level is not None
    return Exam(CAREGIVERS, level)


def held(award: Award, issued_on: date) -> tuple[HeldCertificate, ...]:
    return (HeldCertificate(award, issued_on, "OLD-1", False),)


def paper(kind: EvidenceKind, issued_on: date | None = None) -> tuple[HeldPaper, ...]:
    return (HeldPaper(kind, issued_on),)


L2, L3, L4, L5 = Award.JUNIOR_WORKER, Award.INTERMEDIATE_WORKER, Award.SENIOR_WORKER, Award.TECHNICIAN
ADMITTED: list[tuple[Award, Evidence, str]] = [
    (L2, Evidence(age=16), "E2-1"),
    (L3, Evidence(years_of_work=5), "E3-1"),
    (L3, Evidence(years_of_work=3, certificates=held(L2, date(2023, 3, 10))), "E3-2"),
    (L3, Evidence(papers=paper(EvidenceKind.SECONDARY_VOCATIONAL)), "E3-3"),
    (L3, Evidence(papers=paper(EvidenceKind.COLLEGE)), "E3-3"),
    (L4, Evidence(years_of_work=10), "E4-1"),
    (L4, Evidence(years_of_work=4, certificates=held(L3, date(2022, 3, 10))), "E4-2"),
    (L4, Evidence(papers=paper(EvidenceKind.TITLE_JUNIOR, date(2025, 3, 10))), "E4-3"),
    (L4, Evidence(papers=paper(EvidenceKind.TECHNICIAN_COLLEGE)), "E4-4"),
    (L4, Evidence(papers=paper(EvidenceKind.COLLEGE), certificates=held(L3, DAY)), "E4-5"),
    (L4, Evidence(papers=paper(EvidenceKind.COLLEGE_REVIEWED)), "E4-6"),
    (L5, Evidence(years_of_work=5, certificates=held(L4, date(2021, 3, 10))), "E5-1"),
    (L5, Evidence(papers=paper(EvidenceKind.TITLE_JUNIOR, date(2021, 3, 10)), certificates=held(L4, date(2025, 3, 10))),
     "E5-2"),
    (L5, Evidence(papers=paper(EvidenceKind.TITLE_INTERMEDIATE, date(2025, 3, 10))), "E5-3"),
    (Award.SENIOR_TECHNICIAN, Evidence(years_of_work=5, certificates=held(L5, date(2021, 3, 10))), "E6-1"),
]  # fmt: skip
REFUSED: list[tuple[Award, Evidence, str, list[str]]] = [
    (L2, Evidence(age=15), "E2-1", ["age 16"]),
    (L2, Evidence(), "E2-1", ["age 16"]),
    (L3, Evidence(years_of_work=4), "E3-1", ["5 years of work (1 missing)"]),
    (L4, Evidence(years_of_work=4, certificates=held(L3, date(2022, 3, 11))), "E4-2", ["4 years since L3 (1 missing)"]),
    (L4, Evidence(years_of_work=4, certificates=held(L3, date(2026, 3, 11))), "E4-1", ["10 years of work (6 missing)"]),
    (L5, Evidence(papers=paper(EvidenceKind.TITLE_JUNIOR, date(2021, 3, 10)), certificates=held(L4, date(2025, 3, 11))),
     "E5-2", ["1 years since L4 (1 missing)"]),
]  # fmt: skip


@pytest.mark.parametrize(("award", "evidence", "route"), ADMITTED)
def test_each_route_admits_whom_it_says(award: Award, evidence: Evidence, route: str) -> None:
    admission = admit(exam(award), evidence, day=DAY)

    assert (admission.route, admission.standard) == (route, "standard:4-10-01-05/2023@1")


@pytest.mark.parametrize(("award", "evidence", "route", "lacking"), REFUSED)
def test_the_nearest_route_says_what_it_lacks(award: Award, evidence: Evidence, route: str, lacking: list[str]) -> None:
    with pytest.raises(NotEligible) as refused:
        admit(exam(award), evidence, day=DAY)

    assert (refused.value.facts["route"], refused.value.facts["lacking"]) == (route, lacking)


@given(years=st.integers(0, 40), more=st.integers(0, 40), award=st.sampled_from([L3, L4]))
def test_more_years_of_work_never_close_the_door(years: int, more: int, award: Award) -> None:
    def is_admitted(worked: int) -> bool:
        try:
            return bool(admit(exam(award), Evidence(years_of_work=worked), day=DAY))
        except NotEligible:
            return False

    assert is_admitted(years) <= is_admitted(years + more)


@given(first=st.dates(date(1950, 1, 1), DAY), years=st.integers(0, 60))
def test_years_are_whole_ones(first: date, years: int) -> None:
    counted = years_between(first, DAY)

    assert first.year + counted <= DAY.year
    assert (counted >= years) == ((first.year + years, first.month, first.day) <= (DAY.year, DAY.month, DAY.day))


def test_year_and_level_inside_a_number_of_22_characters_have_to_agree() -> None:
    good = HeldCertificate(L4, date(2020, 5, 1), "S000041000123203000001", False)

    require_consistent(good, place=0)
    for wrong in (good._replace(award=L3), good._replace(issued_on=date(2021, 5, 1))):
        with pytest.raises(CertificateDiffers):
            require_consistent(wrong, place=0)
    require_consistent(good._replace(number="2020410112300001", award=L3), place=0)


class TestGenuine:
    """C12: a certificate that is on record here fits the record, its holder and its state."""

    NUMBER = "S000041000123203000001"
    RECORD = RecordedCertificate(new_id(), NUMBER, L4, date(2020, 5, 1), CertificateStatus.VALID, "4-10-01-05")
    SHOWN = HeldCertificate(L4, date(2020, 5, 1), NUMBER, False)

    def test_one_that_fits_its_record_and_one_without_a_record_are_taken(self) -> None:
        require_genuine(self.SHOWN, self.RECORD, is_theirs=True, place=0)
        require_genuine(self.SHOWN._replace(occupation="4-10-01-05"), self.RECORD, is_theirs=True, place=0)
        require_genuine(self.SHOWN, None, is_theirs=False, place=0)

    @pytest.mark.parametrize(
        ("changes", "record", "is_theirs"),
        [
            pytest.param({}, {}, False, id="of another person"),
            pytest.param({}, {"status": CertificateStatus.REVOKED}, True, id="revoked"),
            pytest.param({"issued_on": date(2020, 5, 2)}, {}, True, id="another day of the year in the number"),
            pytest.param({}, {"award": L3}, True, id="another level on record"),
            pytest.param({"occupation": "4-10-01-02"}, {}, True, id="of another occupation"),
        ],
    )
    def test_what_differs_is_refused(
        self, changes: dict[str, object], record: dict[str, object], is_theirs: bool
    ) -> None:
        shown = self.SHOWN._replace(**changes)  # type: ignore[arg-type]
        recorded = self.RECORD._replace(**record)  # type: ignore[arg-type]

        with pytest.raises(CertificateDiffers) as refused:
            require_genuine(shown, recorded, is_theirs=is_theirs, place=2)

        assert (refused.value.check, refused.value.pointer) == ("C12", "/certificates/2/number")

    def test_one_that_contradicts_its_number_is_refused_without_a_record(self) -> None:
        with pytest.raises(CertificateDiffers):
            require_genuine(self.SHOWN._replace(issued_on=date(2021, 5, 1)), None, is_theirs=False, place=0)
