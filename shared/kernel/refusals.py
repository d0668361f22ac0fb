"""Refusals: the only way in which a rule says no, with texts for people (Chinese and English) and a slug for machines.

    Refusal
    ├── NotFound        the record does not exist here                  404
    ├── Conflict        the current state does not allow it             409
    ├── Forbidden       the caller is not permitted to do it            403
    ├── Invalid         the content is wrong; `pointer` says where      422
    └── TooManyRequests the caller makes more than the rate permits     429

The status codes are here for orientation; only `shared/problems.py` knows HTTP.
"""

from __future__ import annotations

from typing import ClassVar

RESERVED = frozenset(
    {
        "type", "title", "title_zh", "status", "detail", "instance", "code", "cure", "cure_zh", "errors", "check",
        "reference",
    }
)  # fmt: skip
"""Reserved members of a problem; no fact may have one of these names. Source: RFC 9457 §3."""


class Refusal(Exception):
    """A rule refused a command. Nothing was changed.

    Subclasses set `slug` (stable, kebab-case, machine-readable), `title_en`/`title_zh` (what is wrong),
    `cure_en`/`cure_zh` (how to correct it), and `check` if it is one of the numbered checks (C01 …; domain rules §4.6).
    Titles and cures are read by clerks as well, in reports and on pages: they are templates that `{fact}` fills, and
    name no path of the API. A path that helps an integrator is in `reference` ("GET /v1/regions"), also a
    template. `facts` are JSON values that help (allowed states, limits, codes); they never hold personal data.
    `pointer` is an RFC 6901 JSON pointer into the request, if one place is at fault.
    """

    slug: ClassVar[str] = "refused"
    title_en: ClassVar[str] = "The request was refused."
    title_zh: ClassVar[str] = "请求被拒绝。"
    cure_en: ClassVar[str] = ""
    cure_zh: ClassVar[str] = ""
    reference: ClassVar[str] = ""
    check: ClassVar[str] = ""
    passes_after_s: ClassVar[int | None] = None
    """Seconds after which the reason may be gone by itself: what has not been heard yet, or is held by another."""

    def __init__(self, *, pointer: str | None = None, **facts: object) -> None:
        super().__init__(self.slug)
        assert RESERVED.isdisjoint(facts), "a fact would hide a member of the problem itself"
        self.pointer = pointer
        self.facts = facts


def raise_first(*faults: Refusal | None) -> None:
    """Raise the first of `faults` that is not None, for requests that report a single fault."""
    for fault in faults:
        if fault is not None:
            raise fault


class NotFound(Refusal):
    """The record does not exist here. Facts: `what`, `id` (never a personal number)."""

    slug = "not-found"
    title_en = "No record has this id."
    title_zh = "没有找到对应的记录。"
    cure_en = "Check the id; the lists of this service show the valid ones."
    cure_zh = "请核对编号；有效编号可从本服务的列表接口获取。"


class Conflict(Refusal):
    """The current state does not allow the command."""

    slug = "conflict"


class Forbidden(Refusal):
    """The caller is authenticated but not permitted to do this."""

    slug = "forbidden"
    title_en = "You have no right to do this."
    title_zh = "您没有执行此操作的权限。"


class Invalid(Refusal):
    """The content of the request is wrong."""

    slug = "invalid"


class IllegalMove(Conflict):
    """The verb is not allowed in this state. Facts: `state`, `verb`, `allowed` (the verbs that are)."""

    slug = "illegal-move"
    title_en = "This step is not possible in the current state."
    title_zh = "当前状态不允许执行此操作。"
    cure_en = "Steps that are possible now: {allowed}."
    cure_zh = "当前可执行的操作：{allowed}。"


class Stale(Conflict):
    """The record was changed between reading and saving it."""

    slug = "stale"
    title_en = "This record has changed since you read it."
    title_zh = "该记录刚被他人修改。"
    cure_en = "Read it again, then decide whether to repeat the step."
    cure_zh = "请重新读取后再决定是否重试。"


class NotYetReceived(Conflict):
    """A fact of another service has not been received yet; it usually arrives within a second."""

    slug = "not-yet-heard"
    title_en = "This service has not received that record from the other service yet."
    title_zh = "本服务尚未收到该信息。"
    cure_en = "If the id is right, repeat the request after a second; records usually arrive within about one second."
    cure_zh = "若编号无误，请稍后重试；各服务之间的信息通常在一秒左右同步。"
    passes_after_s = 1


class TooManyRequests(Refusal):
    """One caller, or without a token one address, makes more requests than the rate permits. Facts: `retry_after_s`."""

    slug = "too-many-requests"
    title_en = "Too many requests of this kind came from you or your network, or from everywhere together."
    title_zh = "您或您所在网络的同类请求过于频繁，或当前请求总量过大。"
    cure_en = "Repeat the request after {retry_after_s} seconds; nothing was stored."
    cure_zh = "请在 {retry_after_s} 秒后重试；本次请求未保存任何内容。"


class LocalIdTaken(Conflict):
    """The caller's own id already belongs to a different record."""

    slug = "local-id-taken"
    title_en = "Your organisation has already used this local_id for a different record."
    title_zh = "本机构已将该 local_id 用于其他记录。"
    cure_en = "Use a new local_id for a new record; repeat a used one only with the same content."
    cure_zh = "新记录请使用新的 local_id；重复提交旧记录时内容须一致。"


class SamePerson(Forbidden):
    """Four-eyes rule: one person cannot do both steps. Facts: `rule`."""

    slug = "same-person"
    title_en = "The person who did the previous step cannot do this step as well."
    title_zh = "本步骤须由与上一步骤不同的人员办理。"
    cure_en = "Ask a colleague with the same role who did not take part in the previous step."
    cure_zh = "请由未参与上一步骤且有权限的其他人员办理。"
