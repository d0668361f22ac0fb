"""Whose record a counted subject is, and where its owner shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple
from uuid import UUID

from services.metrics.measures.rules.measures import Measure, Stock

Counted = Measure | Stock


class Owner(NamedTuple):
    """The service that owns a kind of record, by the first part of its subjects and of its route."""

    service: str
    records: str


_ENROLMENTS: Final = Owner("registry", "enrolments")
_CERTIFICATES: Final = Owner("assessment", "certificates")
_CLAIMS: Final = Owner("subsidy", "claims")
_OWNERS: Final[Mapping[Measure, Owner]] = {
    Measure.IN_TRAINING: _ENROLMENTS,
    Measure.TRAININGS: _ENROLMENTS,
    Measure.SUBSIDISED_TRAININGS: _CLAIMS,
    Measure.APPROVED_FEN: _CLAIMS,
    Measure.PAID_FEN: _CLAIMS,
    Measure.RECOVERED_FEN: _CLAIMS,
}


def measure_of(counted: Counted) -> Measure:
    """The measure by which `counted` is summed up: that of a stock, or itself."""
    return counted.of if isinstance(counted, Stock) else counted


def owner(measure: Measure) -> Owner:
    """Whose records `measure` counts. Persons are shown by the certificate with which they count."""
    return _OWNERS.get(measure, _CERTIFICATES)


def path(owner: Owner, id_: UUID) -> str:
    """The owner's route to a record."""
    return f"/v1/{owner.records}/{id_}"
