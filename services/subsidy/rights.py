"""The subsidy's rights: who may call each operation, and whose things they reach with it."""

from __future__ import annotations

from typing import Final

from shared.kernel.callers import Role, Whose
from shared.rights import (
    AUDITORS,
    BODIES,
    EVERY_ROLE,
    HOLDERS,
    ORGANISATIONS,
    SUPERVISORS,
    Rights,
    public,
    reads,
    writes,
)

_PAYEES: Final = {**ORGANISATIONS, **BODIES}
"""Who is paid: institutions for trainings, assessment bodies for assessments, each for its own things."""
_CLAIMANTS: Final = {**_PAYEES, **HOLDERS}
"""Who claims: also a holder of a certificate, for themselves."""
_REVIEWER: Final = {Role.REVIEWER: Whose.REGION}
_FINANCE: Final = {Role.FINANCE: Whose.REGION}
_PROVINCE: Final = {Role.PROVINCE: Whose.REGION}

_REFERENCE: Final = "What everybody has to look up: it names no person."
_PUBLICITY: Final = "Publicity is for everybody: it names institutions and amounts, and no person."
_FROM_ABOVE: Final = "A city or the province acts in a county's place through reviewers and finance of that region."
_ACCOUNTS: Final = "Of a number, nobody sees more than the last digits."
_OWN_FILES: Final = "Everybody sees the files that they posted."
_LISTS: Final = {Role.REVIEWER: Whose.ALL, Role.PROVINCE: Whose.ALL}
_OWN_CLAIM: Final = "A reviewer decides on it."
_PROVINCE_ITSELF: Final = "The province is a caller whose region is the province's code."
_PROPOSED: Final = "What one enters decides nothing until another person of the province approves it."
_APPROVED: Final = "Who approves a rule is not who entered it."
_REJECTED: Final = "Who enters a rule may withdraw it; rejected, it decides nothing and can be entered again."

RIGHTS: Final[Rights] = {
    # policy
    "list_policy_rows": reads(EVERY_ROLE, note=_REFERENCE),
    "get_policy_row": reads(EVERY_ROLE, note=_REFERENCE),
    "add_policy_row": writes(_PROVINCE, two=_PROPOSED, note=_PROVINCE_ITSELF),
    "end_policy_row": writes(_PROVINCE, two=_PROPOSED, note=_PROVINCE_ITSELF),
    "approve_policy_row": writes(_PROVINCE, two=_APPROVED, note=_PROVINCE_ITSELF),
    "reject_policy_row": writes(_PROVINCE, one=_REJECTED, note=_PROVINCE_ITSELF),
    # limits
    "list_claim_limits": reads(EVERY_ROLE, note=_REFERENCE),
    "add_claim_limit": writes(_PROVINCE, two=_PROPOSED, note=_PROVINCE_ITSELF),
    "end_claim_limit": writes(_PROVINCE, two=_PROPOSED, note=_PROVINCE_ITSELF),
    "approve_claim_limit": writes(_PROVINCE, two=_APPROVED, note=_PROVINCE_ITSELF),
    "reject_claim_limit": writes(_PROVINCE, one=_REJECTED, note=_PROVINCE_ITSELF),
    "list_checks": reads(EVERY_ROLE, note=_REFERENCE),
    # budgets
    "propose_budget": writes(
        _PROVINCE, two="Who confirms a total is not who proposed it.", note="Who pays from a budget does not set it."
    ),
    "list_budgets": reads(
        SUPERVISORS, _FINANCE, note="A budget belongs to its reporting region; a county has none and sees none."
    ),
    "propose_budget_move": writes(_PROVINCE, two="Who confirms a move is not who proposed it."),
    "propose_fund_shares": writes(_PROVINCE, two="Who confirms shares is not who proposed them."),
    # payees
    "enter_payee_account": writes(
        _CLAIMANTS, _FINANCE, two="Who confirms an account is not who entered it.", note=_FROM_ABOVE
    ),
    "withdraw_payee_account": writes(
        _CLAIMANTS,
        one="Nobody was paid to it; the account before stays.",
        note="Finance rejects its proposal instead.",
    ),
    "list_payee_accounts": reads(_CLAIMANTS, _FINANCE, _PROVINCE, AUDITORS, note=_ACCOUNTS),
    "get_payee_account": reads(_CLAIMANTS, _FINANCE, _PROVINCE, AUDITORS, note=_ACCOUNTS),
    "list_shared_payee_accounts": reads(
        _FINANCE,
        _PROVINCE,
        AUDITORS,
        note="An account of the region, with the institutions that have it too, wherever they lie.",
    ),
    # ledger
    "list_postings": reads(
        SUPERVISORS, _FINANCE, note="A posting lies where its claim lies; a budget's own lie in its reporting region."
    ),
    # statements
    "freeze_statements": writes(
        _FINANCE, _PROVINCE, one="Nothing moves: what was booked is frozen, and what is booked later has its own."
    ),
    "list_statements": reads(_PAYEES, SUPERVISORS, _FINANCE),
    "get_statement": reads(_PAYEES, SUPERVISORS, _FINANCE),
    "list_statement_postings": reads(_PAYEES, SUPERVISORS, _FINANCE),
    # worklists
    "list_my_work": reads(_REVIEWER, note="What waits in the caller's region, came up to it late, or was delegated."),
    "pass_clean_claims": writes(
        _REVIEWER,
        two="As for a single approval: nobody passes what they prepared or reviewed first.",
        note=_FROM_ABOVE,
    ),
    "add_claim_note": writes(_REVIEWER, one="A note decides nothing, and stays with its writer's name."),
    "list_claim_notes": reads(_REVIEWER, _PROVINCE, AUDITORS),
    "delegate": writes(_REVIEWER, one="It moves a worklist for some days; whoever decides signs with their own name."),
    "end_delegation": writes(_REVIEWER, one="The worklist goes back to whom it was."),
    "list_delegations": reads(_REVIEWER, _PROVINCE, AUDITORS),
    "draw_review_sample": writes(
        _REVIEWER, _PROVINCE, one="The draw follows from seed and rule; a period is drawn once, and can be recomputed."
    ),
    "get_review_sample": reads(_REVIEWER, _PROVINCE, AUDITORS),
    # quotes
    "list_quotable_classes": reads(ORGANISATIONS),
    "quote": writes(
        _CLAIMANTS,
        {Role.COUNTY_OFFICER: Whose.REGION},
        _REVIEWER,
        one="It promises an amount by the policy that is in force, and pays nothing.",
        note="What one person has had is told to whoever holds the person's number, at a low rate.",
    ),
    # claims
    "draft_claim": writes(_CLAIMANTS, one=_OWN_CLAIM),
    "list_claims": reads(_CLAIMANTS, SUPERVISORS, _FINANCE),
    "get_claim": reads(_CLAIMANTS, SUPERVISORS, _FINANCE),
    "replay_claim": reads(_CLAIMANTS, SUPERVISORS, _FINANCE),
    "explain_line": reads(_CLAIMANTS, SUPERVISORS, _FINANCE),
    "rebuild_claim": writes(_CLAIMANTS, one=_OWN_CLAIM),
    "submit_claim": writes(_CLAIMANTS, one=_OWN_CLAIM),
    "withdraw_claim": writes(_CLAIMANTS, one="Nothing was decided, and the class can be claimed for again."),
    "state_apprenticeship": writes(
        ORGANISATIONS, one="A statement decides nothing: the reviewer of the claim sees it. Another one corrects it."
    ),
    "list_apprenticeships": reads(ORGANISATIONS, SUPERVISORS, _FINANCE),
    "list_rekeyed_lines": reads(SUPERVISORS, _FINANCE),
    "list_owed_lines": reads(SUPERVISORS, _FINANCE),
    # publicity and objections
    "list_region_names": public("It names regions and nobody."),
    "list_public_claims": public(_PUBLICITY),
    "get_public_claim": public(_PUBLICITY),
    "get_publicity_file": public(_PUBLICITY),
    "publicity_page": public(_PUBLICITY),
    "page": public("The page is the same for everybody and shows nothing to who is not signed in."),
    "file_objection": public("Whoever objects needs no account.", one="A reviewer answers it."),
    "get_objection_state": public("Only with the receipt, which cannot be guessed.", one="It changes nothing."),
    "list_objections": reads(SUPERVISORS),
    "get_objection": reads(_REVIEWER, AUDITORS),
    "read_objector_contact": writes(_REVIEWER, one="It changes nothing; who read it and why is kept and shown."),
    "answer_objection": writes(
        _REVIEWER, two="Who answers an objection neither prepared nor reviewed the claim.", note=_FROM_ABOVE
    ),
    # appeals
    "file_appeal": writes(
        _CLAIMANTS,
        {Role.COUNTY_OFFICER: Whose.REGION},
        one="A reviewer of the region above decides on it.",
        note="A county officer records the appeal of a person who comes to the counter.",
    ),
    "list_appeals": reads(_CLAIMANTS, SUPERVISORS, _FINANCE),
    "get_appeal": reads(_CLAIMANTS, SUPERVISORS, _FINANCE),
    "decide_appeal": writes(
        _REVIEWER,
        _PROVINCE,
        two="Who decides on an appeal did not take the decision that it is about.",
        note="Only reviewers of a region above the claim's, and the province.",
    ),
    # review, payment, recovery
    "list_late_claims": reads(SUPERVISORS, _FINANCE),
    "take_claim": writes(_REVIEWER, one="Nothing is decided by it; a colleague may take it over.", note=_FROM_ABOVE),
    "return_claim": writes(
        _REVIEWER,
        two="Who returns a claim is none of those who prepared it.",
        note="An approval that is not paid yet may be taken back by whoever gave it: nothing is granted by that.",
    ),
    "reject_claim": writes(_REVIEWER, two="Who rejects a claim is none of those who prepared it.", note=_FROM_ABOVE),
    "approve_claim": writes(
        _REVIEWER,
        two="Who reviews a claim is none of those who prepared it, and the second reviewer is not the first.",
        note=_FROM_ABOVE,
    ),
    "pay_claim": writes(_FINANCE, two="Who pays a claim neither prepared nor approved it.", note=_FROM_ABOVE),
    "fail_payment": writes(
        _FINANCE, two="Who records that the bank sent a payment back is not who paid it.", note=_FROM_ABOVE
    ),
    # external lists
    "list_external_matches": reads(SUPERVISORS, _FINANCE, note="A match belongs where a claim lies that it concerns."),
    "settle_external_match": writes(_REVIEWER, _PROVINCE, two="Who decides on a match did not post it."),
    "post_external_match_file": writes(_LISTS, two="Who decides on a match did not post it."),
    "list_external_match_files": reads(_LISTS, note=_OWN_FILES),
    "get_external_match_file_template": reads(EVERY_ROLE, note=_REFERENCE),
    "get_external_match_file": reads(_LISTS, note=_OWN_FILES),
    "remove_external_match_file": writes(_LISTS, one="What was stored stays, and is dismissed match by match."),
    "get_external_match_file_report": reads(_LISTS, note=_OWN_FILES),
    "get_external_match_file_failed_rows": reads(_LISTS, note=_OWN_FILES),
    # patterns
    "list_patterns": reads(SUPERVISORS, _FINANCE, note="A pattern belongs where its payee or person is."),
    "list_pattern_rates": reads(SUPERVISORS, _FINANCE),
    "settle_pattern": writes(
        _REVIEWER, one="It only holds, or ends a hold; who approves and who pays are others, and it can be changed."
    ),
    # payment batches
    "list_payable_claims": reads(
        _FINANCE, note="What bars a claim depends on who asks, too: nobody pays what they approved."
    ),
    "list_bank_layouts": reads(EVERY_ROLE, note=_REFERENCE),
    "draft_payment_batch": writes(
        _FINANCE,
        two="Who releases a batch did not draw it up, nor approve any of its claims.",
        note=_FROM_ABOVE,
    ),
    "list_payment_batches": reads(SUPERVISORS, _FINANCE),
    "get_payment_batch": reads(SUPERVISORS, _FINANCE),
    "list_payment_batch_rows": reads(SUPERVISORS, _FINANCE),
    "get_bank_file": reads(_FINANCE, note="Whole account numbers, for the bank; who has had it is kept and shown."),
    "propose_payment_batch_recall": writes(
        _FINANCE, two="Who confirms that a batch is taken back neither proposed nor released it."
    ),
    "post_payment_return_file": writes(_FINANCE, two="Who posts a bank's return did not release the batch."),
    "list_payment_return_files": reads({Role.FINANCE: Whose.ALL}, note=_OWN_FILES),
    "get_payment_return_file_template": reads(EVERY_ROLE, note=_REFERENCE),
    "get_payment_return_file": reads(
        SUPERVISORS, _FINANCE, note="Who posted it and what became of it; what it says of each row is in the batch."
    ),
    "remove_payment_return_file": writes(_FINANCE, one="What was taken stays; a file that waits is only cancelled."),
    "get_payment_return_file_report": reads(_FINANCE),
    "get_payment_return_file_failed_rows": reads(_FINANCE, note="As they were sent, to be corrected."),
    "propose_recovery_reversal": writes(
        _FINANCE, _REVIEWER, two="Who confirms that a recovery is taken back neither proposed nor confirmed it."
    ),
    "propose_recovery": writes(
        _FINANCE,
        _REVIEWER,
        two="Who confirms a recovery neither proposed it nor paid the claim.",
        note=(
            "Whoever paid a claim may propose to recover it. Only what was paid is recovered; money that comes back by "
            "itself is recorded in the same way."
        ),
    ),
    "list_recoveries": reads(_PAYEES, SUPERVISORS, _FINANCE),
    "propose_write_off": writes(
        _FINANCE, _REVIEWER, two="Who confirms that money is given up neither proposed it nor paid the claim."
    ),
    "propose_write_off_reversal": writes(
        _FINANCE, _REVIEWER, two="Who confirms that a write-off is taken back neither proposed nor confirmed it."
    ),
    "propose_owed_dismissal": writes(
        _FINANCE, _REVIEWER, two="Who confirms that a line is not owed neither proposed it nor paid the claim."
    ),
    # what the bank paid twice
    "propose_double_payment": writes(
        _FINANCE, two="Who confirms that the bank paid twice neither proposed it nor paid the claim."
    ),
    "list_double_payments": reads(_PAYEES, SUPERVISORS, _FINANCE),
    "get_double_payment": reads(_PAYEES, SUPERVISORS, _FINANCE),
    "propose_double_payment_recovery": writes(
        _FINANCE, two="Who confirms that it came back neither proposed it nor paid the claim."
    ),
    "propose_double_payment_write_off": writes(
        _FINANCE, two="Who confirms that money is given up neither proposed it nor paid the claim."
    ),
    "propose_double_payment_recovery_reversal": writes(
        _FINANCE, two="Who confirms that it is owed again neither proposed it, nor confirmed the recovery, nor paid."
    ),
    "propose_double_payment_write_off_reversal": writes(
        _FINANCE, two="Who confirms that it is owed again neither proposed it nor paid the claim."
    ),
    "propose_double_payment_cancellation": writes(
        _FINANCE, two="Who confirms that the bank paid once neither proposed it nor recorded that it paid twice."
    ),
    "list_offsets_in_excess": reads(SUPERVISORS, _FINANCE),
    # projects
    "file_project": writes(
        _REVIEWER, _PROVINCE, two="Who approves a project is of the province, and not who filed it.", note=_FROM_ABOVE
    ),
    "list_projects": reads(_PAYEES, SUPERVISORS, _FINANCE),
    "get_project_progress": reads(SUPERVISORS, _FINANCE),
    "get_project": reads(_PAYEES, SUPERVISORS, _FINANCE),
    "enter_project_result": writes(
        _PAYEES, _REVIEWER, _PROVINCE, one="A figure decides nothing: a verdict takes two people. Another corrects it."
    ),
    "propose_project_verdict": writes(
        _REVIEWER, _PROVINCE, two="Who confirms a verdict is of the province, and not who proposed it."
    ),
    "propose_project_cancellation": writes(
        _REVIEWER, _PROVINCE, two="Who confirms a cancellation is of the province, and not who proposed it."
    ),
    "propose_project_reinstatement": writes(
        _REVIEWER, _PROVINCE, two="Who confirms a reinstatement is of the province, and not who proposed it."
    ),
    # proposals
    "list_proposals": reads(SUPERVISORS, _FINANCE),
    "get_proposal": reads(SUPERVISORS, _FINANCE),
    "confirm_proposal": writes(
        _FINANCE,
        _PROVINCE,
        two="Who confirms a proposal is not who made it, and did not pay what is recovered.",
        note="Finance and the province confirm recoveries and accounts, the province alone budgets and projects.",
    ),
    "reject_proposal": writes(
        _FINANCE,
        _REVIEWER,
        _PROVINCE,
        one="Nothing happens; it can be proposed again. Whoever made a proposal takes it back in this way.",
        note="The province alone rejects budgets.",
    ),
    # duplicates
    "list_duplicates": reads(
        SUPERVISORS, _FINANCE, note="A pair is shown to the regions of both claims, whoever merged the persons."
    ),
}
