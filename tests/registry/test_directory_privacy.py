"""Owners' numbers and payee accounts leave nothing but marks: not in tables, facts, log lines or answers."""

from __future__ import annotations

import logging

import pytest
from structlog.testing import capture_logs

from shared.contracts.fact import encode
from tests.registry.directory.directory import ACCOUNT, OWNER, impose, province, register, site
from tests.registry.school import ANOTHER_CREDIT_CODE, institution
from tests.registry.test_privacy import dump
from tests.support.services import ServiceUnderTest

SECRETS = (OWNER["document_number"], ACCOUNT, f"{ACCOUNT[:4]} {ACCOUNT[4:]}")


def assert_silent(content: bytes | str) -> None:
    text = content.encode() if isinstance(content, str) else content
    for secret in SECRETS:
        assert secret.encode() not in text


async def live(registry: ServiceUnderTest) -> str:
    """Everything that can happen to an owner and an account; the answers that came back, as one text."""
    bad = await register(registry, owner=OWNER, account=ACCOUNT)
    key = province(registry) | {"Idempotency-Key": "again"}
    content = institution(credit_code=ANOTHER_CREDIT_CODE, owner=OWNER, account=SECRETS[2])
    wrong = OWNER["document_number"][:-1] + ("1" if OWNER["document_number"][-1] != "1" else "2")
    answers = [
        await bad.post(f"institutions/{bad.id}/sites", site()),
        await impose(bad, "blacklist"),
        await registry.http.post("/v1/institutions", json=content, headers=key),
        await registry.http.post("/v1/institutions", json=content, headers=key),
        await registry.http.post("/v1/institutions", json=content | {"owner": OWNER["document_number"]}, headers=key),
        await registry.http.post("/v1/institutions", json=content | {"account": [ACCOUNT]}, headers=province(registry)),
        await registry.http.post(
            "/v1/institutions", json=content | {"owner": {"document_number": wrong}}, headers=province(registry)
        ),
        await bad.post(
            f"institutions/{bad.id}/changes", {"version": 1, "account": ACCOUNT[::-1]}, headers=bad.officer()
        ),
        await registry.http.get("/v1/flags", headers=province(registry)),
        await registry.http.get("/v1/institutions", headers=province(registry)),
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 201, 409, 422, 422, 200, 200, 200]
    assert len(answers[8].json()["rows"]) == 3
    return "\n".join(answer.text for answer in answers)


class TestOwnersAndAccounts:
    async def test_are_in_no_column_of_the_database_in_clear(self, registry: ServiceUnderTest) -> None:
        await live(registry)

        content = await dump(registry.settings.database_url)

        assert ANOTHER_CREDIT_CODE.encode() in content
        assert_silent(content)

    async def test_are_in_no_fact(self, registry: ServiceUnderTest) -> None:
        await live(registry)

        assert_silent(b"".join(encode(fact) for fact in await registry.told()).decode())

    async def test_are_in_no_log_line(self, registry: ServiceUnderTest, caplog: pytest.LogCaptureFixture) -> None:
        with capture_logs() as lines, caplog.at_level(logging.DEBUG):
            await live(registry)

        assert lines
        assert_silent(str(lines) + caplog.text)

    async def test_are_in_no_answer(self, registry: ServiceUnderTest) -> None:
        assert_silent(await live(registry))
