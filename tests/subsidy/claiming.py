"""Claims brought to a state by the rules alone (Li submits, Wang approves, Zhao pays), and what decides their lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from services.subsidy.claims.rules import claims as rules
from services.subsidy.claims.rules.checks import Check
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.held import HeldSubsidy
from services.subsidy.claims.rules.lines import Line
from services.subsidy.claims.rules.sources import Entry
from services.subsidy.payments import rules as payments
from services.subsidy.review import rules as review
from services.subsidy.trainings.rules import Outcome
from shared.contracts.subsidy import SubsidyKind
from shared.kernel.awards import Award
from shared.kernel.periods import business_day
from tests.subsidy.builders import CAREGIVER, claim, line

AT = datetime(2025, 6, 1, 8, tzinfo=UTC)
DAY = business_day(AT)

STARTS_ON = date(2025, 3, 1)
WELDER = "6-18-02-04"
DAYS = st.dates(date(2024, 6, 1), date(2027, 1, 1))
HELD = st.builds(
    HeldSubsidy,
    st.sampled_from([CAREGIVER, WELDER]),
    st.sampled_from(Award),
    st.sampled_from([2024, 2025, 2026]),
    kind=st.sampled_from([SubsidyKind.TRAINING, SubsidyKind.ASSESSMENT]),
)


def refused(number: int) -> Line:
    return line(number, 0, refusal=Check.NO_CERTIFICATE)


def submitted(*lines: Line) -> Claim:
    return rules.submit(claim(*lines), by="li", at=AT)[0]


def approved(*lines: Line) -> Claim:
    before = submitted(*lines)
    return review.approve(before, as_of_now=before.lines, flags=(), prepared_by=["li"], by="wang", at=AT)[0]


def paid(*lines: Line) -> Claim:
    return payments.pay(approved(*lines), paid_on=DAY, reference="T-1", flags=(), prepared_by=["li"], by="zhao", at=AT)[
        0
    ]


def training_of(each: Line, **changes: Any) -> Entry:
    known = Entry(
        id=each.source_id,
        person=each.person,
        programme=each.programme,
        on=each.trained_on,
        outcome=Outcome.COMPLETED,
    )
    return replace(known, **changes)
