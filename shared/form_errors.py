"""Form errors of requests as entries in Chinese and English: where and what, never the value.

The validator's errors come with a type and a context ("string_too_long", {"max_length": 64}). `WORDS` has a sentence
for each type in both languages; the context fills it in. It does not depend on HTTP, so files use it as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from pydantic_core import ErrorDetails, PydanticCustomError

from shared.kernel.identity import contains_identity_number
from shared.kernel.refusals import Invalid

Entry = dict[str, Any]
Place = tuple[str | int, ...]
"""The way to a value: names of members and places in lists."""

FIELD_NAME_LENGTH_MAX: Final = 64


class MalformedRequest(Invalid):
    """`errors` are the entries of the form errors, each with its pointer."""

    slug = "malformed-request"
    title_en = "The request does not match the API description."
    title_zh = "请求格式不符合接口说明。"
    cure_en = "See `errors`: each names a field and what is wrong with it."
    cure_zh = "请逐项查看错误列表中的位置和原因。"
    reference = "GET /docs"

    def __init__(self, errors: Sequence[Entry] = ()) -> None:
        super().__init__()
        self.errors = list(errors)


class MalformedRow(MalformedRequest):
    """A row that does not match the API description; the other rows are not affected."""

    slug = "malformed-row"


class Words(NamedTuple):
    """Texts for a type of error. `{…}` is a value of the error's context; without `en`, the validator's own text."""

    zh: str
    en: str = ""


_NOT_TEXT: Final = Words("应为文本。")
_NOT_OBJECT: Final = Words("应为 JSON 对象。", "This should be a JSON object.")
_NOT_ARRAY: Final = Words("应为 JSON 数组。", "This should be a JSON array.")
_NOT_DATE: Final = Words("应为有效日期，格式为 YYYY-MM-DD。", "This should be a date of the calendar: YYYY-MM-DD.")
_NOT_TIME: Final = Words("应为有效时间，格式为 HH:MM:SS。", "This should be a time of day: HH:MM:SS.")
_NOT_MOMENT: Final = Words(
    "应为日期和时间并带时区，如 2025-03-05T08:58:12+08:00。",
    "This should be a date and a time with its zone: 2025-03-05T08:58:12+08:00.",
)
_NOT_UUID: Final = Words("应为 UUID。", "This should be a UUID.")
_NOT_NUMBER: Final = Words("应为数字。")
_NOT_DURATION: Final = Words("应为时长。", "This should be a duration.")
_NOT_URL: Final = Words("应为有效的 URL。", "This should be a URL.")
_NOT_FITTING: Final = Words("此项格式不符合要求。", "This does not match the API description.")

WORDS: Final[Mapping[str, Words]] = {
    # Ours
    "null_character": Words("文本含有字符 U+0000。", "The text contains the character U+0000."),
    "personal_name": Words(
        "此处不能填写相关人员的姓名。", "The name of a person whom the request concerns cannot stand here."
    ),
    "repeated_name": Words("对象中有重复的键。", "This object has the same name twice."),
    "too_many_members": Words("此处的项数过多。", "This has too many members."),
    # The whole document
    "json_invalid": Words("请求体不是有效的 JSON（UTF-8 编码）。", "The body is not valid JSON in UTF-8."),
    "json_type": Words("应为 JSON 文本。", "This should be JSON text."),
    "recursion_loop": Words("嵌套层数过多。", "This is nested too deeply."),
    "recursion_depth_exceeded": Words("嵌套层数过多。", "This is nested too deeply."),
    # Members
    "missing": Words("缺少此项。"),
    "extra_forbidden": Words("接口没有此项。"),
    "invalid_key": Words("对象的键应为文本。"),
    "model_type": _NOT_OBJECT,
    "model_attributes_type": _NOT_OBJECT,
    "dataclass_type": _NOT_OBJECT,
    "dataclass_exact_type": _NOT_OBJECT,
    "named_tuple_type": _NOT_OBJECT,
    "dict_type": _NOT_OBJECT,
    "frozen_dict_type": _NOT_OBJECT,
    "ordered_dict_type": _NOT_OBJECT,
    "counter_type": _NOT_OBJECT,
    "mapping_type": _NOT_OBJECT,
    "union_tag_invalid": Words(
        "用于区分类型的 {discriminator} 应为：{expected_tags}。",
        "{discriminator}, which selects the variant, should be one of: {expected_tags}.",
    ),
    "union_tag_not_found": Words(
        "缺少用于区分类型的 {discriminator}。", "{discriminator}, which selects the variant, is missing."
    ),
    # Lists
    "list_type": _NOT_ARRAY,
    "tuple_type": _NOT_ARRAY,
    "set_type": _NOT_ARRAY,
    "frozen_set_type": _NOT_ARRAY,
    "deque_type": _NOT_ARRAY,
    "iterable_type": _NOT_ARRAY,
    "iteration_error": _NOT_ARRAY,
    "set_item_not_hashable": _NOT_FITTING,
    "too_short": Words("至少应有 {min_length} 项，现有 {actual_length} 项。"),
    "too_long": Words("至多 {max_length} 项。", "There should be at most {max_length} items."),
    # Text
    "string_type": _NOT_TEXT,
    "string_unicode": Words(
        "文本含有半个字符或不是 UTF-8 的字节。",
        "The text contains half a character (a lone surrogate) or bytes that are not UTF-8.",
    ),
    "string_too_short": Words("至少应有 {min_length} 个字符。"),
    "string_too_long": Words("不能超过 {max_length} 个字符。"),
    "string_pattern_mismatch": Words("不符合规定的格式：{pattern}"),
    "string_not_ascii": Words("只能使用 ASCII 字符。"),
    "enum": Words("应为以下之一：{expected}。"),
    "literal_error": Words("应为以下之一：{expected}。"),
    "bytes_type": _NOT_TEXT,
    "bytes_too_short": Words("至少应有 {min_length} 个字节。"),
    "bytes_too_long": Words("不能超过 {max_length} 个字节。"),
    "bytes_invalid_encoding": Words("应为 {encoding} 编码。", "This should be encoded as {encoding}."),
    # Numbers and truth
    "bool_type": Words("应为 true 或 false。"),
    "bool_parsing": Words("应为 true 或 false。"),
    "int_type": Words("应为整数。"),
    "int_parsing": Words("应为整数。"),
    "int_parsing_size": Words("整数过大。", "This integer is too large."),
    "int_from_float": Words("应为整数，不能有小数部分。"),
    "float_type": _NOT_NUMBER,
    "float_parsing": _NOT_NUMBER,
    "finite_number": Words("应为有限的数字，不能是 NaN 或 Infinity。"),
    "greater_than": Words("应大于 {gt}。"),
    "greater_than_equal": Words("应不小于 {ge}。"),
    "less_than": Words("应小于 {lt}。"),
    "less_than_equal": Words("应不大于 {le}。"),
    "multiple_of": Words("应为 {multiple_of} 的倍数。"),
    "decimal_type": _NOT_NUMBER,
    "decimal_parsing": _NOT_NUMBER,
    "decimal_max_digits": Words("总位数不能超过 {max_digits} 位。"),
    "decimal_max_places": Words("小数不能超过 {decimal_places} 位。"),
    "decimal_whole_digits": Words("整数部分不能超过 {whole_digits} 位。"),
    "fraction_type": _NOT_NUMBER,
    "fraction_parsing": _NOT_NUMBER,
    "complex_type": _NOT_NUMBER,
    "complex_str_parsing": _NOT_NUMBER,
    # Days and moments
    "date_type": _NOT_DATE,
    "date_parsing": _NOT_DATE,
    "date_from_datetime_parsing": _NOT_DATE,
    "date_from_datetime_inexact": _NOT_DATE,
    "date_past": Words("应为过去的日期。"),
    "date_future": Words("应为将来的日期。"),
    "time_type": _NOT_TIME,
    "time_parsing": _NOT_TIME,
    "datetime_type": _NOT_MOMENT,
    "datetime_parsing": _NOT_MOMENT,
    "datetime_object_invalid": _NOT_MOMENT,
    "datetime_from_date_parsing": _NOT_MOMENT,
    "datetime_past": Words("应为过去的时间。"),
    "datetime_future": Words("应为将来的时间。"),
    "timezone_naive": Words("不应带时区。"),
    "timezone_aware": Words("应带时区，如 +08:00。", "This should have a time zone, such as +08:00."),
    "timezone_offset": Words("时区应为 {tz_expected}。", "The time zone should be {tz_expected}."),
    "time_delta_type": _NOT_DURATION,
    "time_delta_parsing": _NOT_DURATION,
    # Ids and addresses
    "uuid_type": _NOT_UUID,
    "uuid_parsing": _NOT_UUID,
    "uuid_version": Words("应为第 {expected_version} 版 UUID。"),
    "url_type": _NOT_URL,
    "url_parsing": _NOT_URL,
    "url_syntax_violation": _NOT_URL,
    "url_too_long": Words("URL 不能超过 {max_length} 个字符。"),
    "url_scheme": Words("URL 应以 {expected_schemes} 开头。"),
    # Own validators that raise without a text, and errors that only Python objects can cause
    "value_error": _NOT_FITTING,
    "assertion_error": _NOT_FITTING,
    "none_required": Words("应为 null。", "This should be null."),
    "missing_sentinel_error": _NOT_FITTING,
    "ellipsis_error": _NOT_FITTING,
    "default_factory_not_called": _NOT_FITTING,
    "no_such_attribute": _NOT_FITTING,
    "get_attribute_error": _NOT_FITTING,
    "needs_python_object": _NOT_FITTING,
    "frozen_field": _NOT_FITTING,
    "frozen_instance": _NOT_FITTING,
    "is_instance_of": _NOT_FITTING,
    "is_subclass_of": _NOT_FITTING,
    "callable_type": _NOT_FITTING,
    "arguments_type": _NOT_FITTING,
    "missing_argument": _NOT_FITTING,
    "unexpected_keyword_argument": _NOT_FITTING,
    "missing_keyword_only_argument": _NOT_FITTING,
    "unexpected_positional_argument": _NOT_FITTING,
    "missing_positional_only_argument": _NOT_FITTING,
    "multiple_argument_values": _NOT_FITTING,
}
"""By the validator's type of error. Where the validator's English would quote the value, it is replaced."""

_CURE: Final = ("Correct this place; the others are not affected.", "请更正此处，其他内容无须改动。")
_CURES: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("Add it.", "请补充此项。"),
    "extra_forbidden": ("Leave it out, or check how it is spelt.", "请删除此项，或核对名称的拼写。"),
    "json_invalid": ("Send one JSON document in UTF-8.", "请发送一份 UTF-8 编码的 JSON 文档。"),
}
_ZH: Final = "zh"


def form_error(type_: str, en: str, zh: str) -> PydanticCustomError:
    """An error for own validators to raise, with its text in both languages."""
    # The context carries the Chinese: an error has room for one message only.
    return PydanticCustomError(type_, "{en}", {"en": en, _ZH: zh})


def malformed(errors: Iterable[ErrorDetails], *, prefix: str = "") -> list[Entry]:
    """Validation errors as entries: where and what, never the value."""
    return [
        told(error["type"], error["loc"], en=error["msg"], context=error.get("ctx", {}), prefix=prefix)
        for error in errors
    ]


def told(
    type_: str,
    place: Sequence[str | int],
    *,
    en: str = "",
    context: Mapping[str, Any] | None = None,
    prefix: str = "",
) -> Entry:
    """One error as an entry; `en` is the validator's text, used if WORDS has none."""
    context = dict(context or {})
    if _ZH in context:
        title, title_zh = en, str(context[_ZH])
    else:
        words = WORDS.get(type_, _NOT_FITTING)
        title, title_zh = _filled(words.en, context) or en, _filled(words.zh, _in_chinese(context))
    cure, cure_zh = _CURES.get(type_, _CURE)
    return {
        "code": type_.replace("_", "-"),
        "pointer": "" if type_ == "json_invalid" else prefix + pointer_to(place),
        "title": title,
        "title_zh": title_zh,
        "cure": cure,
        "cure_zh": cure_zh,
    }


def pointer_to(place: Sequence[str | int]) -> str:
    """The RFC 6901 pointer to `place`, from the top of the body. A name that may be personal is left out."""
    inside = place[1:] if place[:1] == ("body",) else place
    return "".join("/" + _step(part) for part in inside)


def _step(part: str | int) -> str:
    if isinstance(part, int):
        return str(part)
    shown = part.encode("utf-8", "replace").decode().replace("~", "~0").replace("/", "~1")
    return "…" if len(shown) > FIELD_NAME_LENGTH_MAX or contains_identity_number(shown) else shown


def _filled(template: str, context: Mapping[str, Any]) -> str:
    return template.format_map(context) if "{" in template else template


def _in_chinese(context: dict[str, Any]) -> dict[str, Any]:
    """`context` with the choices of an enumeration ("'a' or 'b'") joined as Chinese does."""
    expected = context.get("expected")
    return context | {"expected": expected.replace(" or ", " 或 ")} if isinstance(expected, str) else context
