"""Reports of the public over HTTP: without a token, sealed, bounded, answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from services.registry.public_reports import usecases
from services.registry.worker import SERVICE
from shared.contracts.registry.flags import FlagRaised
from shared.kernel.callers import Role
from shared.kernel.periods import business_day
from shared.public_requests import network
from tests.conftest import OpenService
from tests.registry.school import School, open_school, set_today, trainee
from tests.registry.test_privacy import dump

NUMBER, PHONE = "11010519491231002X", "13912345678"
TEXT = f"三月十日实际只来了六个人，王老师（{NUMBER}，{PHONE}）代签"


def report(**changes: object) -> dict[str, object]:
    usual = {"about": "institution", "misconduct": "attendance", "text": TEXT, "contact": "微信 whistle-1"}
    return {key: value for key, value in (usual | changes).items() if value is not None}


async def file(school: School, **changes: object) -> httpx.Response:
    content = report(**({"target_id": school.id} | changes))
    return await school.registry.http.post("/v1/public-reports", json=content)


async def state(school: School, receipt: str) -> httpx.Response:
    return await school.registry.http.post("/v1/public-reports/state", json={"receipt": receipt})


async def filed(school: School, **changes: object) -> tuple[str, dict[str, Any]]:
    """The receipt of a new report, and the report as its officers list it."""
    answer = await file(school, **changes)
    assert answer.status_code == 201, answer.text
    (row,) = (await read(school, "public-reports")).json()["rows"]
    return answer.json()["receipt"], row


async def read(school: School, path: str, headers: dict[str, str] | None = None, **query: Any) -> httpx.Response:
    return await school.registry.http.get(f"/v1/{path}", params=query, headers=headers or school.officer())


class TestFile:
    async def test_is_received_without_a_token_and_answered_by_its_receipt(self, school: School) -> None:
        receipt, row = await filed(school)
        received = (await state(school, receipt)).json()
        await school.post(
            f"flags/{row['flag_id']}/assignment", {"person": "lee", "reason": "片区"}, headers=school.officer()
        )
        in_hand = (await state(school, receipt.lower().replace("-", " "))).json()
        settled = {"verdict": "uphold", "reason": "现场核实", "answer": f"已责令整改，经办人 {PHONE}"}
        answered = await school.post(f"public-reports/{row['id']}/answer", settled, headers=school.officer())

        assert (received["state"], received["answer"]) == ("received", None)
        assert (in_hand["state"], in_hand["due_on"]) == ("in_hand", row["due_on"])
        assert answered.json()["status"] == "upheld"
        final = (await state(school, receipt)).json()
        assert (final["state"], final["answer"]) == ("confirmed", "已责令整改，经办人 ***")
        again = await school.post(f"public-reports/{row['id']}/answer", settled, headers=school.officer())
        assert again.json()["code"] == "illegal-move"

    @pytest.mark.parametrize("receipt", ["", "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA", "x" * 64, "'; DROP TABLE flag"])
    async def test_another_receipt_opens_nothing(self, school: School, receipt: str) -> None:
        await filed(school)

        assert (await state(school, receipt)).status_code in (404, 422)

    async def test_belongs_to_the_region_of_what_it_is_about(self, school: School) -> None:
        class_id = await school.file()
        answers = [
            await file(school, about="class", target_id=class_id),
            await file(school, about="exam", target_id=None, reference="二号考场", region="410103"),
            await file(school, about="claim", target_id="0190c8e4-0000-7000-8000-000000000000", region="410100"),
        ]

        assert [answer.status_code for answer in answers] == [201] * 3
        (row,) = (await read(school, "public-reports")).json()["rows"]
        assert (row["class_id"], row["institution_id"]) == (class_id, school.id)
        above = await read(school, "public-reports", school.officer("410100"))
        assert len(above.json()["rows"]) == 3
        told = [fact for fact in await school.registry.told() if isinstance(fact, FlagRaised)]
        assert [(fact.check, fact.holds, fact.is_confidential) for fact in told] == [("C00", False, True)] * 3

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"target_id": None, "region": "410102"}, "public-report-unnamed"),
            ({"about": "exam", "target_id": None, "reference": "二号考场"}, "public-report-unplaced"),
            ({"about": "exam", "target_id": None, "reference": "二号考场", "region": "419999"}, "unknown-region"),
            ({"text": "短"}, "malformed-request"),
            ({"text": NUMBER * 200}, "malformed-request"),
            ({"text": NUMBER * 4000}, "too-large"),
            ({"person": NUMBER}, "malformed-request"),
            ({"about": NUMBER}, "malformed-request"),
            ({"target_id": NUMBER}, "malformed-request"),
        ],
    )
    async def test_hostile_content_is_refused_and_not_echoed(
        self, school: School, changes: dict[str, object], code: str
    ) -> None:
        answer = await file(school, **changes)

        assert answer.json()["code"] == code, answer.text
        assert NUMBER not in answer.text

    async def test_the_answer_does_not_depend_on_who_is_enrolled(self, school: School) -> None:
        class_id = await school.file()
        row = trainee(1)
        before = await file(
            school, about="class", target_id=class_id, text=f"{row['name']} {row['document_number']} 在班"
        )
        await school.enrol(class_id, row)
        after = await file(
            school, about="class", target_id=class_id, text=f"{row['name']} {row['document_number']} 在班"
        )

        assert before.json() | {"receipt": ""} == after.json() | {"receipt": ""}


class TestSecrecy:
    async def test_neither_number_nor_contact_nor_receipt_is_stored_or_logged_in_clear(self, school: School) -> None:
        with capture_logs() as lines:
            receipt, _ = await filed(school)
            await state(school, receipt)

        stored = await dump(school.registry.settings.database_url) + repr(lines).encode()
        for secret in (NUMBER, PHONE, "whistle-1", "代签", receipt, receipt.replace("-", "")):
            assert secret.encode() not in stored

    async def test_the_institution_learns_nothing_of_it(self, school: School) -> None:
        _, row = await filed(school)

        paths = (f"flags/{row['flag_id']}", f"flags/{row['flag_id']}/history", "public-reports")
        answers = [await read(school, path, school.headers) for path in paths]

        assert [answer.json().get("code") for answer in answers] == ["not-found", "not-found", "wrong-role"]
        assert (await read(school, "flags", school.headers)).json()["rows"] == []
        assert (await read(school, f"public-reports/{row['id']}", school.officer("410103"))).status_code == 403

    async def test_the_contact_is_read_by_name_and_erased_on_its_day(self, school: School) -> None:
        receipt, row = await filed(school)
        path, reason = f"public-reports/{row['id']}/contact-reading", {"reason": "核实时间地点"}

        refused = await school.post(path, reason, headers=school.registry.tokens.of(Role.FINANCE, region="410102"))
        shown = await school.post(path, reason, headers=school.officer(person="lee"))
        full = (await read(school, f"public-reports/{row['id']}")).json()
        day = business_day(school.registry.clock.now()) + timedelta(days=180)
        set_today(school.registry, day)
        assert await usecases.erase_batch(school.registry.engine, at=school.registry.clock.now())
        gone = await school.post(path, reason, headers=school.officer())

        assert (refused.status_code, shown.json()) == (403, {"contact": "微信 whistle-1"})
        assert [each["read_by"] for each in full["contact_readings"]] == ["lee"]
        assert (full["text"], full["has_contact"]) == ("三月十日实际只来了六个人，王老师（***，***）代签", True)
        assert (gone.status_code, (await state(school, receipt)).status_code) == (404, 200)
        assert not await usecases.erase_batch(school.registry.engine, at=school.registry.clock.now())


async def narrow(open_service: OpenService, monkeypatch: pytest.MonkeyPatch, *, per_address: int, total: int) -> School:
    """A school in a registry that takes only so many reports an hour."""
    monkeypatch.setenv("REGISTRY_PUBLIC_REPORTS_PER_ADDRESS_MAX", str(per_address))
    monkeypatch.setenv("REGISTRY_PUBLIC_REPORTS_MAX", str(total))
    return await open_school(await open_service(SERVICE))


class TestLane:
    async def test_one_address_is_bounded_and_told_when_to_come_back(
        self, open_service: OpenService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        school = await narrow(open_service, monkeypatch, per_address=2, total=100)

        answers = [await file(school) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [201, 201, 429]
        assert 1 <= int(answers[2].headers["retry-after"]) <= 3601
        assert answers[2].json()["code"] == "too-many-requests"
        assert len((await read(school, "public-reports")).json()["rows"]) == 2

    async def test_all_together_are_bounded_and_refused_ones_count(
        self, open_service: OpenService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        school = await narrow(open_service, monkeypatch, per_address=100, total=2)

        answers = [await file(school, target_id=None, region="410102"), await file(school), await file(school)]

        assert [answer.status_code for answer in answers] == [422, 201, 429]

    async def test_asking_for_receipts_is_bounded_too(
        self, open_service: OpenService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        school = await narrow(open_service, monkeypatch, per_address=1, total=100)

        codes = [(await state(school, "AAAA")).status_code for _ in range(11)]

        assert codes == [404] * 10 + [429]

    def test_the_addresses_of_one_subscriber_count_as_one(self) -> None:
        assert network("2001:db8::1") == network("2001:db8::2:3")
        assert network("192.0.2.1") != network("192.0.2.2")
        assert network("unix") == ""


async def test_an_overdue_report_is_on_the_list_of_its_officers(school: School) -> None:
    _, row = await filed(school)
    assert (await read(school, "public-reports", overdue=True)).json()["rows"] == []

    set_today(school.registry, business_day(school.registry.clock.now()) + timedelta(days=11))

    (late,) = (await read(school, "public-reports", overdue=True)).json()["rows"]
    assert (late["id"], late["overdue"], late["status"]) == (row["id"], True, "open")
