"""How large the figures of a class may be, and where its site must lie."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

from services.registry.classes.rules.classes import TrainingClass
from services.registry.directory.rules.sites import Site
from shared.kernel.refusals import Conflict, Invalid
from shared.plan import Plan

SEATS_MAX: Final = 1000
HOURS_MAX: Final = 2000
TEACHING_PLAN_LENGTH_MAX: Final = 20_000
PART_FEN_MAX: Final = 100_000_000
"""The largest part of a fee that is read at all: a million yuan."""


class SiteElsewhere(Invalid):
    """Facts: `region`, the county of the site."""

    slug = "site-in-another-region"
    title_en = "The site is in another region than the class."
    title_zh = "培训场地与班级所在地区不一致。"
    cure_en = "File the class in the region of its site ({region}), or choose a site in the region of the class."
    cure_zh = "请按场地所在地区（{region}）报备，或改用班级所在地区内的场地。"


class NoSiteInRegion(Conflict):
    """Facts: `region` of the class."""

    slug = "no-site-in-region"
    title_en = "Your institution has no site in the region of the class."
    title_zh = "本机构在班级所在地区没有培训地点。"
    cure_en = "List your site in {region} first, or file the class where your institution or one of its sites is."
    cure_zh = "请先登记在 {region} 的培训地点；或在本机构所在地、已登记培训地点所在地报备。"
    reference = "POST /v1/institutions/…/sites"


def places_of(class_: TrainingClass, plan: Plan, *, today: date) -> frozenset[str]:
    """The codes under which the place of `class_` may be known: a county may end in another one before the class does,
    and what lives on there bears the code of the other one from then on.
    """
    return plan.names_of(class_.region, on=max(today, class_.ends_on))


def require_established(class_: TrainingClass, *, home: str, is_sited: bool, places: Collection[str]) -> None:
    """An institution files classes in the region where it is registered (`home`), and where it has a site (`is_sited`).

    Elsewhere the county would have to answer for a place that it does not know. Raises NoSiteInRegion.
    """
    if home not in places and not is_sited:
        raise NoSiteInRegion(pointer="/region", region=class_.region)


def require_in_region(site: Site, places: Collection[str]) -> None:
    """The site lies in one of the `places` of its class. Raises SiteElsewhere."""
    if site.region not in places:
        raise SiteElsewhere(pointer="/site", region=site.region)
