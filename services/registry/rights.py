"""The registry's rights: who may call each operation, and whose things they reach with it."""

from __future__ import annotations

from typing import Final

from shared.kernel.callers import Role, Whose
from shared.rights import (
    AUDITORS,
    EVERY_ROLE,
    OF_PUBLIC_LISTS,
    OFFICERS,
    ORGANISATIONS,
    SUPERVISORS,
    Rights,
    public,
    reads,
    writes,
)

_COUNTY: Final = {Role.COUNTY_OFFICER: Whose.REGION}
_PROVINCE: Final = {Role.PROVINCE: Whose.REGION}
_FINANCE: Final = {Role.FINANCE: Whose.REGION}
_BODIES_ALL: Final = {Role.ASSESSMENT_BODY: Whose.ALL}

_REFERENCE: Final = "What everybody has to look up: it names no person."
_DIRECTORY: Final = "The directory of institutions is open to every role, as the published list is."

_OWN_STATEMENT: Final = (
    "The institution answers for its own statement. Each step is kept with its author, and officers see and correct it."
)
_OWN_ROWS: Final = "The institution's own records; corrections need a reason, and earlier values are kept."
_OFFICER_ACTS: Final = (
    "An officer acts for the county, under their own name; the step is kept, and the region above can correct it."
)
_OBSERVED: Final = "Whoever was there says what they saw; it raises a flag at most, which an officer then settles."
_CONFIRMED: Final = "One officer proposes it, another one confirms it; nobody confirms their own proposal."
_TAKEN_BACK: Final = (
    "It restores what was, needs a reason and stays in the history; a second person took or may take the step again."
)
_REASONED: Final = "It needs a reason, the earlier values are kept, and the same people can correct it again."
_COUNTY_STEAD: Final = (
    "The county decides, or an officer of the city or the province with that role. The province's own role "
    "does not act for the county here."
)
_PROVINCE_ITSELF: Final = "The province is a caller whose region is the province's code."
_PROPOSED: Final = "What one enters decides nothing until another person of the province approves it."
_APPROVED: Final = "Who approves a rule is not who entered it."
_REJECTED: Final = "Who enters a rule may withdraw it; rejected, it decides nothing and can be entered again."

RIGHTS: Final[Rights] = {
    "page": public("The page is the same for everybody and shows nothing to who is not signed in."),
    "report_page": public("A page for the public, which asks the routes of public reports."),
    # plan
    "list_programmes": reads(EVERY_ROLE, note=_REFERENCE),
    "list_plans": reads(EVERY_ROLE, note=_REFERENCE),
    "list_plan_changes": reads(EVERY_ROLE, note=_REFERENCE),
    "list_regions": reads(EVERY_ROLE, note=_REFERENCE),
    "list_levels": reads(EVERY_ROLE, note=_REFERENCE),
    "list_awards": reads(EVERY_ROLE, note=_REFERENCE),
    "list_projects": reads(EVERY_ROLE, note=_REFERENCE),
    "get_project": reads(EVERY_ROLE, note=_REFERENCE),
    "list_project_terms": reads(EVERY_ROLE, note=_REFERENCE),
    "list_terms_entered": reads(EVERY_ROLE, note=_REFERENCE),
    "put_project": writes(_PROVINCE, two=_PROPOSED, note=_PROVINCE_ITSELF),
    "approve_project_term": writes(_PROVINCE, two=_APPROVED, note=_PROVINCE_ITSELF),
    "reject_project_term": writes(_PROVINCE, one=_REJECTED, note=_PROVINCE_ITSELF),
    "list_policy_rows": reads(EVERY_ROLE, note=_REFERENCE),
    "get_policy_row": reads(EVERY_ROLE, note=_REFERENCE),
    "add_policy_row": writes(_PROVINCE, two=_PROPOSED, note=_PROVINCE_ITSELF),
    "end_policy_row": writes(_PROVINCE, two=_PROPOSED, note=_PROVINCE_ITSELF),
    "approve_policy_row": writes(_PROVINCE, two=_APPROVED, note=_PROVINCE_ITSELF),
    "reject_policy_row": writes(_PROVINCE, one=_REJECTED, note=_PROVINCE_ITSELF),
    "list_calendar": reads(EVERY_ROLE, note=_REFERENCE),
    # directory
    "register_institution": writes(OFFICERS, one=_OFFICER_ACTS),
    "change_institution": writes(
        OFFICERS, one=_OFFICER_ACTS, note="From one region into another only by an officer of or above both."
    ),
    "list_institutions": reads(EVERY_ROLE, note=_DIRECTORY),
    "get_institution": reads(EVERY_ROLE, note=_DIRECTORY),
    "add_site": writes(ORGANISATIONS, OFFICERS, one=_OWN_STATEMENT),
    "list_sites": reads(EVERY_ROLE, note=_DIRECTORY),
    "get_site": reads(EVERY_ROLE, note=_DIRECTORY),
    "change_site": writes(ORGANISATIONS, OFFICERS, one=_OWN_STATEMENT),
    "open_listing": writes(OFFICERS, one=_OFFICER_ACTS),
    "list_institution_listings": reads(EVERY_ROLE, note=_DIRECTORY),
    "list_listings": reads(EVERY_ROLE, note=_DIRECTORY),
    "close_listing": writes(OFFICERS, one="A new listing corrects it; classes that began keep theirs."),
    "reinstate_listing": writes(OFFICERS, one=_TAKEN_BACK),
    "impose_sanction": writes(
        OFFICERS,
        one="It protects trainees at once; another officer can lift it on any day.",
        note="Delisting and blacklisting are for the city, or for the province.",
    ),
    "list_institution_sanctions": reads(
        ORGANISATIONS,
        dict.fromkeys((*SUPERVISORS, Role.FINANCE), Whose.ALL),
        note="Every officer sees them: an institution may train in any county.",
    ),
    "list_sanctions": reads(SUPERVISORS, _FINANCE),
    "lift_sanction": writes(OFFICERS, two="Who lifts a sanction is not who imposed it."),
    "list_completeness": reads(ORGANISATIONS, SUPERVISORS),
    "propose_closing": writes(OFFICERS, two="Another officer confirms it; until then nothing changes."),
    "list_closings": reads(SUPERVISORS, _FINANCE),
    "get_closing": reads(ORGANISATIONS, SUPERVISORS, _FINANCE, note="The institution and its successor see it."),
    "confirm_closing": writes(OFFICERS, two="Who confirms a closing is not who proposed it."),
    "withdraw_closing": writes(OFFICERS, one="A proposal changes nothing; it can be made again."),
    "propose_closing_reversal": writes(OFFICERS, two="Another officer confirms it; until then nothing changes."),
    "confirm_closing_reversal": writes(OFFICERS, two="Who confirms a reversal is not who proposed it."),
    "withdraw_closing_reversal": writes(OFFICERS, one="A proposal changes nothing; it can be made again."),
    "reinstate_sanction": writes(
        OFFICERS, one=_TAKEN_BACK, note="Delisting and blacklisting are for the city, or for the province."
    ),
    # classes
    "list_classes": reads(ORGANISATIONS, SUPERVISORS, _FINANCE, _BODIES_ALL),
    "list_waiting_classes": reads(OFFICERS),
    "list_next_steps": reads(ORGANISATIONS),
    "list_class_changes": reads(OFFICERS, AUDITORS),
    "get_class": reads(ORGANISATIONS, SUPERVISORS, _FINANCE, _BODIES_ALL),
    "list_class_history": reads(ORGANISATIONS, SUPERVISORS, _FINANCE, _BODIES_ALL),
    "replay_class_step": reads(ORGANISATIONS, SUPERVISORS, _FINANCE, _BODIES_ALL),
    "file_class": writes(ORGANISATIONS, one="An officer approves or returns it."),
    "return_class": writes(_COUNTY, one="The institution files it again.", note=_COUNTY_STEAD),
    "refile_class": writes(ORGANISATIONS, one="An officer approves or returns it."),
    "approve_class": writes(_COUNTY, two="Who approves a class is not who filed it.", note=_COUNTY_STEAD),
    "check_class": writes(_COUNTY, one="A new check replaces it, and both are kept.", note=_COUNTY_STEAD),
    "start_class": writes(ORGANISATIONS, one=_OWN_STATEMENT),
    "change_class": writes(ORGANISATIONS, one="It needs a reason and is listed for the county."),
    "complete_class": writes(ORGANISATIONS, one=_OWN_STATEMENT),
    "cancel_class": writes(
        ORGANISATIONS,
        OFFICERS,
        two="An officer who stops a class is not who filed it; an institution ends its own.",
    ),
    # orders
    "file_order": writes(ORGANISATIONS, one="An officer who has seen the signed order confirms it."),
    "list_orders": reads(ORGANISATIONS, SUPERVISORS, note="An institution: what it fulfils and what it has signed."),
    "get_order": reads(ORGANISATIONS, SUPERVISORS, note="The institution that fulfils it and the one that signed it."),
    "add_class_to_order": writes(ORGANISATIONS, one=_OWN_STATEMENT),
    "remove_class_from_order": writes(ORGANISATIONS, one=_REASONED),
    "confirm_order": writes(OFFICERS, two="The institution files an order, an officer confirms it."),
    "withdraw_order": writes(ORGANISATIONS, OFFICERS, one="An officer can reinstate it."),
    "reinstate_order": writes(OFFICERS, one="It needs a confirmation again."),
    "reinstate_class": writes(OFFICERS, one=_TAKEN_BACK),
    # rosters and enrolments
    "enrol_in_class": writes(ORGANISATIONS, one=_OWN_ROWS),
    "enrol_trainees": writes(ORGANISATIONS, one=_OWN_ROWS),
    "list_trainees": reads(ORGANISATIONS, SUPERVISORS),
    "get_enrolment_entry": reads(
        ORGANISATIONS, _COUNTY, note="Priority groups are shown to the institution and to officers of the county only."
    ),
    "post_roster_file": writes(ORGANISATIONS, one=_OWN_ROWS),
    "list_roster_files": reads(ORGANISATIONS),
    "get_roster_file_template": reads(EVERY_ROLE, note=_REFERENCE),
    "get_roster_file": reads(ORGANISATIONS),
    "remove_roster_file": writes(ORGANISATIONS, one="What was stored stays; the file can be sent again."),
    "get_roster_file_report": reads(ORGANISATIONS),
    "get_roster_file_failed_rows": reads(ORGANISATIONS),
    "post_outcomes": writes(ORGANISATIONS, one=_OWN_ROWS),
    "conclude_class": writes(ORGANISATIONS, one="It counts what the marks show; a correction counts again."),
    "get_enrolment": reads(ORGANISATIONS, SUPERVISORS),
    "list_enrolment_history": reads(ORGANISATIONS, SUPERVISORS),
    "replay_outcome": reads(ORGANISATIONS, SUPERVISORS),
    "withdraw_enrolment": writes(ORGANISATIONS, OFFICERS, one=_REASONED),
    "defer_enrolment": writes(ORGANISATIONS, OFFICERS, one=_REASONED),
    "resume_enrolment": writes(ORGANISATIONS, one=_OWN_STATEMENT),
    "transfer_enrolment": writes(
        ORGANISATIONS,
        _COUNTY,
        one=_REASONED,
        note=f"An officer may reach both classes, or neither. {_COUNTY_STEAD}",
    ),
    "reinstate_enrolment": writes(OFFICERS, one=_TAKEN_BACK),
    "correct_enrolment": writes(ORGANISATIONS, OFFICERS, one=_REASONED),
    # licences
    "record_licences": writes(
        ORGANISATIONS, OFFICERS, two="Nothing rests on a record before another person, an officer, has confirmed it."
    ),
    "decide_licences": writes(OFFICERS, two="Who confirms a licence is not who recorded it."),
    "list_licences": reads(ORGANISATIONS, SUPERVISORS),
    "list_licence_history": reads(ORGANISATIONS, SUPERVISORS),
    # persons
    "propose_merge": writes(
        OFFICERS,
        two=_CONFIRMED,
        note="An officer of or above a region in which one of the two was trained; for both, or above both, together "
        "with who confirms it.",
    ),
    "propose_particulars": writes(
        OFFICERS,
        two=_CONFIRMED,
        note="An officer of or above a region in which the person was trained; any other on sight of the document.",
    ),
    "propose_rekeying": writes(OFFICERS, two=_CONFIRMED, note="An officer of the class's region or above."),
    "list_person_proposals": reads(OFFICERS, note="Those that concern persons trained in the region."),
    "get_person_proposal": reads(OFFICERS),
    "confirm_person_proposal": writes(OFFICERS, two=_CONFIRMED, note="An officer of a region concerned, or above."),
    "reject_person_proposal": writes(
        OFFICERS, one="Nothing happens by it, and the same can be proposed again; who proposed it can take it back."
    ),
    "undo_merge": writes(
        OFFICERS,
        one="It restores what was, and the merge can be proposed again.",
        note="An officer of or above one of the regions concerned.",
    ),
    "list_merges": reads(SUPERVISORS, note="Merges of persons who were trained in the region, whoever made them."),
    "get_merge": reads(SUPERVISORS),
    "look_at_record": writes(
        OFFICERS,
        one="It changes nothing; who looked and why is kept, and is shown to whoever looks later.",
        note="Of persons who were trained in the region: their trainings there, and their certificates.",
    ),
    # flags
    "list_flags": reads(ORGANISATIONS, SUPERVISORS),
    "get_flag": reads(ORGANISATIONS, SUPERVISORS),
    "settle_flag": writes(OFFICERS, one="Rules raise flags, no person does; who settles one signs with a reason."),
    "get_flag_history": reads(ORGANISATIONS, SUPERVISORS, note="Of a confidential flag, officers only."),
    "reopen_flag": writes(OFFICERS, one=_REASONED),
    "assign_flag": writes(OFFICERS, one="It says who looks after the flag, and changes nothing of it."),
    "get_flag_rates": public("How often each rule that flags is right; small groups of people are not shown."),
    # names on the lists of public claims
    **OF_PUBLIC_LISTS,
    # reports of the public
    "list_public_places": public("Names of places are published."),
    "file_public_report": public(
        "Whoever knows of misconduct may report it; the number an hour is bounded.",
        one="A report decides nothing; an officer examines it.",
    ),
    "get_public_report_state": public("Only with the receipt, which cannot be guessed.", one="It changes nothing."),
    "list_public_reports": reads(OFFICERS),
    "get_public_report": reads(OFFICERS),
    "read_reporter_contact": writes(OFFICERS, one="It changes nothing; who read the contact, when and why is kept."),
    "answer_public_report": writes(OFFICERS, one="The flag behind it can be reopened, and the report answered again."),
    # attendance
    "record_attendance_marks": writes(ORGANISATIONS, one="Marks never change; what looks wrong raises a flag."),
    "get_attendance": reads(ORGANISATIONS, SUPERVISORS),
    "list_class_attendance": reads(ORGANISATIONS, SUPERVISORS),
    "list_attendance_marks": reads(ORGANISATIONS, SUPERVISORS),
    "edit_attendance": writes(
        ORGANISATIONS,
        OFFICERS,
        one="It needs a reason; an edit above the marks is flagged for an officer.",
        note="An institution within its days, later only officers.",
    ),
    "list_attendance_edits": reads(ORGANISATIONS, SUPERVISORS),
    # teachers
    "engage_teacher": writes(ORGANISATIONS, OFFICERS, one=_OWN_STATEMENT),
    "list_institution_teachers": reads(ORGANISATIONS, OFFICERS),
    "end_engagement": writes(ORGANISATIONS, OFFICERS, one=_OWN_STATEMENT),
    "reinstate_engagement": writes(OFFICERS, one=_TAKEN_BACK),
    "correct_engagement": writes(ORGANISATIONS, OFFICERS, one=_REASONED),
    "list_teachers": reads(OFFICERS),
    "get_teacher": reads(OFFICERS, note="Officers of a region in which the teacher is or was engaged, or above."),
    "correct_teacher_name": writes(
        ORGANISATIONS,
        OFFICERS,
        one=_REASONED,
        note="The institution that gave the name, until an officer corrects it.",
    ),
    "verify_qualification": writes(OFFICERS, two="The institution enters a qualification, an officer verifies it."),
    "propose_teacher_merge": writes(OFFICERS, two="Another officer confirms it; until then nothing changes."),
    "list_teacher_merges": reads(OFFICERS, note="Officers of a region in which the teacher is or was engaged."),
    "confirm_teacher_merge": writes(
        OFFICERS,
        two="Who confirms a merge is not who proposed it.",
        note="An officer of or above every region in which one of the two is or was engaged.",
    ),
    "withdraw_teacher_merge": writes(OFFICERS, one="A proposal changes nothing; it can be made again."),
    "undo_teacher_merge": writes(OFFICERS, one="It restores what was, and the merge can be made again."),
    "record_teacher_departure": writes(OFFICERS, one="It can be taken back, with every engagement that it ended."),
    "undo_teacher_departure": writes(OFFICERS, one="It restores what was, and can be recorded again."),
    # timetable
    "put_timetable": writes(ORGANISATIONS, one="Before the approval it is filed; after it, it needs a reason."),
    "record_omission": writes(ORGANISATIONS, one=_OWN_STATEMENT),
    "get_timetable": reads(ORGANISATIONS, SUPERVISORS, _FINANCE, _BODIES_ALL),
    # supervision
    "record_patrol": writes(OFFICERS, one=_OBSERVED),
    "list_patrols": reads(ORGANISATIONS, SUPERVISORS),
    "get_patrol_coverage": reads(SUPERVISORS),
    "list_uncovered_classes": reads(SUPERVISORS),
    "get_patrol": reads(ORGANISATIONS, SUPERVISORS),
    "list_findings": reads(ORGANISATIONS, SUPERVISORS),
    "get_finding": reads(ORGANISATIONS, SUPERVISORS),
    "rectify_finding": writes(ORGANISATIONS, one="An officer rechecks it."),
    "recheck_finding": writes(OFFICERS, two="Who rechecks a finding is not who reported the rectification."),
    "reopen_finding": writes(OFFICERS, one=_TAKEN_BACK, note="Officers of the level that found it, or above."),
    "assign_finding": writes(OFFICERS, one="It says who looks after the finding, and changes nothing of it."),
    "record_inspection": writes(OFFICERS, one=_OBSERVED),
    "list_inspections": reads(ORGANISATIONS, SUPERVISORS),
    "get_inspection": reads(ORGANISATIONS, SUPERVISORS),
    "get_safety_readiness": reads(ORGANISATIONS, SUPERVISORS),
    "attach_to_patrol": writes(OFFICERS, one=_OBSERVED, note="Only the officer who recorded the patrol."),
    "attach_to_finding": writes(ORGANISATIONS, one="An officer rechecks the finding."),
    "get_attachment_content": reads(ORGANISATIONS, SUPERVISORS),
    "record_spot_check": writes(OFFICERS, one=_OBSERVED),
    "list_spot_checks": reads(ORGANISATIONS, SUPERVISORS),
    "post_safety_document": writes(ORGANISATIONS, one="A new version replaces it, and earlier ones stay."),
    "list_safety_documents": reads(ORGANISATIONS, SUPERVISORS),
    "get_safety_document": reads(ORGANISATIONS, SUPERVISORS),
    "get_safety_document_content": reads(ORGANISATIONS, SUPERVISORS),
    # follow-ups and quality
    "report_follow_ups": writes(ORGANISATIONS, OFFICERS, one=_OWN_ROWS),
    "correct_follow_ups": writes(ORGANISATIONS, OFFICERS, one=_REASONED),
    "correct_follow_up": writes(ORGANISATIONS, OFFICERS, one=_REASONED),
    "list_follow_ups": reads(ORGANISATIONS, SUPERVISORS),
    "get_follow_up_file_template": reads(EVERY_ROLE, note=_REFERENCE),
    "post_follow_up_file": writes(ORGANISATIONS, one=_OWN_ROWS),
    "get_quality_rates": reads(ORGANISATIONS, SUPERVISORS),
}
