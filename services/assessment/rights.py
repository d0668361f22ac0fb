"""Assessment's rights: who may call each operation, and whose things they reach with it."""

from __future__ import annotations

from typing import Final

from shared.kernel.callers import Role, Whose
from shared.rights import (
    BODIES,
    EVERY_ROLE,
    HOLDERS,
    OF_PUBLIC_LISTS,
    OFFICERS,
    ORGANISATIONS,
    SUPERVISORS,
    Rights,
    public,
    reads,
    writes,
)

_FINANCE: Final = {Role.FINANCE: Whose.REGION}

_OWN_EXAM: Final = "The body answers for its own exam; each step is kept with its author, and officers see it."
_OWN_RESULTS: Final = "Whoever posts results does not conclude the session; a change takes a second person."
_PROVINCE: Final = {Role.PROVINCE: Whose.REGION}
_PROVINCE_ITSELF: Final = "The province is a caller whose region is the province's code."
_SCHOOLS: Final = {Role.INSTITUTION: Whose.OWN}
_EXPORTS: Final = "The province reports for all bodies; the file holds names and document numbers."
_PROPOSED: Final = "What one enters decides nothing until another person of the province approves it."
_APPROVED: Final = "Who approves a rule is not who entered it."
_REJECTED: Final = "Who enters a rule may withdraw it; rejected, it decides nothing and can be entered again."

_SCOPE_BACK: Final = "An entry of the scope can be ended; who opened it stays on record."
_AUTHORITIES: Final = "Ranks 5 and 6 take the prefecture or the province, ranks 7 and 8 the province."
_DECIDES: Final = "Ranks 5 and 6 take the prefecture or the province, ranks 7 and 8 the province; L1 the employer."
_BOTH: Final = "An officer of one prefecture proposes it, an officer of the other one confirms it."
_FILED_APPROVED: Final = "Who approves or returns a session is an officer, and not of the body that filed it."
_SEEN: Final = (
    "An institution sees those of its trainees, for the occupation and level of their class. An exam outside the "
    "territory of its body is seen by the officers of both."
)

RIGHTS: Final[Rights] = {
    # bodies
    "file_body": writes(OFFICERS, one=_SCOPE_BACK, note=_AUTHORITIES),
    "list_bodies": reads(BODIES, SUPERVISORS, _FINANCE, note="A body sees itself. The public verifies certificates."),
    "get_body": reads(BODIES, SUPERVISORS, _FINANCE),
    "open_scope": writes(OFFICERS, one=_SCOPE_BACK, note=_AUTHORITIES),
    "list_scope": reads(BODIES, SUPERVISORS, _FINANCE),
    "end_scope": writes(OFFICERS, one="The ending can be taken back, and stays on record.", note=_AUTHORITIES),
    "reinstate_scope": writes(OFFICERS, one="The entry can be ended again, and stays on record.", note=_AUTHORITIES),
    "impose_body_sanction": writes(
        OFFICERS, one="Another officer lifts it.", note="From delisting up, the prefecture or the province."
    ),
    "list_body_sanctions": reads(BODIES, SUPERVISORS, _FINANCE),
    "lift_body_sanction": writes(OFFICERS, two="Who lifts a sanction is not who imposed it."),
    "reinstate_body_sanction": writes(OFFICERS, one="It only takes a lifting back; another officer lifts it again."),
    "propose_territory": writes(OFFICERS, two=_BOTH, note="Officers of the body's prefecture or of the other one."),
    "list_territories": reads(BODIES, SUPERVISORS, _FINANCE),
    "end_territory": writes(OFFICERS, one="Either authority withdraws its agreement; both open it again."),
    "propose_body_closing": writes(OFFICERS, two="Who confirms a closing is not who proposed it.", note=_AUTHORITIES),
    "propose_body_closing_reversal": writes(OFFICERS, two="Who confirms a reversal is not who proposed it."),
    # exams
    "file_session": writes(BODIES, one=_OWN_EXAM),
    "list_sessions": reads(BODIES, SUPERVISORS, _FINANCE, ORGANISATIONS, note=_SEEN),
    "list_session_tasks": reads(BODIES, SUPERVISORS, note=_SEEN),
    "list_examinable_classes": reads(BODIES, note="Classes of its region, without their trainees."),
    "get_session": reads(BODIES, SUPERVISORS, _FINANCE, ORGANISATIONS, note=_SEEN),
    "conclude_session": writes(BODIES, two="Who concludes a session has posted no results of it."),
    "issue_owed_certificates": writes(BODIES, one="It issues what the results say; certificates can be revoked."),
    "get_session_history": reads(BODIES, SUPERVISORS, _FINANCE, ORGANISATIONS, note=_SEEN),
    "list_session_signs": reads(SUPERVISORS, note="Those who supervise exams; the body does not see it."),
    "approve_session": writes(OFFICERS, two=_FILED_APPROVED, note=_AUTHORITIES),
    "return_session": writes(OFFICERS, two=_FILED_APPROVED, note=_AUTHORITIES),
    "refile_session": writes(BODIES, one="An officer approves it again."),
    "move_session": writes(BODIES, one="An officer approves it again; the history keeps day, rooms and reason."),
    "seal_session": writes(BODIES, one="It only closes the roster; moving the session opens it again."),
    "publish_session": writes(BODIES, one="An officer takes a publication back."),
    "withhold_session": writes(OFFICERS, two="Who withholds results is not of the body that publishes them."),
    "cancel_session": writes(BODIES, one="Only a session without marks; the cancellation can be taken back."),
    "reinstate_session": writes(BODIES, one="An officer approves it again."),
    "withdraw_candidate": writes(BODIES, one="Only before the roster is sealed; the candidate can be posted again."),
    "add_candidates": writes(BODIES, one=_OWN_EXAM),
    "post_candidate_file": writes(BODIES, one=_OWN_EXAM),
    "get_candidate_file_template": reads(EVERY_ROLE, note="It names no person."),
    "list_candidates": reads(BODIES, SUPERVISORS, ORGANISATIONS, note=_SEEN),
    "record_results": writes(BODIES, one=_OWN_RESULTS),
    "post_result_file": writes(BODIES, one=_OWN_RESULTS),
    "list_result_files": reads(BODIES),
    "get_result_file_template": reads(EVERY_ROLE, note="It names no person."),
    "get_result_file": reads(BODIES),
    "remove_result_file": writes(BODIES, one="What was stored stays; the file can be sent again."),
    "get_result_file_report": reads(BODIES),
    "get_result_file_failed_rows": reads(BODIES),
    "get_candidate": reads(BODIES, SUPERVISORS, ORGANISATIONS, note=_SEEN),
    "propose_correction": writes(BODIES, two="Who confirms other marks is not who proposed them."),
    "list_name_questions": reads(BODIES, SUPERVISORS, note="A body sees those about its own candidates."),
    "settle_name_question": writes(OFFICERS, two="Who settles a name is an officer; the body gave the other name."),
    "reopen_name_question": writes(OFFICERS, one="It only takes a settlement back; the former name is known again."),
    # examiners
    "register_examiner": writes(BODIES, one="The body answers for its examiners; an officer can suspend them."),
    "list_examiners": reads(BODIES, SUPERVISORS, note="A body sees its own."),
    "get_examiner": reads(BODIES, SUPERVISORS),
    "qualify_examiner": writes(BODIES, one="The history keeps the former qualifications; an officer can suspend."),
    "end_examiner": writes(BODIES, one="The ending can be taken back, and stays on record."),
    "reinstate_examiner": writes(BODIES, one="The entry can be ended again, and stays on record."),
    "suspend_examiner": writes(OFFICERS, one="An officer takes it back; it stays on record."),
    "resume_examiner": writes(OFFICERS, one="It only takes a suspension back; an officer can suspend again."),
    # session rules
    "list_session_rules": reads(EVERY_ROLE, note="What everybody has to look up: it names no person."),
    "add_session_rule": writes(_PROVINCE, two=_PROPOSED, note=_PROVINCE_ITSELF),
    "end_session_rule": writes(_PROVINCE, two=_PROPOSED, note=_PROVINCE_ITSELF),
    "approve_session_rule": writes(_PROVINCE, two=_APPROVED, note=_PROVINCE_ITSELF),
    "reject_session_rule": writes(_PROVINCE, one=_REJECTED, note=_PROVINCE_ITSELF),
    # supervision
    "list_supervision_rules": reads(EVERY_ROLE, note="What everybody has to look up: it names no person."),
    "add_supervision_rule": writes(_PROVINCE, two=_PROPOSED, note=_PROVINCE_ITSELF),
    "end_supervision_rule": writes(_PROVINCE, two=_PROPOSED, note=_PROVINCE_ITSELF),
    "approve_supervision_rule": writes(_PROVINCE, two=_APPROVED, note=_PROVINCE_ITSELF),
    "reject_supervision_rule": writes(_PROVINCE, one=_REJECTED, note=_PROVINCE_ITSELF),
    "list_exam_flags": reads(SUPERVISORS, note="Those who supervise exams; the body does not see them."),
    "get_exam_flag": reads(SUPERVISORS),
    "get_exam_flag_history": reads(SUPERVISORS),
    "settle_exam_flag": writes(OFFICERS, one="It can be reopened; every step stays on record."),
    "reopen_exam_flag": writes(OFFICERS, one="It only takes a settlement back."),
    "assign_exam_flag": writes(OFFICERS, one="It only says whose task the flag is."),
    "inspect_session": writes(OFFICERS, one="It takes nothing away; its flag can be dismissed."),
    "list_session_inspections": reads(BODIES, SUPERVISORS, note="A body sees those of its own sessions."),
    "state_session_fee": writes(BODIES, OFFICERS, one="It can be stated again; each statement stays on record."),
    "declare_body_relation": writes(BODIES, OFFICERS, one="It only flags; an officer ends it."),
    "list_body_relations": reads(BODIES, SUPERVISORS),
    "end_body_relation": writes(OFFICERS, one="It can be declared again; the former one stays on record."),
    "get_exam_flag_rates": public("Counts by rule, which name nobody."),
    # appeals
    "file_appeal": writes(HOLDERS, one="It changes nothing; the candidate takes it back."),
    "list_own_appeals": reads(HOLDERS),
    "list_appeals": reads(BODIES, SUPERVISORS, note="A body sees those against its own results."),
    "get_appeal_history": reads(
        BODIES, SUPERVISORS, HOLDERS, note="A body sees that of its own results, a candidate their own."
    ),
    "withdraw_appeal": writes(HOLDERS, one="The candidate appeals again while there is time."),
    "answer_appeal": writes(
        BODIES, two="Who answers has posted no results; who confirms another result is a further person."
    ),
    "reopen_appeal": writes(OFFICERS, one="It only has an appeal answered again."),
    # pass rules
    "list_pass_rules": reads(EVERY_ROLE, note="What everybody has to look up: it names no person."),
    "add_pass_rule": writes(_PROVINCE, two=_PROPOSED, note=_PROVINCE_ITSELF),
    "end_pass_rule": writes(_PROVINCE, two=_PROPOSED, note=_PROVINCE_ITSELF),
    "approve_pass_rule": writes(_PROVINCE, two=_APPROVED, note=_PROVINCE_ITSELF),
    "reject_pass_rule": writes(_PROVINCE, one=_REJECTED, note=_PROVINCE_ITSELF),
    # names
    "list_region_names": public("It names regions and nobody."),
    "list_programme_names": reads(EVERY_ROLE, note="What everybody has to look up: it names no person."),
    # standards
    "list_standards": reads(EVERY_ROLE, note="What everybody has to look up: it names no person."),
    "get_standard": reads(EVERY_ROLE),
    # certificates
    "list_certificates": reads(BODIES, SUPERVISORS, _FINANCE, ORGANISATIONS, note=_SEEN),
    "get_certificate": reads(BODIES, SUPERVISORS, _FINANCE, ORGANISATIONS, note=_SEEN),
    "propose_revocation": writes(
        OFFICERS, two="Who confirms a revocation did not propose it, and neither of the two issued the certificate."
    ),
    "propose_reinstatement": writes(
        OFFICERS, two="Who confirms the return of a revoked certificate neither proposed it nor revoked or issued it."
    ),
    "reissue_certificate": writes(
        BODIES, OFFICERS, one="It says what it said before, with the same number; the edition before stays on record."
    ),
    "propose_certificate_correction": writes(
        BODIES, OFFICERS, two="Who confirms a correction did not propose it and did not issue the certificate."
    ),
    "get_certificate_history": reads(BODIES, SUPERVISORS, _FINANCE, ORGANISATIONS, note=_SEEN),
    # conferrals
    "file_conferral": writes(BODIES, one="A list is no award: a second person decides about it."),
    "list_conferrals": reads(BODIES, SUPERVISORS, _FINANCE, note="A body sees its own."),
    "get_conferral": reads(BODIES, SUPERVISORS, _FINANCE),
    "get_conferral_history": reads(BODIES, SUPERVISORS, _FINANCE),
    "add_nominees": writes(BODIES, one="A list is no award: a second person decides about it."),
    "list_nominees": reads(BODIES, SUPERVISORS),
    "submit_conferral": writes(BODIES, two="Who confirms a list did not submit it.", note=_DECIDES),
    "withhold_conferral": writes(OFFICERS, two="Who withholds a list is not of the body that files it.", note=_DECIDES),
    "withdraw_conferral": writes(BODIES, one="It gives no award; the list can be taken up again."),
    "reopen_conferral": writes(BODIES, one="It only takes a withdrawal back."),
    "conclude_conferral": writes(BODIES, one="It issues what a second person confirmed; certificates can be revoked."),
    "strike_nominee": writes(BODIES, OFFICERS, one="The person can be restored; both stay on record.", note=_DECIDES),
    "restore_nominee": writes(BODIES, OFFICERS, one="The person can be struck off again.", note=_DECIDES),
    "list_terms": reads(BODIES, SUPERVISORS, _FINANCE, ORGANISATIONS, note=_SEEN),
    "propose_term": writes(BODIES, OFFICERS, two="Who confirms a further term did not propose it.", note=_DECIDES),
    "end_term": writes(BODIES, OFFICERS, one="The ending can be taken back, and stays on record."),
    "reinstate_term": writes(BODIES, OFFICERS, one="The term can be ended again, and stays on record."),
    # recognition rules
    "list_recognition_rules": reads(EVERY_ROLE, note="What everybody has to look up: it names no person."),
    "add_recognition_rule": writes(_PROVINCE, two=_PROPOSED, note=_PROVINCE_ITSELF),
    "end_recognition_rule": writes(_PROVINCE, two=_PROPOSED, note=_PROVINCE_ITSELF),
    "approve_recognition_rule": writes(_PROVINCE, two=_APPROVED, note=_PROVINCE_ITSELF),
    "reject_recognition_rule": writes(_PROVINCE, one=_REJECTED, note=_PROVINCE_ITSELF),
    # credits
    "list_credit_rules": reads(EVERY_ROLE, note="What everybody has to look up: it names no person."),
    "add_credit_rule": writes(_PROVINCE, two=_PROPOSED, note=_PROVINCE_ITSELF),
    "end_credit_rule": writes(_PROVINCE, two=_PROPOSED, note=_PROVINCE_ITSELF),
    "approve_credit_rule": writes(_PROVINCE, two=_APPROVED, note=_PROVINCE_ITSELF),
    "reject_credit_rule": writes(_PROVINCE, one=_REJECTED, note=_PROVINCE_ITSELF),
    "use_certificate": writes(_SCHOOLS, one="It can be taken back, and stays on record."),
    "use_courses": writes(_SCHOOLS, one="It can be taken back, and stays on record."),
    "list_credit_uses": reads(_SCHOOLS, _PROVINCE, note=_PROVINCE_ITSELF),
    "withdraw_credit_use": writes(_SCHOOLS, one="The same can be used again; both stay on record."),
    # numbers
    "give_number_block": writes(
        _PROVINCE, one="A block is no certificate: what is left of it can be taken back.", note=_PROVINCE_ITSELF
    ),
    "list_number_blocks": reads(BODIES, SUPERVISORS, _FINANCE),
    "get_number_account": reads(BODIES, SUPERVISORS, _FINANCE),
    "end_number_block": writes(_PROVINCE, one="Another block can be given for it.", note=_PROVINCE_ITSELF),
    "void_numbers": writes(
        BODIES, _PROVINCE, one="No certificate loses anything: the next number is drawn.", note=_PROVINCE_ITSELF
    ),
    # national exports
    "export_certificates": writes(_PROVINCE, one="It sends what certificates say; it can be given up.", note=_EXPORTS),
    "list_national_exports": reads(_PROVINCE, note=_PROVINCE_ITSELF),
    "get_national_export": reads(_PROVINCE, note=_PROVINCE_ITSELF),
    "get_national_export_file": reads(_PROVINCE, note=_EXPORTS),
    "list_national_export_rows": reads(_PROVINCE, note=_PROVINCE_ITSELF),
    "read_national_receipt": writes(_PROVINCE, one="A later answer of the network takes its place.", note=_EXPORTS),
    "give_up_national_export": writes(_PROVINCE, one="Resumed by the next request, unless sent again.", note=_EXPORTS),
    "resume_national_export": writes(_PROVINCE, one="It only takes a giving up back.", note=_EXPORTS),
    # proposals
    "list_proposals": reads(BODIES, SUPERVISORS),
    "get_proposal": reads(BODIES, SUPERVISORS),
    "confirm_proposal": writes(
        BODIES,
        OFFICERS,
        two="Who confirms a proposal is not who made it.",
        note=(
            "Officers of the region of the session or certificate, or above. A body confirms corrections of its own "
            "results before the conclusion; everything else takes an officer."
        ),
    ),
    "reject_proposal": writes(
        BODIES,
        OFFICERS,
        one="Nothing happens; it can be proposed again. Whoever made a proposal takes it back in this way.",
        note="A body rejects corrections of its own results, officers reject both kinds.",
    ),
    # duplicates
    "list_duplicates": reads(
        SUPERVISORS, _FINANCE, note="A pair is shown to the regions of both certificates, whoever merged the persons."
    ),
    "list_rekeyed_certificates": reads(SUPERVISORS, _FINANCE),
    # credentials
    "sign_credential": writes(
        BODIES,
        OFFICERS,
        {Role.REVIEWER: Whose.REGION},
        HOLDERS,
        one="It says what the certificate says; its status follows the certificate.",
    ),
    "print_certificate": reads(BODIES, HOLDERS, note="It shows name and document number, as the paper does."),
    "get_status_list": public("Verifiers have no token; the list holds bits."),
    "get_key_set": public("Verifiers have no token; these are public keys."),
    "get_credential_key": public("Verifiers have no token; these are public keys."),
    # holders
    "list_own_certificates": reads(HOLDERS),
    "give_code": writes(HOLDERS, one="A holder decides who sees their certificate; the code ends, or is ended."),
    "list_codes": reads(HOLDERS),
    "end_code": writes(HOLDERS, one="It only shows less; another code can be given."),
    "list_looks": reads(HOLDERS),
    # names on the lists of public claims
    **OF_PUBLIC_LISTS,
    # verification
    "verify_certificate": public(
        "Who knows number and name learns whether the certificate stands.", one="It changes nothing but who looked."
    ),
    "page": public("The page is the same for everybody and shows nothing to who is not signed in."),
    "verification_page": public("A page for the public, which asks the two routes beside it."),
    "verify_by_code": public("The holder gave the code away.", one="It changes nothing but who looked."),
}
