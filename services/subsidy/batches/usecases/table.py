"""The columns of a bank's return, with the headings of the sample's layout and others that banks use."""

from __future__ import annotations

from typing import Final

from services.subsidy.batches.rules.returns import PaymentResult
from shared.spreadsheets.tables import Column, Kind, Table

RETURNS: Final = Table(
    (
        Column(
            "batch", "批次号", "batch", Kind.CODE, "the id of the batch, as it was in the bank file",
            "送盘文件中的批次号", width=38,
        ),
        Column(
            "row", "付款序号", "payment row", Kind.COUNT, "the number of the row in the bank file",
            "送盘文件中的付款序号", is_required=True, aliases=("顺序号",),
        ),
        Column(
            "account", "收款账号", "account", Kind.CODE, "the account's number, as it was in the bank file",
            "送盘文件中的收款账号", is_required=True, aliases=("账号",), width=26, holds_numbers=True,
        ),
        Column(
            "amount_fen", "金额（元）", "amount (yuan)", Kind.YUAN, "the amount in yuan, like 2000 or 2000.00",
            "金额，单位为元，如 2000 或 2000.00", is_required=True, aliases=("金额",),
        ),
        Column(
            "result", "处理结果", "result", Kind.CHOICE, "whether it was paid: one of the list",
            "付款是否成功：下拉列表中的一项", is_required=True,
            choices={"成功": PaymentResult.PAID.value, "失败": PaymentResult.FAILED.value},
            spoken={"付款成功": PaymentResult.PAID.value, "付款失败": PaymentResult.FAILED.value},
        ),
        Column(
            "paid_on", "入账日期", "paid on", Kind.DATE, "the day of the payment, like 2025-06-01; of paid rows",
            "入账日期，如 2025-06-01；付款成功的必填", width=14,
        ),
        Column(
            "reference", "流水号", "reference", Kind.CODE, "the bank's own number of the payment", "银行流水号",
            width=24,
        ),
        Column(
            "reason", "失败原因", "failure", Kind.TEXT, "why it failed, in the bank's words", "失败原因", width=30,
        ),
    ),
    sheet="回盘", row_zh="付款", row_en="payment", passes_over_others=True,
)  # fmt: skip
