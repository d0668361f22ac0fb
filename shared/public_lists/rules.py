"""Which claims have a list of names, who is on it, and how each person is shown. Source: domain rules §4.5, §6.3."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from shared.contracts.dimensions import award_of
from shared.contracts.subsidy import SubsidyKind
from shared.contracts.subsidy.claims import ClaimLine, ClaimState, ClaimStatus
from shared.kernel.awards import Award
from shared.kernel.identity import IdentityDocument, last_four
from shared.kernel.money import Fen
from shared.persons import Particulars, Persons

PUBLIC: Final = frozenset({ClaimStatus.PUBLICITY, ClaimStatus.OBJECTED})
"""States in which a claim is public before it is approved."""
OF_GROUPS: Final = frozenset({SubsidyKind.LIVING})
"""Kinds that only people of some groups get, such as the disabled or the poor: to be on the list says so."""
OF_AGE: Final = 18


class Skill(NamedTuple):
    """What a person was trained or assessed for."""

    occupation: str
    award: Award


class Entry(NamedTuple):
    """A line that is paid: the enrolment or certificate that it was built from, the skill and the amount."""

    line: int
    source_id: UUID
    skill: Skill
    amount_fen: Fen


@dataclass(frozen=True)
class PublicList:
    """A claim that is public from `published_on` to `public_until`, both included. Its id is the claim's."""

    id: UUID
    kind: SubsidyKind
    payee_id: UUID
    region: str
    reporting_region: str
    is_objected: bool
    """An objection to one of its lines is open."""
    published_on: date
    public_until: date
    entries: tuple[Entry, ...] = ()

    @property
    def persons(self) -> int:
        return len(self.entries)

    @property
    def amount_fen(self) -> Fen:
        return Fen(sum(each.amount_fen for each in self.entries))


class ShownPerson(NamedTuple):
    """A person as everybody may see them."""

    name: str
    document_number: str


def list_of(claim: ClaimState) -> PublicList | None:
    """The list of a claim as it stands; None unless it is public. Lines of which nothing is paid are not on it."""
    if claim.status not in PUBLIC or claim.published_on is None or claim.public_until is None:
        return None
    return PublicList(
        id=claim.claim_id,
        kind=claim.kind,
        payee_id=claim.institution_id,
        region=claim.region,
        reporting_region=claim.reporting_region,
        is_objected=claim.status is ClaimStatus.OBJECTED,
        published_on=claim.published_on,
        public_until=claim.public_until,
        entries=tuple(_entry(each) for each in claim.lines if each.amount_fen > 0),
    )


def _entry(line: ClaimLine) -> Entry:
    return Entry(line.line, line.enrolment_id, Skill(line.occupation, award_of(line)), Fen(line.amount_fen))


def shown(person: Particulars, kind: SubsidyKind, *, today: date) -> ShownPerson:
    """The whole name and the last four characters of the number.

    Of a minor's name the first character alone; a card that shows no birth date counts as an adult's. On the lists of
    `OF_GROUPS` the same for everybody, and nothing of the number, which would lead to the name on another list.
    """
    if kind in OF_GROUPS:
        return ShownPerson(Persons.masked_name(person.name), "*" * len(person.document_number))
    age = IdentityDocument(person.document_kind, person.document_number).age_on(today)
    is_minor = age is not None and age < OF_AGE
    name = Persons.masked_name(person.name) if is_minor else person.name
    return ShownPerson(name, last_four(person.document_number))


def plain_name(skill: Skill) -> str:
    """What a skill is called where its occupation has no name."""
    return f"{skill.occupation}（{skill.award.name_zh}）"
