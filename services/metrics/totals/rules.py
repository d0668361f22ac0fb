"""Up to where an answer has to be true: positions of topics, and versions of records."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from shared.kernel.refusals import Invalid

POSITIONS_MAX: Final = 10
TOO_FINE_FOR_GROUPS: Final = ("county", "day", "week")
"""What priority groups are not cut by in public: a cell could be one person, and say that they are in such a group."""
_TOPIC: Final = re.compile(r"([a-z]{1,20}):([0-9]{1,15})")
_RECORD: Final = re.compile(r"([a-z-]{1,40}/[A-Za-z0-9-]{1,60})@([0-9]{1,9})")
_COUNTED: Final = re.compile(r"(enrolments|certificates|claims)/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class GroupTooFine(Invalid):
    """Facts: `too_fine`, what was asked for beside the group."""

    slug = "group-too-fine"
    title_en = "Priority groups are not published by {too_fine}."
    title_zh = "重点群体数据不按此维度公布：{too_fine}。"
    cure_en = "Ask for them by reporting region, and by month or longer periods, or leave out the group."
    cure_zh = "请按上报地区、按月或更长周期查询，或不按重点群体查询。"


class UnknownPosition(Invalid):
    """Facts: `positions_max`."""

    slug = "unknown-position"
    title_en = "This is no position that totals can wait for."
    title_zh = "无法识别要等待的位置。"
    cure_en = (
        "Join up to {positions_max} with commas: a topic with a number of facts (registry:1200), or a record that is "
        "counted with its version (enrolments/0198c0de-0000-7000-8000-000000000000@2)."
    )
    cure_zh = (
        "请用逗号连接，最多 {positions_max} 个：主题与事件数（registry:1200），或纳入统计的记录与其版本"
        "（enrolments/0198c0de-0000-7000-8000-000000000000@2）。"
    )


@dataclass(frozen=True)
class MinPosition:
    """What has to be applied before an answer: facts by topic, and versions by record."""

    topics: Mapping[str, int] = field(default_factory=dict)
    records: Mapping[str, int] = field(default_factory=dict)

    def is_reached(self, topics: Mapping[str, int], records: Mapping[str, int]) -> bool:
        """Whether so many facts of `topics` and these versions of `records` are enough."""
        return all(topics.get(name, 0) >= facts for name, facts in self.topics.items()) and all(
            records.get(name, 0) >= version for name, version in self.records.items()
        )


def min_position(written: str) -> MinPosition:
    """What was written: "registry:1200,enrolments/…@2". Raises UnknownPosition."""
    topics: dict[str, int] = {}
    records: dict[str, int] = {}
    parts = [part.strip() for part in written.split(",")]
    for part in parts:
        if topic := _TOPIC.fullmatch(part):
            topics[topic[1]] = int(topic[2])
        elif (record := _RECORD.fullmatch(part)) and _COUNTED.fullmatch(record[1]):
            records[record[1]] = int(record[2])
        else:
            raise UnknownPosition(pointer="/min_position", positions_max=POSITIONS_MAX)
    if len(parts) > POSITIONS_MAX:
        raise UnknownPosition(pointer="/min_position", positions_max=POSITIONS_MAX)
    return MinPosition(topics, records)


def require_published(
    by: Collection[str], *, has_group: bool, region: str | None, reporting_regions: Collection[str | None]
) -> None:
    """The rule for small cells: whether someone is in a priority group is the only trait of persons in the totals.

    Everything else that totals are cut by is public of each class, certificate and claim, so small cells tell nothing
    new. Raises GroupTooFine for a cut by or of a group that is finer than reporting region and month.
    """
    if not has_group:
        return
    too_fine = [each for each in TOO_FINE_FOR_GROUPS if each in by]
    if region is not None and region not in reporting_regions and "county" not in too_fine:
        too_fine.append("county")
    if too_fine:
        raise GroupTooFine(pointer="/by", too_fine=too_fine)
