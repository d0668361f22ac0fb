"""A made-up life of a province over some days, with the tally that its own generator keeps of each."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import md5
from typing import Final, NamedTuple

from msgspec.structs import asdict, replace

from shared.contracts.assessment import CertificateBookTold
from shared.contracts.books import BookEntry, BookState
from shared.contracts.dimensions import FundSource, award_fields, award_of
from shared.contracts.fact import Fact
from shared.contracts.registry.books import TrainingBookTold
from shared.contracts.registry.enrolments import EnrolmentState, EnrolmentStatus
from shared.contracts.subsidy import ClaimApproved, ClaimBookTold, ClaimPaid, ClaimRecovered, ClaimStatus
from shared.kernel.awards import Award
from tests.support.facts import (
    AT,
    an_institution,
    certificate,
    claim,
    class_started,
    enrolment,
    line,
    numbered,
    person_key,
)
from tests.support.persons import merged, rekeyed, separated

FIRST: Final = date(2025, 3, 1)
REPORTS_TO: Final = {"410102": "410100", "410122": "410100", "419001": "419001", "410200": "410200"}
PERSONS: Final = 12
TRAINED_ON: Final = date(2025, 3, 20)
"""Of the lines of claims."""

AWARDS: Final = (
    Award.APPRENTICE, Award.JUNIOR_WORKER, Award.SENIOR_WORKER, Award.TECHNICIAN, Award.SENIOR_TECHNICIAN,
    Award.SPECIAL_ABILITY,
)  # fmt: skip
FUNDS: Final = (None, FundSource.EMPLOYMENT_FUND, FundSource.SPECIAL_ACCOUNT)
PERSONS_BY_LEVEL: Final = {"skilled_persons": range(2, 9), "high_skilled_persons": range(4, 9), "technicians": (5, 6)}
HOLDERS: Final = {"skilled_persons": "skilled_holders", "high_skilled_persons": "high_skilled_holders"}

Tally = dict[tuple[str, ...], int]
"""By measure, programme, place, reporting region, award, group, fund, kind of organisation and day, without what came
to nothing; a stock has no day, and what nobody says is empty."""
BOOKS: Final[Mapping[str, tuple[type[BookState], tuple[str, ...]]]] = {
    "training-books": (TrainingBookTold, ("trainings", "in_training")),
    "certificate-books": (CertificateBookTold, ("certificates",)),
    "claim-books": (ClaimBookTold, ("subsidised_trainings", "approved_fen", "paid_fen", "recovered_fen")),
}


class Counted(NamedTuple):
    """A record, or a line of one, that counts: the measure, where and when, and the fact behind it."""

    measure: str
    programme: str
    place: str
    day: date
    amount: int
    event: str
    award: Award
    group: str = ""
    fund: str = ""
    is_of_institution: bool = True

    def cell(self, kind: str) -> tuple[str, ...]:
        """Where the totals show it, if that is the kind of the institution."""
        kind = kind if self.is_of_institution else ""
        return self.programme, self.place, REPORTS_TO[self.place], self.award.code, self.group, self.fund, kind


class Issued(NamedTuple):
    """A certificate as it is."""

    person: int
    place: str
    day: date
    award: Award
    is_valid: bool = True


class Day(NamedTuple):
    """What was told on a day in some order, what it all came to at its end, and the owners' books of it."""

    day: date
    facts: list[Fact]
    tally: Tally
    books: list[BookState]


@dataclass
class Life:
    """What there is so far; each verb tells facts."""

    chance: random.Random
    today: date = FIRST
    versions: Counter[str] = field(default_factory=Counter)
    enrolments: dict[int, EnrolmentState] = field(default_factory=dict)
    certificates: dict[int, Issued] = field(default_factory=dict)
    claims: dict[int, tuple[str, date, int, date | None]] = field(default_factory=dict)
    """Place, day of payment, what was recovered, and when."""
    leads_to: dict[int, int] = field(default_factory=dict)
    is_started: bool = False
    kind: str = ""
    """Of the only institution, as the totals show it."""
    told: dict[str, tuple[int, tuple[BookEntry, ...]]] = field(default_factory=dict)
    """The version and the entries of each book as it was told last."""

    def version(self, subject: str) -> int:
        self.versions[subject] += 1
        return self.versions[subject]

    def some_day(self) -> date:
        """Mostly today; sometimes long ago, because what happened then is posted late."""
        return self.today - timedelta(days=self.chance.choice([0, 0, 1, 5, 70]))

    def enrol(self) -> list[Fact]:
        number = len(self.enrolments)
        return [self._enrolment(number, EnrolmentStatus.IN_TRAINING, self.chance.choice(list(REPORTS_TO)))]

    def complete(self) -> list[Fact]:
        open_ = [n for n, each in self.enrolments.items() if each.status is EnrolmentStatus.IN_TRAINING]
        return [self._enrolment(n, EnrolmentStatus.COMPLETED) for n in self.chance.sample(open_, min(2, len(open_)))]

    def correct(self) -> list[Fact]:
        """A training took place elsewhere or on another day, under another programme, or not at all."""
        if not self.enrolments:
            return []
        number = self.chance.choice(list(self.enrolments))
        status = self.chance.choice([EnrolmentStatus.COMPLETED, EnrolmentStatus.COMPLETED, EnrolmentStatus.WITHDRAWN])
        return [self._enrolment(number, status, self.chance.choice(list(REPORTS_TO)))]

    def rekey(self) -> list[Fact]:
        if not self.enrolments:
            return []
        number = self.chance.choice(list(self.enrolments))
        fact = rekeyed(self.enrolments[number], person_key(self.chance.randrange(PERSONS)))
        self.versions[fact.subject] = fact.version
        self.enrolments[number] = fact
        return [fact]

    def _enrolment(self, number: int, status: EnrolmentStatus, place: str | None = None) -> EnrolmentState:
        place = place or self.enrolments[number].region
        fact = enrolment(
            number, version=self.version(f"enrolments/{numbered(number)}"), status=status, region=place,
            reporting_region=REPORTS_TO[place], effective_on=self.some_day(),
            programme=self.chance.choice(["S01", "S02"]), fund_source=self.chance.choice(FUNDS),
            priority=self.chance.random() < 0.5, **award_fields(self.chance.choice(AWARDS)),
        )  # fmt: skip
        self.enrolments[number] = fact
        return fact

    def issue(self) -> list[Fact]:
        number, place = len(self.certificates), self.chance.choice(list(REPORTS_TO))
        award = self.chance.choice(AWARDS)
        self.certificates[number] = Issued(self.chance.randrange(PERSONS), place, self.some_day(), award)
        return [self._certificate(number)]

    def revoke(self) -> list[Fact]:
        valid = [number for number, each in self.certificates.items() if each.is_valid]
        if not valid:
            return []
        number = self.chance.choice(valid)
        self.certificates[number] = self.certificates[number]._replace(is_valid=False)
        return [self._certificate(number)]

    def _certificate(self, number: int) -> Fact:
        found = self.certificates[number]
        return certificate(
            number, person=found.person, version=self.version(f"certificates/{number}"), valid=found.is_valid,
            region=found.place, reporting_region=REPORTS_TO[found.place], issued_on=found.day,
            **award_fields(found.award),
        )  # fmt: skip

    def merge(self) -> list[Fact]:
        person = self.chance.randrange(PERSONS)
        version = self.versions[f"persons/{person}"] + 1
        if person in self.leads_to:
            told: Fact = separated(person_key(person), person_key(self.leads_to.pop(person)), version=version)
        else:
            others = [each for each in range(PERSONS) if each != person and each not in self.leads_to]
            if person in self.leads_to.values() or not others:
                return []
            self.leads_to[person] = self.chance.choice(others)
            told = merged(person_key(person), person_key(self.leads_to[person]), version=version)
        self.versions[f"persons/{person}"] = version
        return [told]

    def pay(self) -> list[Fact]:
        number, place = len(self.claims), self.chance.choice(list(REPORTS_TO))
        self.claims[number] = (place, self.today, 0, None)
        approved = claim(
            number, version=self.version(f"claims/{number}"), fact=ClaimApproved, status=ClaimStatus.APPROVED,
            region=place, reporting_region=REPORTS_TO[place], approved_on=self.today,
        )  # fmt: skip
        paid = asdict(approved) | {
            "version": self.version(f"claims/{number}"), "status": ClaimStatus.PAID, "paid_on": self.today,
        }  # fmt: skip
        return [approved, ClaimPaid(**paid)]

    def recover(self) -> list[Fact]:
        paid = [number for number, each in self.claims.items() if each[2] == 0]
        if not paid:
            return []
        number = self.chance.choice(paid)
        place, paid_on, _, _ = self.claims[number]
        fen = self.chance.choice([50_000, 200_000])
        self.claims[number] = (place, paid_on, fen, self.today)
        fact = claim(
            number, version=self.version(f"claims/{number}"), fact=ClaimRecovered, status=ClaimStatus.PAID,
            region=place, reporting_region=REPORTS_TO[place], approved_on=paid_on, paid_on=paid_on,
        )  # fmt: skip
        return [replace(fact, recovered_fen=fen, lines=(line(1, recovered_fen=fen, recovered_on=self.today),))]

    def counted(self) -> Iterator[Counted]:
        """What counts by now and is in a book, by the generator itself, from what there is."""
        for number, each in self.enrolments.items():
            subject = f"enrolments/{numbered(number)}"
            event = self._event(subject, f"enrolments/{number}")
            group, fund = "priority" if each.priority else "other", each.fund_source or "none"
            at = each.programme, each.region, each.effective_on, 1, event, award_of(each), group, fund
            if each.status is EnrolmentStatus.COMPLETED:
                yield Counted("trainings", *at)
            elif each.status is EnrolmentStatus.IN_TRAINING and self.is_started:
                yield Counted("in_training", *at)
        for number, found in self.certificates.items():
            if found.is_valid:
                event = self._event(f"certificates/{numbered(6_000_000 + number)}", f"certificates/{number}")
                yield _of_certificate("certificates", found, event)
        for number, (place, paid_on, fen, recovered_on) in self.claims.items():
            event = self._event(f"claims/{numbered(7_000_000 + number)}", f"claims/{number}")
            of = event, Award.SENIOR_WORKER, "", FundSource.EMPLOYMENT_FUND
            yield Counted("approved_fen", "S01", place, paid_on, 200_000, *of)
            yield Counted("paid_fen", "S01", place, paid_on, 200_000, *of)
            if recovered_on is None:
                yield Counted("subsidised_trainings", "S01", place, TRAINED_ON, 1, *of)
            else:
                yield Counted("recovered_fen", "S01", place, recovered_on, fen, *of)

    def _event(self, subject: str, counter: str) -> str:
        return f"{subject}@{self.versions[subject] or self.versions[counter]}"

    def persons(self) -> Iterator[Counted]:
        """Humans count once, by the earliest of their certificates that makes them one; those merged are one human."""
        for measure, ranks in PERSONS_BY_LEVEL.items():
            first: dict[int, tuple[date, int]] = {}
            for number, found in self.certificates.items():
                if found.is_valid and found.award.level is not None and found.award.level.value in ranks:
                    human, earliest = self.leads_to.get(found.person, found.person), (found.day, number)
                    first[human] = min(first.get(human, earliest), earliest)
            for _, number in first.values():
                yield _of_certificate(measure, self.certificates[number], "")

    def tally(self) -> Tally:
        found = Counter[tuple[str, ...]]()
        for each in (*self.counted(), *self.persons()):
            cell = each.cell(self.kind)
            if each.measure == "in_training":
                found[each.measure, *cell, ""] += each.amount
                continue
            found[each.measure, *cell, str(each.day)] += each.amount
            if each.measure == "certificates":
                found["valid_certificates", *cell, ""] += each.amount
            elif each.measure in HOLDERS:
                found[HOLDERS[each.measure], *cell, ""] += each.amount
        return dict(found)

    def books(self) -> Iterator[BookState]:
        """The books that have changed since they were told last."""
        cells: dict[tuple[str, str, str, int], list[Counted]] = {}
        for each in self.counted():
            [book] = [name for name, (_, measures) in BOOKS.items() if each.measure in measures]
            year = TRAINED_ON.year if book == "claim-books" else each.day.year
            cells.setdefault((book, each.programme, REPORTS_TO[each.place], year), []).append(each)
        entries: dict[str, tuple[BookEntry, ...]] = dict.fromkeys(self.told, ())
        of = {
            f"{book}/{programme}-{region}-{year}": (book, programme, region, year)
            for book, programme, region, year in cells
        }
        for subject, cell in of.items():
            entries[subject] = tuple(_entries(cells[cell]))
        for subject, told in entries.items():
            version, before = self.told.get(subject, (0, ()))
            if told != before:
                self.told[subject] = version + 1, told
                book, _, place = subject.partition("/")
                programme, region, plan_year = place.split("-")
                yield BOOKS[book][0](
                    subject=subject, version=version + 1, at=AT, programme=programme, reporting_region=region,
                    plan_year=int(plan_year), entries=told, outbox_position=1,
                )  # fmt: skip


def _of_certificate(measure: str, found: Issued, event: str) -> Counted:
    return Counted(measure, "S01", found.place, found.day, 1, event, found.award, is_of_institution=False)


def _entries(counted: list[Counted]) -> Iterator[BookEntry]:
    for measure in sorted({each.measure for each in counted}):
        of = [each for each in counted if each.measure == measure]
        marks = (md5(event.encode(), usedforsecurity=False).hexdigest()[:16] for event in {each.event for each in of})
        total = sum(int(mark, 16) for mark in marks)
        yield BookEntry(measure, len(of), sum(each.amount for each in of), f"{total % 2**63:016x}")


def days(seed: int, *, count: int, steps: int) -> Iterator[Day]:
    """So many days of a life. The facts of a day come in random order, those of one subject in theirs."""
    chance = random.Random(seed)
    life = Life(chance)
    verbs: list[Callable[[], list[Fact]]] = [
        life.enrol, life.enrol, life.complete, life.complete, life.correct, life.rekey, life.issue, life.issue,
        life.revoke, life.merge, life.pay, life.recover,
    ]  # fmt: skip
    # The class starts and its institution is told on some day in the middle.
    late: dict[int, list[Fact]] = {
        count // 3: [class_started()],
        count // 2: [an_institution(numbered(2_000_000), version=1)],
    }
    for number in range(count):
        life.today = FIRST + timedelta(days=number)
        told = [fact for _ in range(steps) for fact in chance.choice(verbs)()] + late.get(number, [])
        life.is_started |= number >= count // 3
        # The kind of the institution is one that the totals do not know.
        life.kind = "other" if number >= count // 2 else ""
        yield Day(life.today, list(_shuffled(chance, told)), life.tally(), list(life.books()))


def _shuffled(chance: random.Random, facts: list[Fact]) -> Iterator[Fact]:
    """`facts` in random order, but of each subject in theirs."""
    streams: dict[str, list[Fact]] = {}
    for fact in facts:
        streams.setdefault(fact.subject, []).append(fact)
    order = [fact.subject for fact in facts]
    chance.shuffle(order)
    for subject in order:
        yield streams[subject].pop(0)
