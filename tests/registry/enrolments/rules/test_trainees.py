"""What is said of trainees at entry: names, phones, ages, papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.enrolments.rules import ages, trainees
from services.registry.enrolments.rules.ages import AgeOutOfRange
from services.registry.enrolments.rules.trainees import (
    DatedAhead,
    DatedTooEarly,
    EntryParticulars,
    GroupEvidence,
    PlaceholderEvidence,
    PriorityGroup,
    TraineeIncomplete,
)
from services.registry.particulars.rules import NO_WORDS, PlaceholderName, PlaceholderPhone, name_fault, phone_fault
from shared.contracts.registry.enrolments import EmploymentState
from shared.kernel.identity import DocumentKind, IdentityDocument
from shared.kernel.names import DamagedName, NameHasSuffix
from tests.registry.builders import policy, training_class
from tests.support.people import identity_number

DAY = date(2025, 3, 1)
POLICY = policy(DAY)
TODAY = date(2025, 3, 10)

chinese = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)


class TestName:
    @pytest.mark.parametrize(
        "name",
        [
            "N/A", "n/a", "NA", "None", "null", "无", "暂无", "测试", "测试1", "test", "Test 2", "TEST", "xxx", "XX",
            "x", "ＸＸＸ", "123", "１２３", "---", "。", "?", "***", "张张张", "某某", "aaaa", "姓名", "无 名", "未知",
            "同上", "如上", "略",
        ],
    )  # fmt: skip
    def test_that_nobody_bears_is_refused(self, name: str) -> None:
        assert isinstance(name_fault(name), PlaceholderName)

    @pytest.mark.parametrize(
        "name", ["王小明", "欧阳修竹", "丁丁", "买买提·艾力", "Nan Li", "李无", "陈测试", "𠮷田", "阿卜杜热合曼", "Xi"]
    )
    def test_that_somebody_may_bear_is_taken(self, name: str) -> None:
        assert name_fault(name) is None

    @pytest.mark.parametrize(
        "name",
        [
            "张?三", "张？三", "张□", "张\ufffd三", "张\ue000三", "张\U000f0000", "张*", "李○", "何示例\n郑示例",
            "何\t示例", "何\x1f示例", "何\u200b示例", "何示例\u202e", "\ufeff何示例", "何\u00ad示例", "何\u2028示例",
        ],
    )  # fmt: skip
    def test_that_lost_a_character_is_refused_with_the_cure(self, name: str) -> None:
        assert isinstance(name_fault(name), DamagedName)

    @pytest.mark.parametrize(
        "name", ["张三1", "张三２", "张三(大)", "张三（小）", "张三①", "张三【二班】", "Li Lei 2", "张[三]"]
    )
    def test_with_something_beside_it_is_refused(self, name: str) -> None:
        assert isinstance(name_fault(name), NameHasSuffix)

    @pytest.mark.parametrize("name", ["\ue863", "赵\ue863", "李〇", "Nan Li-Wei", "O’Hara"])
    def test_in_known_private_codes_or_with_rare_characters_is_taken(self, name: str) -> None:
        assert name_fault(name) is None

    @given(st.lists(chinese, min_size=2, max_size=4, unique=True).map("".join))
    def test_of_different_characters_is_taken_unless_it_means_none(self, name: str) -> None:
        if name not in NO_WORDS:
            assert name_fault(name) is None


class TestPhone:
    @pytest.mark.parametrize(
        "phone", ["11111111111", "12345678901", "12345678910", "13800000000", "13812345678", "13987654321"]
    )
    def test_that_was_filled_in_is_refused(self, phone: str) -> None:
        assert isinstance(phone_fault(phone), PlaceholderPhone)

    @pytest.mark.parametrize("phone", ["13800138000", "13912345670", "18888888880", "19911112222", None])
    def test_that_may_be_somebodys_is_taken(self, phone: str | None) -> None:
        assert phone_fault(phone) is None


def allowed(born: date, said: EntryParticulars = trainees.NO_PARTICULARS, **changes: object) -> bool:
    class_ = training_class(starts_on=DAY, **changes)
    return ages.age_fault(born, said, class_=class_, policy=POLICY) is None


class TestAge:
    def test_is_that_of_the_first_day(self) -> None:
        assert [allowed(born) for born in (date(2009, 3, 2), date(2009, 3, 1))] == [False, True]
        assert [allowed(born) for born in (date(1965, 3, 1), date(1965, 3, 2))] == [False, True]

    def test_above_the_limit_needs_the_word_that_no_pension_is_drawn(self) -> None:
        born = date(1962, 1, 1)

        assert [allowed(born, EntryParticulars(draws_pension=said)) for said in (None, True, False)] == [
            False,
            False,
            True,
        ]

    def test_has_no_upper_limit_without_a_subsidy(self) -> None:
        assert allowed(date(1940, 1, 1), fund_source=None)
        assert not allowed(date(2010, 1, 1), fund_source=None)

    def test_is_not_asked_of_who_does_not_show_it(self) -> None:
        assert ages.age_fault(None, trainees.NO_PARTICULARS, class_=training_class(), policy=POLICY) is None

    @given(st.dates(date(1930, 1, 1), date(2024, 12, 31)))
    def test_decides_by_whole_years(self, born: date) -> None:
        years = DAY.year - born.year - ((DAY.month, DAY.day) < (born.month, born.day))

        assert allowed(born) == (POLICY.trainee_age_min <= years <= POLICY.trainee_age_max)

    def test_is_read_in_the_number_of_a_document(self) -> None:
        numbers = [identity_number(born, 1) for born in (date(1950, 1, 1), date(1990, 1, 1))]
        old, young = (IdentityDocument(DocumentKind.RESIDENT_ID, number).birth_date for number in numbers)
        assert old is not None
        assert young is not None

        assert (allowed(old), allowed(young)) == (False, True)

    def test_is_not_told(self) -> None:
        fault = ages.age_fault(date(1950, 1, 1), trainees.NO_PARTICULARS, class_=training_class(), policy=POLICY)

        assert isinstance(fault, AgeOutOfRange)
        assert fault.facts == {"age_min": 16, "age_max": 59, "on": "2025-03-01"}
        assert fault.check == "C01"


def group(dated_on: date, evidence: str = "退役军人证") -> GroupEvidence:
    return GroupEvidence(PriorityGroup.VETERAN, evidence, dated_on)


def faults(said: EntryParticulars, born: date | None = date(1990, 3, 7)) -> list[tuple[str, str | None]]:
    found = trainees.paper_faults(said, born, first_on=POLICY.trainee_paper_first_on, today=TODAY)
    return [(fault.slug, fault.pointer) for fault in found]


class TestPapers:
    def test_of_tomorrow_are_refused_and_each_is_pointed_to(self) -> None:
        tomorrow = TODAY + timedelta(days=1)
        said = EntryParticulars(groups=(group(tomorrow), group(TODAY), group(tomorrow)), consented_on=tomorrow)

        assert faults(said) == [
            (DatedAhead.slug, "/groups/0/dated_on"),
            (DatedAhead.slug, "/groups/2/dated_on"),
            (DatedAhead.slug, "/consent/on"),
        ]

    def test_of_before_the_figure_of_policy_are_refused(self) -> None:
        first_on = POLICY.trainee_paper_first_on
        before = first_on - timedelta(days=1)

        assert faults(EntryParticulars(groups=(group(first_on),), consented_on=first_on), None) == []
        assert faults(EntryParticulars(groups=(group(before),), consented_on=before), None) == [
            (DatedTooEarly.slug, "/groups/0/dated_on"),
            (DatedTooEarly.slug, "/consent/on"),
        ]

    def test_of_before_the_birth_are_refused_and_the_birth_is_not_told(self) -> None:
        born = date(2008, 5, 1)
        said = EntryParticulars(consented_on=born - timedelta(days=1))

        (fault,) = trainees.paper_faults(said, born, first_on=POLICY.trainee_paper_first_on, today=TODAY)

        assert isinstance(fault, DatedTooEarly)
        assert fault.facts == {"first_on": "1950-01-01"}
        assert faults(EntryParticulars(consented_on=born), born) == faults(said, None) == []

    @pytest.mark.parametrize("evidence", ["N/A", "无", "同上", "-", "略", "证", "xxx", "000", "见上", "none"])
    def test_that_are_none_are_refused(self, evidence: str) -> None:
        assert faults(EntryParticulars(groups=(group(TODAY, evidence),))) == [
            (PlaceholderEvidence.slug, "/groups/0/evidence")
        ]

    @pytest.mark.parametrize("evidence", ["残疾人证 41010219900307001042", "20250012", "优待证"])
    def test_that_name_something_are_taken(self, evidence: str) -> None:
        assert faults(EntryParticulars(groups=(group(TODAY, evidence),))) == []

    def test_the_latest_is_what_a_claim_will_look_at(self) -> None:
        days = [date(2025, 1, 3), date(2025, 2, 1), date(2024, 5, 5)]

        assert EntryParticulars(groups=tuple(group(day) for day in days)).evidence_on == date(2025, 2, 1)
        assert EntryParticulars().evidence_on is None


class TestCompleteness:
    STRICT = policy(DAY, trainee_particulars_required=True)
    ASKED: ClassVar[dict[str, Any]] = {"kind": DocumentKind.RESIDENT_ID, "class_": training_class()}

    def fault(
        self,
        phone: str | None,
        said: EntryParticulars,
        *,
        kind: DocumentKind = DocumentKind.RESIDENT_ID,
        **changes: object,
    ) -> TraineeIncomplete | None:
        class_ = training_class(**changes)
        return trainees.missing_fault(phone, said, kind=kind, class_=class_, policy=self.STRICT)

    def test_is_asked_of_subsidised_classes_where_policy_says_so(self) -> None:
        fault = trainees.missing_fault(
            None, EntryParticulars(), kind=DocumentKind.RESIDENT_ID, class_=training_class(), policy=self.STRICT
        )

        assert isinstance(fault, TraineeIncomplete)
        assert fault.facts == {"missing": ["phone", "employment", "consent"]}
        lenient = trainees.missing_fault(
            None, EntryParticulars(), kind=DocumentKind.RESIDENT_ID, class_=training_class(), policy=POLICY
        )
        assert lenient is None
        own = training_class(fund_source=None)
        assert (
            trainees.missing_fault(
                None, EntryParticulars(), kind=DocumentKind.RESIDENT_ID, class_=own, policy=self.STRICT
            )
            is None
        )

    def test_is_given_by_phone_employment_and_consent(self) -> None:
        said = EntryParticulars(employment=EmploymentState.UNEMPLOYED, consented_on=DAY)

        assert (
            trainees.missing_fault(
                "13800138000", said, kind=DocumentKind.RESIDENT_ID, class_=training_class(), policy=self.STRICT
            )
            is None
        )

    def test_is_asked_from_2026_on(self) -> None:
        assert policy(date(2026, 1, 1)).trainee_particulars_required
        assert not policy(date(2025, 12, 31)).trainee_particulars_required

    @pytest.mark.parametrize("kind", DocumentKind)
    def test_asks_for_the_birth_date_where_the_document_shows_none(self, kind: DocumentKind) -> None:
        said = EntryParticulars(employment=EmploymentState.UNEMPLOYED, consented_on=DAY)

        fault = self.fault("13800138000", said, kind=kind)

        if kind is not DocumentKind.FOREIGN_PERMANENT_RESIDENT:
            assert fault is None
            return
        assert fault is not None
        assert (fault.pointer, fault.facts) == ("/birth_date", {"missing": ["birth_date"]})
        assert self.fault("13800138000", replace(said, birth_date=DAY), kind=kind) is None
