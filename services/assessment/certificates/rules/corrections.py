"""Corrections of what a certificate says: its holder's name, its occupation, its award, its day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from services.assessment.certificates.rules.certificates import Certificate
from shared.kernel.awards import Award
from shared.kernel.refusals import Conflict, Invalid

KIND: Final = "certificate-correction"
"""The kind of the proposals that ask for a correction of what a certificate says."""


class NothingToCorrect(Conflict):
    slug = "certificate-says-that-already"
    title_en = "The certificate says that already."
    title_zh = "证书内容与所填内容一致，无需更正。"
    cure_en = "Send only what the certificate says wrongly; one that was lost is reissued."
    cure_zh = "请只填写有误的项目；证书遗失请办理补发。"
    reference = "POST /v1/certificates/…/reissue"


class DayOutsideSession(Invalid):
    """Facts: `first`, `last`."""

    slug = "issue-day-outside-session"
    title_en = "A certificate is issued between the day of its exam and today."
    title_zh = "证书日期应在考核当日至今日之间。"
    cure_en = "Enter a day from {first} to {last}."
    cure_zh = "请填写 {first} 至 {last} 之间的日期。"


@dataclass(frozen=True, slots=True)
class Correction:
    """What a certificate is to say instead; None leaves it as it is. `name` is the holder's, in clear."""

    occupation: str | None = None
    award: Award | None = None
    issued_on: date | None = None
    name: str | None = None

    def changes_of(self, certificate: Certificate) -> dict[str, Any]:
        """The fields of the record that it changes; the name is none of them."""
        asked = {"occupation": self.occupation, "award": self.award, "issued_on": self.issued_on}
        return {
            field: value for field, value in asked.items() if value is not None and value != getattr(certificate, field)
        }

    @property
    def content(self) -> dict[str, Any]:
        """The fields that a proposal shows, as JSON."""
        said: dict[str, Any] = {}
        if self.occupation is not None:
            said["occupation"] = self.occupation
        if self.award is not None:
            said |= self.award.codes
        if self.issued_on is not None:
            said["issued_on"] = self.issued_on.isoformat()
        return said

    @classmethod
    def of_content(cls, content: Mapping[str, Any], *, name: str | None) -> Correction:
        """What the `content` of a proposal says, with the name that it keeps sealed."""
        award, day = content.get("award"), content.get("issued_on")
        return cls(
            occupation=content.get("occupation"),
            award=None if award is None else Award.from_code(award),
            issued_on=None if day is None else date.fromisoformat(day),
            name=name,
        )


def require_day(day: date, *, held_on: date, today: date) -> None:
    """Raises DayOutsideSession."""
    if not held_on <= day <= today:
        raise DayOutsideSession(pointer="/issued_on", first=held_on.isoformat(), last=today.isoformat())


def needs_number(changes: Mapping[str, Any], certificate: Certificate) -> bool:
    """Whether the number, which holds year and award, has to be another one."""
    day: date = changes.get("issued_on", certificate.issued_on)
    return "award" in changes or day.year != certificate.issued_on.year
