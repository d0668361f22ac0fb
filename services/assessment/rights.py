"""Assessment's rights: who may call each operation, and whose things they reach with it."""

from __future__ import annotations

from typing import Final

from shared.kernel.callers import Role, Whose
from shared.rights import BODIES, EVERY_ROLE, OFFICERS, ORGANISATIONS, SUPERVISORS, Rights, public, reads, writes

_FINANCE: Final = {Role.FINANCE: Whose.REGION}

_OWN_EXAM: Final = "The body answers for its own exam; each step is kept with its author, and officers see it."

RIGHTS: Final[Rights] = {
    # bodies
    "file_body": writes(OFFICERS, one="A scope is filed again to change it; sessions keep the scope of their filing."),
    "list_bodies": reads(EVERY_ROLE, note="The directory of bodies is open to every role, as the published list is."),
    "get_body": reads(EVERY_ROLE, note="The directory of bodies is open to every role, as the published list is."),
    # exams
    "file_session": writes(BODIES, one=_OWN_EXAM),
    "list_sessions": reads(BODIES, SUPERVISORS, _FINANCE, ORGANISATIONS),
    "get_session": reads(BODIES, SUPERVISORS, _FINANCE, ORGANISATIONS),
    "conclude_session": writes(BODIES, one="Results can be corrected with a reason, and certificates revoked."),
    "issue_owed_certificates": writes(BODIES, one="It issues what the results say; certificates can be revoked."),
    "cancel_session": writes(BODIES, one="Only a session without marks; it can be filed again."),
    "add_candidates": writes(BODIES, one=_OWN_EXAM),
    "list_candidates": reads(BODIES, SUPERVISORS),
    "record_results": writes(BODIES, one=_OWN_EXAM),
    "get_candidate": reads(BODIES, SUPERVISORS),
    "correct_result": writes(BODIES, one="It needs a reason, and the replaced result stays on record."),
    # certificates
    "list_certificates": reads(BODIES, SUPERVISORS),
    "get_certificate": reads(BODIES, SUPERVISORS),
    "revoke_certificate": writes(OFFICERS, two="Who revokes a certificate is not who issued it."),
    # verification
    "verify_certificate": public("Employers verify certificates; the answer names no holder."),
}
