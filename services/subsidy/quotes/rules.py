"""What a quote assumes, and what it tells beside the lines, which are decided by the rules of claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final, NamedTuple

from services.subsidy.claims.rules.held import HeldSubsidy, own_subsidy
from services.subsidy.claims.rules.lines import Line, Standing, lines_of
from services.subsidy.claims.rules.sources import Entry, Source
from services.subsidy.trainings.rules import Outcome, Trainee
from shared.kernel.refusals import Invalid

_MAY_COMPLETE: Final = frozenset({Outcome.IN_TRAINING, Outcome.DEFERRED})


class QuoteUnspecific(Invalid):
    slug = "quote-unspecific"
    title_en = "A quote is for a class, an exam or a certificate, or for a person and a training."
    title_zh = "测算须针对一个班级、一次评价或一本证书，或针对一名人员及一项培训。"
    cure_en = (
        "Send class_id, exam_id or certificate_id, with or without a person; or a person with occupation, award, "
        "region and starts_on."
    )
    cure_zh = (
        "请填写 class_id、exam_id 或 certificate_id（可另填人员），或填写人员及 occupation、award、region、starts_on。"
    )


class QuotedLine(NamedTuple):
    """What a claim would pay for one line, and how many of the year's subsidies of the kind the person has used."""

    line: Line
    used_in_year: int
    held: Sequence[HeldSubsidy]
    """What the person holds in the occupation: what was paid for it, and when."""


def assumed(trainees: Sequence[Trainee]) -> list[Trainee]:
    """The trainees as they will be if everybody completes who still may."""
    return [replace(each, outcome=Outcome.COMPLETED) if each.outcome in _MAY_COMPLETE else each for each in trainees]


def showing_award(source: Source, entries: Sequence[Entry], *, today: date) -> list[Entry]:
    """The entries as if each showed the award: on the day that is known, or else as soon as it can."""
    soonest = max(source.starts_on, today)
    return [replace(each, evidenced_on=each.evidenced_on or soonest) for each in entries]


def quoted(source: Source, entries: Sequence[Entry], standing: Standing, *, claimed_on: date) -> list[QuotedLine]:
    """The lines of a claim made on `claimed_on`, by the very function that builds them, with counters."""
    lines = lines_of(source, entries, standing, claimed_on=claimed_on)
    return [_counted(line, standing.held.get(line.person, ()), source) for line in lines]


def _counted(line: Line, held: Sequence[HeldSubsidy], source: Source) -> QuotedLine:
    own = own_subsidy(source.kind, source.occupation, source.award, source.starts_on)
    in_occupation = [each for each in held if each.occupation == source.occupation]
    return QuotedLine(line, sum(each.shares_year(own) for each in held), in_occupation)
