"""Sign a certificate, publish which credentials no longer stand, and print a certificate."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.store import bodies as body_store
from services.assessment.certificates import store as certificate_store
from services.assessment.certificates.rules.certificates import Certificate
from services.assessment.chain import rules as chain_rules
from services.assessment.chain import usecases as chain
from services.assessment.chain.rules import Entry, LinkKind
from services.assessment.credentials import rules, store
from services.assessment.credentials.rules import Publisher
from services.assessment.credentials.usecases.printer import Printer
from services.assessment.credentials.usecases.signer import Signer
from services.assessment.persons import store as person_store
from services.assessment.persons.usecases import require_own
from services.assessment.sight.usecases import sight
from shared.kernel.callers import Caller, Role
from shared.persons import Persons


class SignedCredential(NamedTuple):
    """A credential, and the edition of the certificate that it says."""

    credential: str
    key_id: str
    edition: int


async def sign(
    connection: AsyncConnection, certificate_id: UUID, *, signer: Signer, persons: Persons, caller: Caller, at: datetime
) -> SignedCredential:
    """The credential of a valid certificate: the same again for the same edition, with the key that is current.

    By its holder, its body, or an officer who sees it. Raises NotFound, ForeignPerson, ForeignOrganisation,
    ForeignRegion, CertificateDoesNotStand.
    """
    certificate = await _reached(connection, certificate_id, caller, lock=True)
    rules.require_valid(certificate)
    body = await body_store.load(connection, certificate.body_id)
    holder = (await person_store.sealed(connection, [certificate.person]))[certificate.person]
    known = await store.place(connection, certificate.id, certificate.edition)
    place = known or await store.next_place(connection)
    payload = rules.credential(
        certificate,
        signer.publisher,
        place,
        name=persons.particulars(holder).name,
        body_id=body.id,
        body_name=body.name,
    )
    signed = signer.sign(payload)
    if known is None:
        digest = hashlib.sha256(signed.encode()).digest()
        await store.add(
            connection,
            certificate.id,
            certificate.edition,
            place,
            key_id=signer.key_id,
            digest=digest,
            by=caller.person,
            at=at,
        )
        subject = f"certificates/{certificate.id}/{certificate.edition}"
        entry = Entry(LinkKind.CREDENTIAL_SIGNED, subject, chain_rules.digest([digest.hex()]))
        await chain.append(connection, certificate.chain, [entry], body_id=certificate.body_id, at=at)
    return SignedCredential(signed, signer.key_id, certificate.edition)


class StatusLists:
    """The lists as they were last signed. A copy is signed again when its list has changed, and once an hour."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        self._kept: dict[int, tuple[str, str]] = {}

    async def find(self, connection: AsyncConnection, number: int, *, at: datetime) -> tuple[str, str]:
        """The list with this number, signed, and its mark, which changes with it. Raises NotFound."""
        changes = await store.changes(connection, number)
        mark = f"{number}-{changes}-{int(at.timestamp()) // 3600}"
        kept = self._kept.get(number)
        if kept is None or kept[0] != mark:
            off = await store.off(connection, number)
            kept = mark, self._signer.sign(rules.status_list(number, off, self._signer.publisher, at=at))
            self._kept[number] = kept
        return kept


async def print_(
    connection: AsyncConnection,
    certificate_id: UUID,
    *,
    printer: Printer,
    publisher: Publisher,
    persons: Persons,
    caller: Caller,
) -> bytes:
    """The PDF of a valid certificate, for its holder or its body.

    Raises NotFound, ForeignPerson, ForeignOrganisation, CertificateDoesNotStand, NoFont, CharactersWithoutGlyph.
    """
    certificate = await _reached(connection, certificate_id, caller, lock=False)
    rules.require_valid(certificate)
    body = await body_store.load(connection, certificate.body_id)
    holder = (await person_store.sealed(connection, [certificate.person]))[certificate.person]
    said = _said(certificate, body_name=body.name, **_particulars(persons, holder))
    # Behind the "#", a number reaches the page, and no server or log on the way.
    return await printer.print(said, code=f"{publisher.url}/verify#{certificate.number}")


def _particulars(persons: Persons, holder: Any) -> dict[str, str]:
    said = persons.particulars(holder)
    return {"name": said.name, "document_number": said.document_number}


def _said(certificate: Certificate, *, body_name: str, name: str, document_number: str) -> dict[str, Any]:
    award, day = certificate.award, certificate.issued_on
    return {
        "title": "职业技能等级证书" if award.level is not None else f"{award.name_zh}证书",
        "subtitle": "Certificate of Vocational Skill",
        "photo": "照片",
        "lines": [
            ["姓名", name],
            ["证件号码", document_number],
            ["职业编码", certificate.occupation],
            ["等级" if award.level is not None else "类别", award.name_zh],
            ["证书编号", certificate.number],
            ["发证日期", f"{day.year}年{day.month}月{day.day}日"],
            ["评价机构", body_name],
            *([["版次", f"第 {certificate.edition} 版（补发或换发）"]] if certificate.edition > 1 else []),
        ],
        "foot": "扫描二维码，输入证书编号和持证人姓名，核验证书。",
    }


async def _reached(connection: AsyncConnection, certificate_id: UUID, caller: Caller, *, lock: bool) -> Certificate:
    certificate = await certificate_store.load(connection, certificate_id, lock=lock)
    if caller.role is Role.HOLDER:
        await require_own(connection, caller, certificate.person)
        return certificate
    seen = await sight(connection, caller)
    if not await certificate_store.is_in_sight(connection, certificate_id, seen):
        raise seen.refusal
    return certificate
