"""Which awards each way to a certificate gives. Source: domain rules §3.1, §3.4, trap 7."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.contracts.assessment import CertificateWay
from shared.kernel.awards import Award
from shared.kernel.refusals import Invalid

_WORKERS: Final = frozenset({Award.JUNIOR_WORKER, Award.INTERMEDIATE_WORKER, Award.SENIOR_WORKER})
_TECHNICIANS: Final = frozenset({Award.TECHNICIAN, Award.SENIOR_TECHNICIAN})

GIVES: Final[Mapping[CertificateWay, frozenset[Award]]] = {
    CertificateWay.EXAM: _WORKERS | _TECHNICIANS | {Award.SPECIAL_ABILITY},
    CertificateWay.PROCESS: _WORKERS | {Award.SPECIAL_ABILITY},
    CertificateWay.RECOGNITION: _WORKERS | _TECHNICIANS,
    CertificateWay.APPOINTMENT: frozenset({Award.SPECIAL_GRADE_TECHNICIAN, Award.CHIEF_TECHNICIAN}),
    CertificateWay.APPRENTICESHIP: frozenset({Award.APPRENTICE}),
}


class WayDoesNotGive(Invalid):
    """Facts: `way`, `award`, `level` (None for an award without one), `gives`, the awards that the way gives."""

    slug = "way-does-not-give"
    title_en = "This award is not given in this way."
    title_zh = "该等级（证书种类）不能以此方式取得。"
    cure_en = "The way {way} gives {gives}. Exams of L2 to L6 are filed as sessions."
    cure_zh = "{way} 方式可取得：{gives}。L2 至 L6 的考试请按考试场次报备。"
    reference = "POST /v1/sessions"


def require_given(award: Award, way: CertificateWay, *, pointer: str) -> None:
    """Raises WayDoesNotGive."""
    gives = GIVES[way]
    if award not in gives:
        codes = [each.code for each in sorted(gives, key=int)]
        raise WayDoesNotGive(pointer=pointer, way=way.value, gives=codes, **award.codes)
