"""The rights of metrics: totals are public; the province loads targets and enters figures, two people together."""

from __future__ import annotations

from typing import Final

from shared.kernel.callers import Role, Whose
from shared.rights import EVERY_ROLE, ORGANISATIONS, SUPERVISORS, Rights, public, reads, writes

_PROVINCE: Final = {Role.PROVINCE: Whose.REGION}
_PROPOSED: Final = "It holds once another person of the province confirms it."
_PROVINCE_ITSELF: Final = "The province is a caller whose region is the province's code."

_TOTALS: Final = "Totals, progress and names are published; they hold no person and no institution."

RIGHTS: Final[Rights] = {
    "page": public(_TOTALS),
    "get_totals": public(_TOTALS),
    "get_totals_file": public(_TOTALS),
    "get_totals_dictionary_file": public(_TOTALS),
    "get_names": public(_TOTALS),
    "get_measures": public(_TOTALS),
    "get_plans": public(_TOTALS),
    "stream_totals": public(_TOTALS),
    "get_progress": public(_TOTALS),
    "get_allocations": public(_TOTALS),
    "get_pace": public(_TOTALS),
    "list_pace_alerts": public(_TOTALS),
    "get_books": public(_TOTALS),
    "get_supervision": public("Counts by region; confidential flags are not in them."),
    "get_quality": public("Rates of groups of ten people or more; smaller ones are suppressed, also by difference."),
    "list_subjects": reads(
        SUPERVISORS,
        ORGANISATIONS,
        note="Ids alone; what the records say their owners show. Finance and bodies have the lists of the owners.",
    ),
    "list_organisation_totals": reads(
        SUPERVISORS,
        ORGANISATIONS,
        note="What each institution and body adds to the totals. An institution sees itself.",
    ),
    # targets, figures
    "get_targets": public("Targets are published with the plan."),
    "post_target_file": writes(_PROVINCE, two=_PROPOSED, note=_PROVINCE_ITSELF),
    "get_target_file_template": reads(EVERY_ROLE, note="An empty file."),
    "propose_figure": writes(_PROVINCE, two=_PROPOSED, note=_PROVINCE_ITSELF),
    "list_proposals": reads(_PROVINCE, note=_PROVINCE_ITSELF),
    "get_proposal": reads(_PROVINCE, note=_PROVINCE_ITSELF),
    "confirm_proposal": writes(_PROVINCE, two="Who confirms is not who proposed.", note=_PROVINCE_ITSELF),
    "reject_proposal": writes(
        _PROVINCE, one="Nothing happens; who proposed it may take it back.", note=_PROVINCE_ITSELF
    ),
}
