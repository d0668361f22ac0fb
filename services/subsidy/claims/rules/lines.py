"""A claim's lines: one per trainee, certificate or instalment, by their ids, with an amount or the check that refused
it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from services.subsidy.claims.rules import grounds
from services.subsidy.claims.rules.checks import Check, LineFacts, judge
from services.subsidy.claims.rules.held import HeldSubsidy, own_subsidy
from services.subsidy.claims.rules.sources import Entry, Source
from services.subsidy.limits.rules import Terms
from shared.dated_rules.rules import Grounds
from shared.kernel.money import Fen

NOTHING: Final = Fen(0)


@dataclass(frozen=True, slots=True)
class Line:
    line: int
    """1, 2, 3 … within the claim; it never changes."""
    source_id: UUID
    """What it was built from: the enrolment, or the certificate."""
    person: UUID
    programme: str
    trained_on: date
    """The day of the training's outcome, or of the certificate's issue."""
    amount_fen: Fen
    """0 for a refused line."""
    refusal: Check | None
    recovered_on: date | None = None
    grounds: Mapping[str, Any] | None = field(default=None, compare=False)
    """What the amount or the refusal was decided by, as `grounds.of` makes it; None for lines from before that."""

    stopped_on: date | None = None
    """When what it rests on fell away after the approval; `refusal` says why."""
    stopped_fen: Fen = NOTHING
    """The amount that had been approved."""
    recovered_part_fen: Fen | None = None
    """How much of a recovered line came back, if it is not the whole."""
    written_off_fen: Fen = NOTHING
    """How much of a paid line was given up."""
    dismissed_for: Check | None = None
    """The check for which officers decided that the paid line is not owed; it opens no case again."""
    owed: Mapping[str, Any] | None = None
    """Why and since when a paid line is owed back, as `aftermath.case` makes it; None if it is not."""

    @property
    def is_payable(self) -> bool:
        return self.refusal is None

    @property
    def decided(self) -> tuple[Fen, Check | None]:
        """Its amount and refusal as they were decided, whatever stopped it since."""
        return (self.amount_fen, self.refusal) if self.stopped_on is None else (self.stopped_fen, None)

    @property
    def outstanding_fen(self) -> Fen:
        """What was paid and neither came back nor was given up."""
        return Fen(self.amount_fen - self.recovered_fen - self.written_off_fen)

    @property
    def recovered_fen(self) -> Fen:
        """The amount in fen that was recovered."""
        if self.recovered_on is None:
            return NOTHING
        return self.amount_fen if self.recovered_part_fen is None else self.recovered_part_fen


def stopped(line: Line, check: Check, *, on: date) -> Line:
    """An approved line that pays nothing any more, because it does not pass `check`."""
    return replace(line, amount_fen=NOTHING, refusal=check, stopped_on=on, stopped_fen=line.amount_fen, owed=None)


@dataclass(frozen=True)
class Standing:
    """The other subsidies of the persons for whom is claimed, and the rate for all of them.

    `flagged` are the entries about which a flag was upheld, `objected` those with an upheld objection.
    """

    held: Mapping[UUID, Sequence[HeldSubsidy]]
    rate: Fen | None
    terms: Terms
    grounds: Grounds
    """The rows that amount and terms come from."""
    decided_at: datetime
    flagged: Collection[UUID] = ()
    objected: Collection[UUID] = ()


def lines_of(source: Source, entries: Sequence[Entry], standing: Standing, *, claimed_on: date) -> tuple[Line, ...]:
    """The lines of `entries` in a claim made on `claimed_on`.

    A person who is in it twice is paid once: the first line holds the subsidy.
    """
    lines: list[Line] = []
    held = {person: tuple(each) for person, each in standing.held.items()}
    own = own_subsidy(source.kind, source.occupation, source.award, source.starts_on)
    for number, entry in enumerate(sorted(entries, key=lambda each: each.id), 1):
        facts = LineFacts(
            outcome=entry.outcome,
            flagged=entry.id in standing.flagged,
            objected=entry.id in standing.objected,
            occupation=source.occupation,
            award=source.award,
            starts_on=source.starts_on,
            evidenced_on=entry.evidenced_on,
            claimed_on=claimed_on,
            held=held.get(entry.person, ()),
            rate=standing.rate,
            terms=standing.terms,
            share=source.share_fen,
            kind=source.kind,
            way=entry.way,
            fee=source.fee_fen,
            units=entry.units,
            entitled=entry.entitled,
            insured_months=entry.insured_months,
            spent=source.spent_fen,
            advanced=entry.advanced_fen,
            granted=entry.granted_fen,
            cancelled=entry.cancelled,
        )
        verdict = judge(facts)
        if isinstance(verdict, Check):
            amount, refusal = Fen(0), verdict
        else:
            amount, refusal = verdict, None
            held[entry.person] = (*held.get(entry.person, ()), own)
        lines.append(
            Line(
                line=number,
                source_id=entry.id,
                person=entry.person,
                programme=entry.programme,
                trained_on=entry.on,
                amount_fen=amount,
                refusal=refusal,
                grounds=grounds.of(facts, standing.grounds, decided_at=standing.decided_at),
            )
        )
    return tuple(lines)


def with_current_entries(
    lines: Sequence[Line], entries: Sequence[Entry], *, holders: Collection[UUID], kept: Collection[UUID] = ()
) -> tuple[Line, ...]:
    """`lines` with the current person and programme of what they were built from. Amounts are unchanged.

    A payable line keeps its person if the new person already holds the subsidy, as one of `holders` or by another
    line: a subsidy has one holder, and a double payment must stay visible. So do those of the entries `kept`.
    """
    known = {entry.id: entry for entry in entries}
    holding = {line.person for line in lines if line.is_payable}
    found: list[Line] = []
    for line in lines:
        entry = known.get(line.source_id)
        if entry is not None:
            taken = entry.person in holding or entry.person in holders
            stays = line.is_payable and (taken or line.source_id in kept)
            person = line.person if stays else entry.person
            if line.is_payable:
                holding = holding - {line.person} | {person}
            line = replace(line, person=person, programme=entry.programme)  # noqa: PLW2901
        found.append(line)
    return tuple(found)
