"""Corrections of the particulars stored for a document."""

from __future__ import annotations

from shared.kernel.refusals import Conflict


class NothingToCorrect(Conflict):
    slug = "nothing-to-correct"
    title_en = "The document is registered under this very name."
    title_zh = "该证件登记的姓名与所填一致，无需更正。"
    cure_en = "Send the row again; if it is refused, compare the number with the document."
    cure_zh = "请重新提交该行；仍被退回的，请对照证件核对号码。"
