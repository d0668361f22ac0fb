"""Credentials of certificates: what is signed, and lists that say which of them no longer stand.

A credential is an OpenBadgeCredential of Open Badges 3.0, which is a W3C Verifiable Credential (data model 2.0), as a
VC-JWT. Its status is a bit of a Bitstring Status List. Sources: the recommendations of W3C and 1EdTech by these names.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from services.assessment.certificates.rules.certificates import Certificate
from shared.contracts.assessment import CertificateStatus
from shared.kernel.periods import BUSINESS_ZONE
from shared.kernel.refusals import Conflict, Refusal

LIST_BITS: Final = 131_072
"""Places of a list: the least that the recommendation allows, so that a request names one in many."""
LIST_HOURS: Final = 24
"""Hours after which a copy of a list is worth nothing: an older one could hide a revocation."""

_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
_BADGES: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"


class CertificateDoesNotStand(Conflict):
    slug = "certificate-does-not-stand"
    title_en = "The certificate is revoked: nothing is signed or printed for it."
    title_zh = "该证书已撤销，不能签发电子凭证或打印。"
    cure_en = "Reinstate it first, if the revocation was a mistake."
    cure_zh = "如属误撤销，请先办理恢复。"
    reference = "POST /v1/certificates/…/reinstatement"


class NoCredentialKey(Refusal):
    slug = "no-credential-key"
    title_en = "This service has no key to sign credentials with."
    title_zh = "本服务未配置电子凭证签名密钥。"
    cure_en = "Ask the operator to put credential-keys.json into the directory of the keys."
    cure_zh = "请联系运维人员在密钥目录中配置 credential-keys.json。"


class NoFont(Refusal):
    slug = "no-font"
    title_en = "This machine has no font to print certificates with."
    title_zh = "本机未安装打印证书所需的字体。"
    cure_en = "Ask the operator to install the locked packages; the credential is available meanwhile."
    cure_zh = "请联系运维人员安装依赖包；在此期间可签发电子凭证。"


class CharactersWithoutGlyph(Conflict):
    """Facts: `characters`, how many."""

    slug = "characters-without-glyph"
    title_en = "The font has no glyph for {characters} of the characters to be printed."
    title_zh = "字体缺少需打印的 {characters} 个字符的字形。"
    cure_en = "Sign the credential instead, which holds every character, and print the certificate by hand."
    cure_zh = "请签发电子凭证（可包含任意字符），纸质证书请人工制作。"


class Place(NamedTuple):
    """Where the status of a credential stands: a list, and a bit of it."""

    list: int
    bit: int


@dataclass(frozen=True)
class Publisher:
    """Who signs: the address under which keys and lists are served, and the name."""

    url: str
    name: str

    def list_url(self, number: int) -> str:
        return f"{self.url}/v1/status-lists/{number}"

    def key_url(self, key_id: str) -> str:
        return f"{self.url}/v1/credential-keys/{key_id}"


def require_valid(certificate: Certificate) -> None:
    """Raises CertificateDoesNotStand."""
    if certificate.status is not CertificateStatus.VALID:
        raise CertificateDoesNotStand


def credential(
    certificate: Certificate, publisher: Publisher, place: Place, *, name: str, body_id: UUID, body_name: str
) -> dict[str, Any]:
    """The payload of a certificate's credential, for its holder called `name`."""
    award = certificate.award
    id_ = f"{publisher.url}/v1/certificates/{certificate.id}/credential#{certificate.edition}"
    list_url = publisher.list_url(place.list)
    return {
        "@context": [_CONTEXT, _BADGES],
        "id": id_,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": f"{award.name_zh} {certificate.occupation}",
        "issuer": {"id": publisher.url, "type": ["Profile"], "name": publisher.name},
        "validFrom": _moment(_begin(certificate.issued_on)),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [{"type": "IdentityObject", "identityType": "name", "identityHash": name, "hashed": False}],
            "licenseNumber": certificate.number,
            "achievement": {
                "id": f"{publisher.url}/v1/standards/{certificate.occupation}#{award.code}",
                "type": ["Achievement"],
                "achievementType": "Certification",
                "name": f"{award.name_zh} {certificate.occupation}",
                "description": award.name_en,
                "criteria": {"narrative": f"Occupation {certificate.occupation}, {award.name_en}"},
                "creator": {"id": f"urn:uuid:{body_id}", "type": ["Profile"], "name": body_name},
            },
        },
        "credentialStatus": {
            "id": f"{list_url}#{place.bit}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(place.bit),
            "statusListCredential": list_url,
        },
        "iss": publisher.url,
        "jti": id_,
        "nbf": int(_begin(certificate.issued_on).timestamp()),
    }


def status_list(number: int, off: Iterable[int], publisher: Publisher, *, at: datetime) -> dict[str, Any]:
    """The payload of a list whose bits `off` are set: these credentials no longer stand."""
    url, until = publisher.list_url(number), at + timedelta(hours=LIST_HOURS)
    return {
        "@context": [_CONTEXT],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": publisher.url,
        "validFrom": _moment(at),
        "validUntil": _moment(until),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded(off),
        },
        "iss": publisher.url,
        "jti": url,
        "nbf": int(at.timestamp()),
        "exp": int(until.timestamp()),
    }


def encoded(off: Iterable[int]) -> str:
    """The bits as the recommendation writes them: the first one leftmost, compressed, in base64url behind a "u"."""
    bits = bytearray(LIST_BITS // 8)
    for index in off:
        bits[index // 8] |= 0x80 >> index % 8
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), BUSINESS_ZONE)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
