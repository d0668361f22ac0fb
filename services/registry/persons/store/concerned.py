"""Statements for whom a request to the registry concerns: trainees and teachers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_SEALED: Final = "t.person, t.document_kind, t.sealed"
_TRAINEE: Final = f"SELECT {_SEALED} FROM trainee t"
_ENROLLED: Final = f"{_TRAINEE} JOIN enrolment e USING (person)"
_TEACHER: Final = f"SELECT {_SEALED} FROM teacher t"
_OF_CLASS: Final = f"{_ENROLLED} JOIN {{table}} c ON c.class_id = e.class_id WHERE c.id = $1"
_OF_TWO: Final = f"{_TRAINEE} JOIN {{table}} p ON t.person IN (p.person, p.into_person) WHERE p.id = $1"

OF_PATH: Final[Mapping[str, str]] = {
    "enrolment_id": f"{_ENROLLED} WHERE e.id = $1",
    "class_id": f"{_ENROLLED} WHERE e.class_id = $1",
    "order_id": f"{_ENROLLED} JOIN order_class o USING (class_id) WHERE o.order_id = $1",
    "patrol_id": _OF_CLASS.format(table="patrol"),
    "finding_id": _OF_CLASS.format(table="finding"),
    "flag_id": f"{_ENROLLED} JOIN flag f ON e.id = f.enrolment_id OR f.enrolment_id IS NULL "
    "AND e.class_id = f.class_id WHERE f.id = $1",
    "proposal_id": _OF_TWO.format(table="person_proposal"),
    "merge_id": _OF_TWO.format(table="person_merge"),
    "teacher_id": f"{_TEACHER} WHERE t.id = $1",
    "engagement_id": f"{_TEACHER} JOIN engagement g ON g.teacher_id = t.id WHERE g.id = $1",
    "departure_id": f"{_TEACHER} JOIN teacher_departure d ON d.teacher_id = t.id WHERE d.id = $1",
    "teacher_merge_id": f"{_TEACHER} JOIN teacher_merge m ON t.id IN (m.teacher_id, m.into_id) WHERE m.id = $1",
}
OF_DOCUMENTS: Final = f"{_TRAINEE} WHERE t.person = ANY($1) UNION ALL {_TEACHER} WHERE t.person = ANY($1)"
OF_TRAINEES: Final = f"""
SELECT e.local_id, {_SEALED} FROM trainee t JOIN enrolment e USING (person)
WHERE e.institution_id = $1 AND e.local_id = ANY($2)
"""
