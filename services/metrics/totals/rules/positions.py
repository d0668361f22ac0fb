"""Up to where an answer has to be true: positions of topics, and versions of records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from shared.kernel.refusals import Invalid

POSITIONS_MAX: Final = 10
_TOPIC: Final = re.compile(r"([a-z]{1,20}):([0-9]{1,15})")
_RECORD: Final = re.compile(r"([a-z-]{1,40}/[A-Za-z0-9-]{1,60})@([0-9]{1,9})")
_COUNTED: Final = re.compile(r"(enrolments|certificates|claims)/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


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
