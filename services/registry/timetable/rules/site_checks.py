"""The on-site check of a class: who passed it, for which sites, and when it has to be repeated."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from services.registry.classes.rules.classes import ClassVerb, SiteVersion, TrainingClass, advance, tell
from services.registry.plan.rules.policy import Policy
from shared.contracts.registry.classes import ClassChecked
from shared.kernel.four_eyes import require_another
from shared.kernel.periods import business_day
from shared.kernel.refusals import Conflict


class SiteNotChecked(Conflict):
    slug = "site-not-checked"
    title_en = "The sites and equipment of this class have not passed an on-site check in their present state."
    title_zh = "该班现有的培训场地和设备尚未通过现场核查。"
    cure_en = (
        "Ask the county for an on-site check. A move or an alteration needs a new check; after a failed check, correct "
        "what was found and ask again."
    )
    cure_zh = "请联系县区进行现场核查；场地更换或改动后须重新核查，核查发现问题的，整改后申请复查。"


def check(
    class_: TrainingClass, *, passed: bool, sites: Collection[SiteVersion], by: str, at: datetime, enrolled: int
) -> tuple[TrainingClass, ClassChecked | None]:
    """Record the check of all `sites` of a class. A failed check revokes an earlier one and publishes no fact.

    Raises IllegalMove, or SamePerson if `by` filed the class.
    """
    after = advance(class_, ClassVerb.CHECK)
    require_another(by, class_.filed_by, rule="filing and check of a class")
    if not passed:
        return _unchecked(class_), None
    after = replace(after, checked_by=by, checked_on=business_day(at), checked_sites=tuple(sites))
    return after, tell(ClassChecked, after, at=at, enrolled=enrolled)


def hold_at(class_: TrainingClass, sites: Collection[SiteVersion]) -> TrainingClass:
    """The class as held at `sites`: without its check if a site has not passed one in its present version."""
    return class_ if {*sites} <= {*class_.checked_sites} else _unchecked(class_)


def require_checked(class_: TrainingClass, *, policy: Policy) -> None:
    """A subsidised class has passed its check where policy requires one. Raises SiteNotChecked.

    Source: domain rules §4.5 [8].
    """
    if policy.class_site_check_required and class_.fund_source is not None and class_.checked_on is None:
        raise SiteNotChecked


def _unchecked(class_: TrainingClass) -> TrainingClass:
    return replace(class_, checked_by=None, checked_on=None, checked_sites=())
