"""Whom a request to a path of the registry concerns: trainees and teachers."""

from __future__ import annotations

from typing import Final

from shared.concerned import Concerned

_TRAINEES: Final = "SELECT t.person, t.document_kind, t.sealed FROM trainee t JOIN enrolment e USING (person)"
_TEACHERS: Final = "SELECT t.person, t.document_kind, t.sealed FROM teacher t"
_OF_CLASS: Final = f"{_TRAINEES} JOIN {{table}} c ON c.class_id = e.class_id WHERE c.id = $1"

CONCERNED: Final = Concerned(
    {
        "enrolment_id": f"{_TRAINEES} WHERE e.id = $1",
        "class_id": f"{_TRAINEES} WHERE e.class_id = $1",
        "patrol_id": _OF_CLASS.format(table="patrol"),
        "finding_id": _OF_CLASS.format(table="finding"),
        "flag_id": f"{_TRAINEES} JOIN flag f ON e.id = f.enrolment_id OR f.enrolment_id IS NULL "
        "AND e.class_id = f.class_id WHERE f.id = $1",
        "teacher_id": f"{_TEACHERS} WHERE t.id = $1",
        "engagement_id": f"{_TEACHERS} JOIN engagement g ON g.teacher_id = t.id WHERE g.id = $1",
    }
)
