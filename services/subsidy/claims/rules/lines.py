"""A claim's lines: one per trainee, ordered by enrolment, each with an amount or the check that refused it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from services.subsidy.claims.rules import grounds
from services.subsidy.claims.rules.checks import Check, HeldSubsidy, LineFacts, judge
from services.subsidy.limits.rules import Terms
from services.subsidy.trainings.rules import Trainee, TrainingClass
from shared.dated_rules.rules import Grounds
from shared.kernel.money import Fen

NOTHING: Final = Fen(0)


@dataclass(frozen=True, slots=True)
class Line:
    line: int
    """1, 2, 3 … within the claim; it never changes."""
    enrolment_id: UUID
    person: UUID
    programme: str
    trained_on: date
    """The day of the training's outcome."""
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
class ClassStanding:
    """The evidence and other subsidies of a class's trainees, by person, and the rate for all of them.

    `flagged` are the enrolments about which a flag was upheld, `objected` those with an upheld objection.
    """

    evidenced_on: Mapping[UUID, date]
    held: Mapping[UUID, Sequence[HeldSubsidy]]
    rate: Fen | None
    terms: Terms
    grounds: Grounds
    """The rows that amount and terms come from."""
    decided_at: datetime
    flagged: Collection[UUID] = ()
    objected: Collection[UUID] = ()


def lines_of(
    class_: TrainingClass, trainees: Sequence[Trainee], standing: ClassStanding, *, claimed_on: date
) -> tuple[Line, ...]:
    """The lines of `trainees` in a claim made on `claimed_on`.

    A person who is in the class twice is paid once: the first line holds the subsidy.
    """
    lines: list[Line] = []
    held = {person: tuple(each) for person, each in standing.held.items()}
    for number, trainee in enumerate(sorted(trainees, key=lambda each: each.enrolment_id), 1):
        facts = LineFacts(
            outcome=trainee.outcome,
            flagged=trainee.enrolment_id in standing.flagged,
            objected=trainee.enrolment_id in standing.objected,
            occupation=class_.occupation,
            award=class_.award,
            starts_on=class_.starts_on,
            evidenced_on=standing.evidenced_on.get(trainee.person),
            claimed_on=claimed_on,
            held=held.get(trainee.person, ()),
            rate=standing.rate,
            terms=standing.terms,
            share=class_.share_fen,
        )
        verdict = judge(facts)
        if isinstance(verdict, Check):
            amount, refusal = Fen(0), verdict
        else:
            amount, refusal = verdict, None
            own = HeldSubsidy(class_.occupation, class_.award, class_.starts_on.year)
            held[trainee.person] = (*held.get(trainee.person, ()), own)
        lines.append(
            Line(
                line=number,
                enrolment_id=trainee.enrolment_id,
                person=trainee.person,
                programme=trainee.programme,
                trained_on=trainee.effective_on,
                amount_fen=amount,
                refusal=refusal,
                grounds=grounds.of(facts, standing.grounds, decided_at=standing.decided_at),
            )
        )
    return tuple(lines)


def with_current_trainings(
    lines: Sequence[Line], trainees: Sequence[Trainee], *, holders: Collection[UUID], kept: Collection[UUID] = ()
) -> tuple[Line, ...]:
    """`lines` with the current person and programme of their trainings. Amounts are unchanged.

    A payable line keeps its person if the new person already holds the subsidy, as one of `holders` or by another
    line: a subsidy has one holder, and a double payment must stay visible. So do those of the enrolments `kept`.
    """
    known = {trainee.enrolment_id: trainee for trainee in trainees}
    holding = {line.person for line in lines if line.is_payable}
    found: list[Line] = []
    for line in lines:
        trainee = known.get(line.enrolment_id)
        if trainee is not None:
            taken = trainee.person in holding or trainee.person in holders
            stays = line.is_payable and (taken or line.enrolment_id in kept)
            person = line.person if stays else trainee.person
            if line.is_payable:
                holding = holding - {line.person} | {person}
            line = replace(line, person=person, programme=trainee.programme)  # noqa: PLW2901
        found.append(line)
    return tuple(found)
