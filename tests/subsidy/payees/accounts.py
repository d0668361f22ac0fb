"""What is entered as an account."""

from __future__ import annotations

from typing import Any

from tests.subsidy.builders import Taught


def account_of(taught: Taught, **changes: Any) -> dict[str, Any]:
    """What is entered as the account of a class's institution, which is called 甲校."""
    base = {
        "institution_id": str(taught.institution_id), "holder": "甲校", "bank": "中国农业银行郑州管城支行",
        "bank_code": "103491000017", "number": "16 0501 0104 0012 345", "reason": "开户许可证",
    }  # fmt: skip
    return base | changes
