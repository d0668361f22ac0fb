"""A made-up life of a province over some days, with the tally that its own generator keeps of each."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from msgspec.structs import asdict, replace

from shared.contracts.assessment import CertificateCorrected, CertificateReinstated, CertificateState
from shared.contracts.books import BookState
from shared.contracts.dimensions import FundSource, RegionPeriod, award_fields, award_of
from shared.contracts.fact import Fact
from shared.contracts.registry.enrolments import EnrolmentState, EnrolmentStatus
from shared.contracts.registry.plan import RegionListed
from shared.contracts.subsidy.claims import ClaimApproved, ClaimPaid, ClaimRecovered, ClaimState, ClaimStatus
from shared.kernel.awards import Award
from tests.metrics.history.tally import Books, Counted, Tally, tally_of
from tests.support.facts import (
    an_institution,
    certificate,
    claim,
    class_started,
    enrolment,
    line,
    numbered,
    person_key,
    programme,
    region,
)
from tests.support.persons import merged, rekeyed, separated

FIRST: Final = date(2025, 3, 1)
REGIONS: Final = (
    region("410000", reports_to=None, parent=None),
    region("410100", reports_to="410100"),
    region("410200", reports_to="410200"),
    region("419001", reports_to="419001"),
    region("410102", reports_to="410100", parent="410100"),
    region("410122", reports_to="410100", parent="410100"),
)
PLACES: Final = ("410102", "410122", "419001", "410200")
"""Those in which something happens."""
MOVES: Final = "410122"
PROGRAMMES: Final = ("S01", "S02")
PERSONS: Final = 40
AWARDS: Final = (
    Award.APPRENTICE, Award.JUNIOR_WORKER, Award.SENIOR_WORKER, Award.TECHNICIAN, Award.SENIOR_TECHNICIAN,
    Award.SPECIAL_ABILITY,
)  # fmt: skip
FUNDS: Final = (None, FundSource.EMPLOYMENT_FUND, FundSource.SPECIAL_ACCOUNT)
PERSONS_BY_LEVEL: Final = {"skilled_persons": range(2, 9), "high_skilled_persons": range(4, 9), "technicians": (5, 6)}


def moved(on: date) -> RegionListed:
    """The county that moves to another city, as it is told on the day before."""
    periods = RegionPeriod(None, on - timedelta(days=1), "410100", "410100"), RegionPeriod(on, None, "410200", "410200")
    return region(MOVES, reports_to="410200", parent="410200", version=2, periods=periods)


def plan(year: int) -> tuple[Fact, ...]:
    """The plan of a year."""
    name = f"HN{year}"
    return tuple(
        programme(
            code, parent=None if code == name else name, subject=f"programmes/{year}-{code}", plan=name, year=year
        )
        for code in (name, *PROGRAMMES)
    )


class Issued(NamedTuple):
    """A certificate as it is."""

    person: int
    programme: str
    place: str
    reports_to: str
    day: date
    award: Award
    is_valid: bool = True


class Claimed(NamedTuple):
    """A claim as it is."""

    place: str
    reports_to: str
    trained_on: date
    paid_on: date
    recovered_fen: int = 0
    recovered_on: date | None = None


class Day(NamedTuple):
    """What was told on a day in some order, what it all came to at its end, the owners' books of it, and how
    often which kind of thing has happened so far."""

    day: date
    facts: list[Fact]
    tally: Tally
    books: list[BookState]
    happened: Counter[str]


@dataclass
class Life:
    """What there is so far; each verb tells facts, and notes what kind of thing happened."""

    chance: random.Random
    today: date
    moves_on: date
    """The day from which on the county reports to another city."""
    happened: Counter[str] = field(default_factory=Counter)
    versions: Counter[str] = field(default_factory=Counter)
    enrolments: dict[int, EnrolmentState] = field(default_factory=dict)
    certificates: dict[int, Issued] = field(default_factory=dict)
    claims: dict[int, Claimed] = field(default_factory=dict)
    leads_to: dict[int, int] = field(default_factory=dict)
    started: set[UUID] = field(default_factory=set)
    """Classes that have started, the first ones first."""
    kind: str = ""
    """Of the only institution, as the totals show it."""

    def version(self, subject: str) -> int:
        self.versions[subject] += 1
        return self.versions[subject]

    def some_day(self, plan_year: int = 2025) -> date:
        """A day of that plan: mostly today, sometimes long ago, because what happened then is posted late."""
        ago = timedelta(days=self.chance.choice([0, 0, 1, 5, 70]))
        day = max(date(plan_year, 1, 1), self.today - ago)
        if day < self.today:
            self.happened["late"] += 1
        if day.year < self.today.year:
            self.happened["late over New Year"] += 1
        return day

    def reports_to(self, place: str) -> str:
        """To whom the place reports today."""
        if place == MOVES and self.today >= self.moves_on:
            self.happened["reported by the city it moved to"] += 1
            return "410200"
        return {"410102": "410100", MOVES: "410100"}.get(place, place)

    def begin(self) -> list[Fact]:
        """The next class starts."""
        class_id = _class(len(self.started))
        self.started.add(class_id)
        return [class_started(class_id)]

    def enrol(self) -> list[Fact]:
        """In the class that started last, or in the next one."""
        class_id = _class(max(0, len(self.started) - self.chance.randrange(2)))
        place = self.chance.choice(PLACES)
        of = {"class_id": class_id, "plan_year": self.today.year}
        return [self._enrolment(len(self.enrolments), EnrolmentStatus.IN_TRAINING, place, **of)]

    def complete(self) -> list[Fact]:
        open_ = [n for n, each in self.enrolments.items() if each.status is EnrolmentStatus.IN_TRAINING]
        return [self._enrolment(n, EnrolmentStatus.COMPLETED) for n in self.chance.sample(open_, min(1, len(open_)))]

    def correct(self) -> list[Fact]:
        """A training took place elsewhere or on another day, under another programme, or not at all."""
        if not self.enrolments:
            return []
        number = self.chance.choice(list(self.enrolments))
        status = self.chance.choice([EnrolmentStatus.COMPLETED, EnrolmentStatus.COMPLETED, EnrolmentStatus.WITHDRAWN])
        self.happened["correction" if status is EnrolmentStatus.COMPLETED else "withdrawal"] += 1
        return [self._enrolment(number, status, self.chance.choice(PLACES))]

    def rekey(self) -> list[Fact]:
        if not self.enrolments:
            return []
        number = self.chance.choice(list(self.enrolments))
        fact = rekeyed(self.enrolments[number], person_key(self.chance.randrange(PERSONS)))
        self.versions[fact.subject] = fact.version
        self.enrolments[number] = fact
        self.happened["re-keying"] += 1
        return [fact]

    def _enrolment(self, number: int, status: EnrolmentStatus, place: str | None = None, **first: Any) -> Fact:
        """The enrolment as it is from now on; without a place it stays where it is. `first`: what never changes."""
        before = self.enrolments.get(number)
        if before is not None:
            first = {name: getattr(before, name) for name in ("class_id", "plan_year", "person")}
        plan_year: int = first["plan_year"]
        at = place or self.enrolments[number].region
        reports_to = self.enrolments[number].reporting_region if place is None else self.reports_to(place)
        fact = enrolment(
            number, version=self.version(f"enrolments/{numbered(number)}"), status=status, region=at,
            reporting_region=reports_to, programme=self.chance.choice(PROGRAMMES),
            effective_on=self.some_day(plan_year), fund_source=self.chance.choice(FUNDS),
            priority=self.chance.random() < 0.5, **first, **award_fields(self.chance.choice(AWARDS)),
        )  # fmt: skip
        self.enrolments[number] = fact
        return fact

    def issue(self) -> list[Fact]:
        number, place = len(self.certificates), self.chance.choice(PLACES)
        person, award = self.chance.randrange(PERSONS), self.chance.choice(AWARDS)
        self.certificates[number] = Issued(person, "S01", place, self.reports_to(place), self.some_day(), award)
        return [self._certificate(number)]

    def amend(self) -> list[Fact]:
        """A certificate says another award, and counts to another programme."""
        valid = [number for number, each in self.certificates.items() if each.is_valid]
        if not valid:
            return []
        number = self.chance.choice(valid)
        self.certificates[number] = self.certificates[number]._replace(
            award=self.chance.choice(AWARDS), programme=self.chance.choice(PROGRAMMES)
        )
        self.happened["amended certificate"] += 1
        return [CertificateCorrected(**asdict(self._certificate(number)))]

    def revoke(self) -> list[Fact]:
        valid = [number for number, each in self.certificates.items() if each.is_valid]
        if not valid:
            return []
        number = self.chance.choice(valid)
        self.certificates[number] = self.certificates[number]._replace(is_valid=False)
        self.happened["revocation"] += 1
        return [self._certificate(number)]

    def reinstate(self) -> list[Fact]:
        """A revocation was a mistake."""
        revoked = [number for number, each in self.certificates.items() if not each.is_valid]
        if not revoked:
            return []
        number = self.chance.choice(revoked)
        self.certificates[number] = self.certificates[number]._replace(is_valid=True)
        self.happened["reinstatement"] += 1
        return [CertificateReinstated(**asdict(self._certificate(number)))]

    def _certificate(self, number: int) -> CertificateState:
        found = self.certificates[number]
        return certificate(
            number, person=found.person, version=self.version(f"certificates/{number}"), valid=found.is_valid,
            programme=found.programme, region=found.place, reporting_region=found.reports_to, issued_on=found.day,
            **award_fields(found.award),
        )  # fmt: skip

    def merge(self) -> list[Fact]:
        """Two persons turn out to be one, or not to be after all."""
        person = self.chance.randrange(PERSONS)
        version = self.versions[f"persons/{person}"] + 1
        if person in self.leads_to:
            told: Fact = separated(person_key(person), person_key(self.leads_to.pop(person)), version=version)
            self.happened["separation"] += 1
        else:
            others = [each for each in range(PERSONS) if each != person and each not in self.leads_to]
            if person in self.leads_to.values() or not others:
                return []
            self.leads_to[person] = self.chance.choice(others)
            told = merged(person_key(person), person_key(self.leads_to[person]), version=version)
            self.happened["merge"] += 1
        self.versions[f"persons/{person}"] = version
        return [told]

    def pay(self) -> list[Fact]:
        number, place = len(self.claims), self.chance.choice(PLACES)
        self.claims[number] = Claimed(place, self.reports_to(place), self.some_day(), self.today)
        approved = self._claim(number, ClaimApproved, ClaimStatus.APPROVED)
        return [replace(approved, paid_on=None), self._claim(number, ClaimPaid, ClaimStatus.PAID)]

    def recover(self) -> list[Fact]:
        paid = [number for number, each in self.claims.items() if each.recovered_on is None]
        if not paid:
            return []
        number = self.chance.choice(paid)
        fen = self.chance.choice([50_000, 200_000])
        self.claims[number] = self.claims[number]._replace(recovered_fen=fen, recovered_on=self.today)
        self.happened["recovery"] += 1
        return [self._claim(number, ClaimRecovered, ClaimStatus.PAID)]

    def _claim(self, number: int, fact: type[ClaimState], status: ClaimStatus) -> ClaimState:
        found = self.claims[number]
        told = claim(
            number, version=self.version(f"claims/{number}"), fact=fact, status=status, region=found.place,
            reporting_region=found.reports_to, approved_on=found.paid_on, paid_on=found.paid_on,
            recovered_fen=found.recovered_fen,
        )  # fmt: skip
        of_line = {"recovered_fen": found.recovered_fen, "recovered_on": found.recovered_on}
        return replace(told, lines=(line(1, trained_on=found.trained_on, **of_line),))

    def in_books(self) -> Iterator[Counted]:
        """What counts by now and is in a book, by the generator itself, from what there is."""
        for each in self.enrolments.values():
            group, fund = "priority" if each.priority else "other", each.fund_source or "none"
            counted = Counted(
                "trainings", each.programme, each.region, each.reporting_region, each.plan_year or 0,
                each.effective_on, 1, f"{each.subject}@{each.version}", award_of(each), group, fund,
            )  # fmt: skip
            if each.status is EnrolmentStatus.COMPLETED:
                yield counted
            elif each.status is EnrolmentStatus.IN_TRAINING and each.class_id in self.started:
                yield counted._replace(measure="in_training")
        for number, found in self.certificates.items():
            if found.is_valid:
                version = self.versions[f"certificates/{number}"]
                yield _of_certificate("certificates", found, f"certificates/{numbered(6_000_000 + number)}@{version}")
        for number, (place, reports_to, trained_on, paid_on, fen, recovered_on) in self.claims.items():
            where = "S01", place, reports_to, trained_on.year
            event = f"claims/{numbered(7_000_000 + number)}@{self.versions[f'claims/{number}']}"
            of_line = event, Award.SENIOR_WORKER, "", FundSource.EMPLOYMENT_FUND
            yield Counted("approved_fen", *where, paid_on, 200_000, *of_line)
            yield Counted("paid_fen", *where, paid_on, 200_000, *of_line)
            if recovered_on is None:
                yield Counted("subsidised_trainings", *where, trained_on, 1, *of_line)
            else:
                yield Counted("recovered_fen", *where, recovered_on, fen, *of_line)

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


def _class(number: int) -> UUID:
    return numbered(1_000_000 + number)


def _of_certificate(measure: str, found: Issued, event: str) -> Counted:
    where = found.programme, found.place, found.reports_to, found.day.year
    return Counted(measure, *where, found.day, 1, event, found.award, is_of_institution=False)


def days(seed: int, *, count: int, steps: int, first: date = FIRST, moves_on: date = date.max) -> Iterator[Day]:
    """So many days of a life. The facts of a day come in random order, those of one subject in theirs."""
    chance = random.Random(seed)
    life, books = Life(chance, first, moves_on), Books()
    verbs: list[Callable[[], list[Fact]]] = [
        life.begin, life.enrol, life.enrol, life.enrol, life.complete, life.complete, life.correct, life.rekey,
        life.issue, life.issue, life.amend, life.revoke, life.reinstate, life.merge, life.pay, life.recover,
    ]  # fmt: skip
    for number in range(count):
        life.today = first + timedelta(days=number)
        told = [fact for _ in range(steps) for fact in chance.choice(verbs)()]
        # On some day in the middle the institution is told. Its kind is one that the totals do not know.
        if number == count // 2:
            told.append(an_institution(numbered(2_000_000), version=1))
            life.kind = "other"
        in_books = list(life.in_books())
        tally = tally_of([*in_books, *life.persons()], life.kind)
        yield Day(life.today, list(_shuffled(chance, told)), tally, list(books.changed(in_books)), life.happened)


def _shuffled(chance: random.Random, facts: list[Fact]) -> Iterator[Fact]:
    """`facts` in random order, but of each subject in theirs."""
    streams: dict[str, list[Fact]] = {}
    for fact in facts:
        streams.setdefault(fact.subject, []).append(fact)
    order = [fact.subject for fact in facts]
    chance.shuffle(order)
    for subject in order:
        yield streams[subject].pop(0)
