"""The trainees of the sample: invented people in classes, a few of whom return later for another occupation."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from stdnum.cn.ric import calc_check_digit

from deploy.sandbox.catalogue import HIGH_SKILLED, NOWHERE, NUMERALS, SEATS, SURNAMES

Row = Mapping[str, str]


class Person(NamedTuple):
    number: str
    name: str
    phone: str


class Rosters:
    """Fills classes with people."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._persons = 0
        self._numbers: set[str] = set()
        self._rows = 0
        self._may_return: list[tuple[Row, Person]] = []

    def rows(self, classes: Sequence[Row]) -> Iterator[dict[str, str]]:
        for class_ in classes:
            for person in self._people(class_):
                flaw = self._chance.choice(("wrong check digit", "birth date to come", "name missing"))
                yield self._row(class_, person, flaw if self._chance.random() < 0.02 else "")

    def _people(self, class_: Row) -> list[Person]:
        people = [self._new_person() for _ in range(self._chance.randint(28, SEATS - 5))]
        if class_["award"] not in HIGH_SKILLED:
            return people
        people += [self._returning(class_) for _ in range(2)]
        self._may_return += [(class_, person) for person in self._chance.sample(people[:-2], 6)]
        return people

    def _returning(self, class_: Row) -> Person:
        """A person who finished a class of another occupation at least a month before; each returns once."""
        month_before = (date.fromisoformat(class_["starts_on"]) - timedelta(days=30)).isoformat()
        for place, (earlier, person) in enumerate(self._may_return):
            if earlier["ends_on"] < month_before and earlier["occupation"] != class_["occupation"]:
                del self._may_return[place]
                return person
        return self._new_person()

    def _new_person(self) -> Person:
        self._persons += 1
        numeral = "".join(NUMERALS[int(digit)] for digit in f"{self._persons:04d}")
        name = f"{self._chance.choice(SURNAMES)}样例{numeral}"
        born = date(1966, 1, 1) + timedelta(days=self._chance.randrange(14_000))
        return Person(self._number(born), name, f"199000{self._persons:05d}")

    def _number(self, born: date) -> str:
        while True:
            body = f"{NOWHERE}{born:%Y%m%d}{self._chance.randrange(1000):03d}"
            if body not in self._numbers:
                self._numbers.add(body)
                return body + calc_check_digit(body + "0")

    def _row(self, class_: Row, person: Person, flaw: str) -> dict[str, str]:
        number, name = person.number, person.name
        match flaw:
            case "wrong check digit":
                number = number[:-1] + ("0" if number[-1] != "0" else "1")
            case "birth date to come":
                number = self._number(date(2099, 12, 31))
            case "name missing":
                name = ""
        self._rows += 1
        return {
            "class": class_["class"],
            "trainee": f"T{self._rows:05d}",
            "document_number": number,
            "name": name,
            "phone": person.phone,
            "tags": self._chance.choice(("", "", "", "S06", "S07")),
            "expected": "refused" if flaw else "accepted",
            "flaw": flaw,
        }
