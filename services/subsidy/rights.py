"""The subsidy's rights: who may call each operation, and whose things they reach with it."""

from __future__ import annotations

from typing import Final

from shared.kernel.callers import Role, Whose
from shared.rights import EVERY_ROLE, ORGANISATIONS, SUPERVISORS, Rights, reads, writes

_REVIEWER: Final = {Role.REVIEWER: Whose.REGION}
_FINANCE: Final = {Role.FINANCE: Whose.REGION}
_PROVINCE: Final = {Role.PROVINCE: Whose.REGION}

_REFERENCE: Final = "What everybody has to look up: it names no person."
_OWN_CLAIM: Final = "A reviewer decides on it."

RIGHTS: Final[Rights] = {
    # policy
    "list_policy_rows": reads(EVERY_ROLE, note=_REFERENCE),
    "list_checks": reads(EVERY_ROLE, note=_REFERENCE),
    # budgets
    "set_budget": writes(
        _PROVINCE,
        _FINANCE,
        one="A new total replaces it, never below what is committed; each is kept.",
        note="The province and its finance: callers whose region is the province's code.",
    ),
    "list_budgets": reads(SUPERVISORS, _FINANCE),
    # claims
    "draft_claim": writes(ORGANISATIONS, one=_OWN_CLAIM),
    "list_claims": reads(ORGANISATIONS, SUPERVISORS, _FINANCE),
    "get_claim": reads(ORGANISATIONS, SUPERVISORS, _FINANCE),
    "rebuild_claim": writes(ORGANISATIONS, one=_OWN_CLAIM),
    "submit_claim": writes(ORGANISATIONS, one=_OWN_CLAIM),
    # review, payment, recovery
    "return_claim": writes(
        _REVIEWER,
        one="The institution rebuilds it and submits it again.",
        note="Whoever submitted a claim in another role may return it: nothing is granted by that.",
    ),
    "reject_claim": writes(_REVIEWER, one="The class can be claimed for again."),
    "approve_claim": writes(_REVIEWER, two="Who approves a claim is not who submitted it."),
    "pay_claim": writes(_FINANCE, two="Who pays a claim is not who approved it."),
    "recover_claim": writes(
        _FINANCE,
        one="It needs a reason; the money returns to the budget that it came from.",
        note="Whoever paid a claim may recover it.",
    ),
}
