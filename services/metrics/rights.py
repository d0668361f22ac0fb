"""The rights of metrics: everything is public, because it holds totals only."""

from __future__ import annotations

from typing import Final

from shared.rights import Rights, public

_TOTALS: Final = "Totals, progress and names are published; they hold no person and no institution."

RIGHTS: Final[Rights] = {
    "page": public(_TOTALS),
    "get_totals": public(_TOTALS),
    "get_names": public(_TOTALS),
    "get_plans": public(_TOTALS),
    "stream_totals": public(_TOTALS),
    "get_progress": public(_TOTALS),
    "get_allocations": public(_TOTALS),
}
