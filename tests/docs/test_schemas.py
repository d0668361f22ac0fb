"""Names in the descriptions of the services are fit for the clients that are generated from them."""

from __future__ import annotations

import json

import pytest

from tests.architecture.tree import SERVICES
from tests.docs.markdown import ROOT


@pytest.mark.parametrize("service", SERVICES)
def test_no_schema_is_named_by_its_module(service: str) -> None:
    """Two models of one name in one service would be."""
    described = json.loads((ROOT / "docs" / "api" / f"{service}.openapi.json").read_text(encoding="utf-8"))

    assert [name for name in described["components"]["schemas"] if "__" in name] == []
