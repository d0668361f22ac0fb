"""Exams as assessment tells of them, and the claims of their bodies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
from msgspec.structs import asdict, replace

from shared.contracts.assessment import (
    BodyFiled,
    CertificateIssued,
    CertificateReinstated,
    CertificateRevoked,
    CertificateStatus,
    CertificateWay,
    SessionFeeStated,
)
from shared.contracts.dimensions import award_fields
from shared.kernel.awards import Award
from shared.kernel.callers import Role
from shared.kernel.ids import new_id
from tests.subsidy.builders import CAREGIVER, CERTIFIED_ON, NOW, REPORTING
from tests.subsidy.office import Office


@dataclass(frozen=True)
class Assessed:
    """A session or conferral of a body, with the person key of each holder of a certificate."""

    persons: Sequence[UUID]
    exam_id: UUID = field(default_factory=new_id)
    body_id: UUID = field(default_factory=new_id)
    region: str = "410102"
    occupation: str = CAREGIVER
    award: Award = Award.SENIOR_WORKER
    way: CertificateWay = CertificateWay.EXAM
    issued_on: date = CERTIFIED_ON
    ids: list[UUID] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", [new_id() for _ in self.persons])

    def body(self, name: str = "甲评价中心") -> BodyFiled:
        return BodyFiled(
            subject=f"bodies/{self.body_id}",
            version=1,
            at=NOW,
            body_id=self.body_id,
            name=name,
            kind="social",
            credit_code="52410000MJ00123452",
            region=self.region,
            reporting_region=REPORTING[self.region],
            scope=(),
        )

    def certificate(self, place: int) -> CertificateIssued:
        return CertificateIssued(
            subject=f"certificates/{self.ids[place]}",
            version=1,
            at=NOW,
            certificate_id=self.ids[place],
            number="S000041000001253000001",
            person=self.persons[place],
            body_id=self.body_id,
            session_id=self.exam_id,
            class_id=None,
            programme="S02-1",
            region=self.region,
            reporting_region=REPORTING[self.region],
            occupation=self.occupation,
            **award_fields(self.award),
            issued_on=self.issued_on,
            status=CertificateStatus.VALID,
            way=self.way,
        )

    def certificates(self) -> list[CertificateIssued]:
        return [self.certificate(place) for place in range(len(self.persons))]

    def revoked(self, place: int) -> CertificateRevoked:
        issued = asdict(self.certificate(place))
        return CertificateRevoked(**issued | {"version": 2, "status": CertificateStatus.REVOKED})

    def reinstated(self, place: int) -> CertificateReinstated:
        return CertificateReinstated(**asdict(self.certificate(place)) | {"version": 3})

    def fee(self, fen: int, *, version: int = 1) -> SessionFeeStated:
        return SessionFeeStated(
            subject=f"session-fees/{self.exam_id}",
            version=version,
            at=NOW,
            session_id=self.exam_id,
            body_id=self.body_id,
            region=self.region,
            reporting_region=REPORTING[self.region],
            fee_fen=fen,
            subsidised=True,
        )

    def other_holder(self, place: int, person: UUID) -> CertificateRevoked:
        """The same certificate, whose holder turned out to be another person."""
        return replace(self.revoked(place), person=person, status=CertificateStatus.VALID)


def body_of(office: Office, exam: Assessed, person: str = "clerk") -> dict[str, str]:
    return office.service.tokens.of(Role.ASSESSMENT_BODY, person=person, organisation=exam.body_id)


async def draft(office: Office, exam: Assessed, local_id: str = "e-1") -> httpx.Response:
    return await office.post("/v1/claims", {"exam_id": str(exam.exam_id), "local_id": local_id}, body_of(office, exam))


async def submitted(office: Office, exam: Assessed, local_id: str = "e-1") -> str:
    """A claim for an exam that was heard of already, handed in; its id."""
    drafted = await draft(office, exam, local_id)
    assert drafted.status_code == 201, drafted.text
    claim_id: str = drafted.json()["id"]
    answer = await office.post(f"/v1/claims/{claim_id}/submission", None, body_of(office, exam))
    assert answer.status_code == 200, answer.text
    return claim_id


async def approved(office: Office, exam: Assessed, local_id: str = "e-1") -> str:
    claim_id = await submitted(office, exam, local_id)
    assert (await office.approve(claim_id)).status_code == 200
    return claim_id


async def claim_of(office: Office, claim_id: str) -> dict[str, Any]:
    answer = await office.get(f"/v1/claims/{claim_id}", office.finance())
    claim: dict[str, Any] = answer.json()
    return claim


def of_strangers(count: int, **changes: Any) -> Assessed:
    return Assessed([uuid4() for _ in range(count)], **changes)
