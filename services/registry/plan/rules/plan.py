"""Which reporting region each region of the plan belongs to."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from shared.contracts.registry.plan import RegionListed


def with_reporting_regions(regions: Mapping[str, RegionListed], reporting: frozenset[str]) -> dict[str, RegionListed]:
    """`regions` with each one's reporting region set: itself if it reports, else the nearest one above that does."""

    def find(code: str | None) -> str | None:
        while code is not None and code not in reporting:
            code = regions[code].parent
        return code

    return {code: replace(region, reporting_region=find(code)) for code, region in regions.items()}
