"""Reports of the public: which numbers are masked, and what the reporter is told."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.flags.rules.flags import raise_
from services.registry.flags.rules.kinds import KINDS, FlagKind
from services.registry.public_reports.rules import (
    Misconduct,
    PublicReportState,
    ReportedKind,
    observation,
    state_of,
)
from shared.contracts.registry.flags import FlagStatus
from shared.kernel.masking import MASK, masked
from shared.public_requests import receipt_text
from tests.registry.builders import NOON


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("他叫张三，11010519491231002X，电话13912345678", f"他叫张三，{MASK}，电话{MASK}"),
        ("１３９ １２３４ ５６７８", MASK),
        ("139-1234-5678 / 0371-65901234", MASK),
        ("卡号 6222 0202 0001 1234 567", f"卡号 {MASK}"),
        ("一三九一二三四五六七八", MASK),
        ("1\u200b3\u200b9\u200b1\u200b2\u200b3\u200b4\u200b5\u200b6\u200b7\u200b8", MASK),
        ("2025-03-10 09:30 只到了 8 人", "2025-03-10 09:30 只到了 8 人"),
        ("2025年3月10日收费 1200 元", "2025年3月10日收费 1200 元"),
    ],
)
def test_numbers_are_masked_and_days_stay(written: str, kept: str) -> None:
    assert masked(written) == kept


@given(st.text(alphabet="0123456789０１２ -.年月日零一X张\u200b", max_size=60))
def test_no_long_number_is_left_and_masking_twice_changes_nothing(text: str) -> None:
    once = masked(text)

    assert re.search(r"[0-9]{9}", once) is None
    assert masked(once) == once


@given(st.binary(min_size=15, max_size=15))
def test_a_receipt_is_recognised_however_it_was_typed(content: bytes) -> None:
    receipt = content.hex().upper()

    assert receipt_text(" ".join(receipt.lower())) == receipt_text(f"{receipt[:4]}-{receipt[4:]}") == receipt


def test_the_reporter_is_told_where_it_stands() -> None:
    seen = observation(
        UUID(int=1), ReportedKind.CLASS, Misconduct.ATTENDANCE, region="410102", reporting_region="410100"
    )
    flag = raise_(seen, id_=UUID(int=2), due_on=None, at=NOON)

    states = [
        state_of(each)
        for each in (
            flag,
            replace(flag, assigned_to="inspector"),
            replace(flag, status=FlagStatus.UPHELD),
            replace(flag, status=FlagStatus.DISMISSED),
        )
    ]

    assert states == list(PublicReportState)


def test_a_report_is_confidential_and_holds_nothing() -> None:
    definition = KINDS[FlagKind.PUBLIC_REPORT]

    assert (definition.is_confidential, definition.holds) == (True, False)
