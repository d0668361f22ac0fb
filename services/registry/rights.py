"""The registry's rights: who may call each operation, and whose things they reach with it."""

from __future__ import annotations

from typing import Final

from shared.kernel.callers import Role, Whose
from shared.rights import EVERY_ROLE, OFFICERS, ORGANISATIONS, SUPERVISORS, Rights, public, reads, writes

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

RIGHTS: Final[Rights] = {
    # The page of clerks, which sends the token that they enter.
    "page": public("The page is the same for everybody and shows nothing without a token."),
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
    "put_project": writes(
        _PROVINCE,
        one="A later term corrects it; classes that began keep the term of their first day.",
        note="The province is a caller whose region is the province's code.",
    ),
    "list_policy_rows": reads(EVERY_ROLE, note=_REFERENCE),
    "add_policy_row": writes(
        _PROVINCE,
        one="A row names its source and never changes; a later row ends it, and decisions keep theirs.",
        note="The province is a caller whose region is the province's code.",
    ),
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
    "reinstate_sanction": writes(
        OFFICERS, one=_TAKEN_BACK, note="Delisting and blacklisting are for the city, or for the province."
    ),
    # classes
    "list_classes": reads(ORGANISATIONS, SUPERVISORS, _FINANCE, _BODIES_ALL),
    "list_waiting_classes": reads(OFFICERS),
    "list_class_changes": reads(OFFICERS),
    "get_class": reads(ORGANISATIONS, SUPERVISORS, _FINANCE, _BODIES_ALL),
    "list_class_history": reads(ORGANISATIONS, SUPERVISORS, _FINANCE, _BODIES_ALL),
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
    # flags
    "list_flags": reads(ORGANISATIONS, SUPERVISORS),
    "get_flag": reads(ORGANISATIONS, SUPERVISORS),
    "settle_flag": writes(OFFICERS, one="Rules raise flags, no person does; who settles one signs with a reason."),
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
