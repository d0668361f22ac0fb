"""The clerk's page at /."""

from __future__ import annotations

import re

from tests.support.services import ServiceUnderTest


class TestPage:
    async def test_needs_nothing_from_elsewhere_and_may_not_be_framed(self, registry: ServiceUnderTest) -> None:
        answer = await registry.http.get("/")

        assert answer.status_code == 200
        assert re.findall(r"(?:src|href)=\"(?!data:)[^\"]+", answer.text) == []
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]

    async def test_asks_only_routes_that_exist(self, registry: ServiceUnderTest) -> None:
        page = (await registry.http.get("/")).text
        paths = (await registry.http.get("/openapi.json")).json()["paths"]

        asked = {re.sub(r"\$\{[^}]*\}", "{}", path) for path in re.findall(r"`(/v1/[^?`]*)", page)}

        assert asked
        assert asked <= {re.sub(r"\{[^}]*\}", "{}", path) for path in paths}
