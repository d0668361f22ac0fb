"""A refusal as an entry of a problem, of a batch's answer or of a file's report: its words, filled in, and its facts.

This is the one place where a refusal becomes an entry. It does not depend on HTTP, so workers use it for their reports.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from string import Formatter
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from shared.kernel.outcomes import RowWarning
from shared.kernel.refusals import Refusal


class ErrorEntry(BaseModel):
    """What is wrong in one place. Further members are the facts in the texts, such as a limit."""

    model_config = ConfigDict(extra="allow")

    code: str = Field(description="The machine-readable code; never changes", examples=["class-too-large"])
    pointer: str | None = Field(
        default=None,
        description="Where in the request (RFC 6901 pointer); relative to the row for an error of a row",
        examples=["/seats"],
    )
    title: str = Field(
        description="What is wrong, in English", examples=["The class has more seats than a class may have."]
    )
    title_zh: str | None = Field(
        default=None, description="The same in Chinese", examples=["班级名额超过规定的班额上限。"]
    )
    cure: str | None = Field(default=None, description="What to do about it", examples=["File at most 50 seats."])
    cure_zh: str | None = Field(default=None, description="The same in Chinese", examples=["每班名额不得超过 50。"])
    reference: str | None = Field(
        default=None, description="A route or parameter that helps", examples=["GET /v1/projects"]
    )
    check: str | None = Field(default=None, description="The numbered check that refused it", examples=["C05"])

    @model_serializer(mode="wrap")
    def _as_given(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # Empty members are left out; a fact that is null stays.
        return {name: value for name, value in serialize(self).items() if name in self.model_fields_set}


_JOINTS = {"en": ", ", "zh": "、"}
_YES_NO = {"en": ("no", "yes"), "zh": ("否", "是")}
_NOTHING = {"en": "none", "zh": "无"}


def entry(refusal: Refusal) -> dict[str, Any]:
    """`refusal` as one entry: `code`, `pointer`, titles, cures, `reference`, `check`, then its facts."""
    words = {
        "code": refusal.slug,
        "pointer": refusal.pointer,
        "title": fill(refusal.title_en, refusal.facts, "en"),
        "title_zh": fill(refusal.title_zh, refusal.facts, "zh"),
        "cure": fill(refusal.cure_en, refusal.facts, "en"),
        "cure_zh": fill(refusal.cure_zh, refusal.facts, "zh"),
        "reference": fill(refusal.reference, refusal.facts, "en"),
        "check": refusal.check,
    }
    return {key: value for key, value in words.items() if value} | refusal.facts


def warning_entry(warning: RowWarning) -> dict[str, Any]:
    """`warning` as one entry, with the same members as a refusal's."""
    words: dict[str, object] = {
        "code": warning.code,
        "pointer": warning.pointer,
        "title": fill(warning.title_en, warning.facts, "en"),
        "title_zh": fill(warning.title_zh, warning.facts, "zh"),
        "check": warning.check,
    }
    return {key: value for key, value in words.items() if value} | dict(warning.facts)


def fill(template: str, facts: Mapping[str, Any], language: str) -> str:
    """`template` with the facts in its placeholders: "Plan {hours_min} class hours." The language is en or zh.

    A fact that is itself a text has its Chinese in a second fact, as `missing` has `missing_zh`.
    """
    if "{" not in template:
        return template
    values = {name: facts.get(name) for name in placeholders(template)}
    if language == "zh":
        values |= {name: facts[f"{name}_zh"] for name in values if f"{name}_zh" in facts}
    return template.format_map({name: _said(value, language) for name, value in values.items()})


def placeholders(template: str) -> list[str]:
    """The names of the facts in `template`."""
    return [name for _, name, _, _ in Formatter().parse(template) if name]


def _said(value: object, language: str) -> str:
    match value:
        case bool():
            return _YES_NO[language][value]
        case Enum():
            return str(value.value)
        case datetime():
            return value.isoformat(sep=" ", timespec="minutes")
        case date():
            return value.isoformat()
        case list() | tuple() | set() | frozenset():
            return _JOINTS[language].join(_said(each, language) for each in value) or _NOTHING[language]
        case None:
            return _NOTHING[language]
    return str(value)
