"""Unified social credit codes of organisations (GB 32100): form and check character."""

from __future__ import annotations

import re

from stdnum.cn.uscc import calc_check_digit

from shared.kernel.refusals import Invalid
from shared.kernel.spelling import canonical

CREDIT_CODE_LENGTH = 18

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# Registrar and kind may be letters (A, N, Y register too); the region in the places after them is always six digits.
_CODE = re.compile(f"[{_ALPHABET}]{{2}}[0-9]{{6}}[{_ALPHABET}]{{10}}")


class WrongCreditCodeLength(Invalid):
    """A credit code has not 18 characters. Facts: `length`, `expected`."""

    slug = "credit-code-wrong-length"
    title_en = "A unified social credit code has 18 characters."
    title_zh = "统一社会信用代码应为18位。"
    cure_en = "Copy the whole code from the licence; spaces are ignored."
    cure_zh = "请对照证照完整填写，空格不影响识别。"


class WrongCreditCodeCharacters(Invalid):
    """A credit code holds a character that cannot stand where it stands."""

    slug = "credit-code-wrong-characters"
    title_en = "The unified social credit code contains a character that is not allowed in its position."
    title_zh = "统一社会信用代码含有不允许的字符。"
    cure_en = "The letters I, O, Z, S and V are not used (check for 1, 0, 2 and 5), and characters 3 to 8 are digits."
    cure_zh = "代码中不使用字母 I、O、Z、S、V（请检查是否为 1、0、2、5），且第3至8位为数字。"


class WrongCreditCodeCheck(Invalid):
    """A credit code's last character does not follow from the others."""

    slug = "credit-code-wrong-check"
    title_en = "The unified social credit code is mistyped: its check character does not match."
    title_zh = "统一社会信用代码校验位不符，可能填写有误。"
    cure_en = "Compare the code with the licence, character by character."
    cure_zh = "请对照证照逐位核对。"


class PlaceholderCreditCode(Invalid):
    """A credit code was filled in to get past the field: one character eighteen times."""

    slug = "credit-code-placeholder"
    title_en = "This is a placeholder, not a unified social credit code."
    title_zh = "该值是占位内容，不是统一社会信用代码。"
    cure_en = "Enter the code on the organisation's licence."
    cure_zh = "请填写单位证照上的统一社会信用代码。"


def parse_credit_code(raw: str) -> str:
    """The code in `raw`: 18 characters, upper case, its check character right.

    Raises WrongCreditCodeLength, PlaceholderCreditCode, WrongCreditCodeCharacters, WrongCreditCodeCheck.
    Source: GB 32100; domain rules §6.1.
    """
    code = canonical(raw)
    if len(code) != CREDIT_CODE_LENGTH:
        raise WrongCreditCodeLength(length=len(code), expected=CREDIT_CODE_LENGTH)
    # Eighteen zeros have a right check character.
    if len(set(code)) == 1:
        raise PlaceholderCreditCode
    if _CODE.fullmatch(code) is None:
        raise WrongCreditCodeCharacters
    if code[-1] != check_character(code[:-1]):
        raise WrongCreditCodeCheck
    return code


def check_character(body: str) -> str:
    """The 18th character for the first 17 (MOD 31-3), which are all of the code's alphabet."""
    return str(calc_check_digit(body))
