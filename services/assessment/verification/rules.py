"""Codes by which holders show a certificate: they end by themselves, or when the holder ends them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.kernel.moves import move
from shared.kernel.refusals import NotFound
from shared.kernel.spelling import canonical

DAYS_MAX: Final = 90
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is taken for a digit."""
_CHARACTERS: Final = 20
"""A hundred bits: nobody guesses one."""
_GROUP: Final = 5


class NotVerified(NotFound):
    """One answer for everything that is not so: no such number, another name, no such code, one that has ended."""

    slug = "not-verified"
    title_en = "No certificate was found for what you entered."
    title_zh = "未查到与所填信息相符的证书。"
    cure_en = "Compare number and name with the certificate, or ask its holder for a new code."
    cure_zh = "请对照证书核对编号和姓名，或请持证人重新提供查验码。"


class CodeStatus(StrEnum):
    GIVEN = "given"
    ENDED = "ended"


class CodeVerb(StrEnum):
    END = "end"


MOVES: Final[Mapping[CodeStatus, Mapping[CodeVerb, CodeStatus]]] = {
    CodeStatus.GIVEN: {CodeVerb.END: CodeStatus.ENDED},
    CodeStatus.ENDED: {},
}

WHY_FINAL: Final = {CodeStatus.ENDED: "A code is a secret that was given away: its holder gives another one instead."}


@dataclass(frozen=True, slots=True)
class Code:
    """A code for one certificate. The code itself is known to its holder only."""

    id: UUID
    certificate_id: UUID
    given_to: str | None
    given_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None

    def status(self, at: datetime) -> CodeStatus:
        return CodeStatus.ENDED if self.ended_at is not None or self.ends_at <= at else CodeStatus.GIVEN


def give(certificate_id: UUID, *, id_: UUID, days: int, given_to: str | None, at: datetime) -> Code:
    """A new code that ends after `days`."""
    return Code(id_, certificate_id, given_to, at, at + timedelta(days=days))


def end(code: Code, *, at: datetime) -> Code:
    """The code, ended before its time. Raises IllegalMove."""
    move(MOVES, code.status(at), CodeVerb.END)
    return replace(code, ended_at=at)


def new_secret() -> str:
    """What a holder gives away: "7K3QX-…" in four groups."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_CHARACTERS))
    return "-".join(letters[place : place + _GROUP] for place in range(0, _CHARACTERS, _GROUP))


def canonical_secret(raw: str) -> str:
    """A code as it is compared: without hyphens and spacing, and with digits for letters that look like them."""
    return canonical(raw).replace("-", "").translate(str.maketrans("OIL", "011"))
