"""Verification by the public over HTTP, on a real database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.assessment.verification import store
from services.assessment.verification.rules import canonical_secret, new_secret
from services.assessment.verification.store import Look
from services.assessment.verification.usecases.looks import Looks
from shared.kernel.awards import Award
from shared.kernel.callers import Role
from tests.assessment.centre import Centre, pass_row, person_key
from tests.support.persons import merged

REASON = {"reason": "评分有误"}
NAME = "王小明"


async def certified(centre: Centre, order: int = 1, **changes: object) -> dict[str, Any]:
    session_id = await centre.examined(pass_row(order), **changes)
    await centre.conclude(session_id)
    [certificate] = await centre.certificates(session_id)
    return certificate


async def ask(centre: Centre, number: str, name: str = NAME, **said: object) -> httpx.Response:
    return await centre.service.http.post("/v1/verifications", json={"number": number, "name": name, **said})


async def ask_by_code(centre: Centre, code: str, asker: str = "郑州某机械公司") -> httpx.Response:
    return await centre.service.http.post("/v1/verifications/by-code", json={"code": code, "asker": asker})


def holder(centre: Centre, order: int = 1) -> dict[str, str]:
    return centre.service.tokens.of(Role.HOLDER, person=str(person_key(centre.service, order)))


class TestVerify:
    async def test_who_knows_number_and_name_learns_whether_it_stands(self, centre: Centre) -> None:
        certificate = await certified(centre)

        valid = await ask(centre, certificate["number"].lower(), " 王 小明")
        await centre.revoke(certificate["id"], REASON)
        revoked = await ask(centre, certificate["number"])

        assert valid.json() == {
            "number": certificate["number"],
            "status": "valid",
            "is_current": True,
            "edition": 1,
            "occupation": "4-10-01-05",
            "level": "L4",
            "level_name_zh": "高级工",
            "level_name_en": Award.SENIOR_WORKER.name_en,
            "award": "L4",
            "award_name_zh": "高级工",
            "award_name_en": Award.SENIOR_WORKER.name_en,
            "issued_on": certificate["issued_on"],
            "body_name": "郑州评价中心",
            "past_revocations": [],
        }
        assert valid.headers["cache-control"] == "no-store"
        assert revoked.json() == valid.json() | {"status": "revoked"}

    async def test_a_revocation_that_was_a_mistake_stays_visible(self, centre: Centre) -> None:
        certificate = await certified(centre)
        await centre.revoke(certificate["id"], REASON)
        await centre.reinstate(certificate["id"], REASON)

        answer = (await ask(centre, certificate["number"])).json()

        assert answer["status"] == "valid"
        today = certificate["issued_on"]
        assert answer["past_revocations"] == [{"revoked_on": today, "reinstated_on": today}]

    async def test_one_answer_for_what_is_not_so_whatever_it_is(self, centre: Centre) -> None:
        number = (await certified(centre))["number"]
        unknown = number[:-1] + "9"

        answers = [
            await ask(centre, number, "李小明"),
            await ask(centre, unknown),
            await ask(centre, "1641010000312345"),
            await ask_by_code(centre, "7K3QX-0M2AB-9TT4C-HZ81N"),
        ]

        assert {answer.status_code for answer in answers} == {404}
        said = [{key: value for key, value in answer.json().items() if key != "instance"} for answer in answers]
        assert said[0]["code"] == "not-verified"
        assert said == [said[0]] * len(answers)
        assert centre.service.app.state.looks.waiting == 0

    async def test_a_malformed_number_is_refused_as_such(self, centre: Centre) -> None:
        answer = await ask(centre, "S00004100012325300004")

        assert (answer.status_code, answer.json()["code"]) == (422, "certificate-number-of-unknown-kind")

    async def test_the_number_of_an_earlier_edition_says_that_it_was_replaced_and_not_by_which(
        self, centre: Centre
    ) -> None:
        certificate = await certified(centre)
        await centre.confirm(
            await centre.post(f"/certificates/{certificate['id']}/correction", {"level": "L3", "reason": "登记有误"})
        )

        answer = await ask(centre, certificate["number"])

        assert (answer.json()["number"], answer.json()["is_current"]) == (certificate["number"], False)
        assert (answer.json()["level"], answer.json()["edition"]) == ("L3", 2)

    async def test_a_name_that_was_corrected_counts_and_the_earlier_one_no_longer(self, centre: Centre) -> None:
        certificate = await certified(centre)
        correction = {"name": "王晓明", "reason": "与证件不符"}
        await centre.confirm(await centre.post(f"/certificates/{certificate['id']}/correction", correction))

        answers = [await ask(centre, certificate["number"], name) for name in (NAME, "王晓明")]

        assert [answer.status_code for answer in answers] == [404, 200]

    async def test_guesses_have_a_rate_of_their_own(self, centre: Centre) -> None:
        answers = [await ask(centre, f"S00004100012325300{place:04}") for place in range(1, 61)]
        further = await asyncio.gather(*(ask(centre, f"S00004100012325300{place:04}") for place in range(61, 161)))

        assert [answer.status_code for answer in answers] == [404] * 60
        assert 429 in {answer.status_code for answer in further}
        assert answers[0].headers["ratelimit-policy"] == '"lookups";q=60;w=60'
        assert (await centre.service.http.get("/.well-known/jwks.json")).status_code == 200

    async def test_the_route_of_before_is_gone(self, centre: Centre) -> None:
        answer = await centre.service.http.get(f"/v1/verifications/{(await certified(centre))['number']}")

        assert (answer.status_code, answer.json()["code"]) == (404, "no-such-path")

    async def test_the_page_loads_nothing_from_elsewhere(self, centre: Centre) -> None:
        answer = await centre.service.http.get("/verify")

        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "//" not in answer.text.replace("  // ", "")


class TestLooks:
    async def test_an_answer_does_not_wait_for_its_look_which_is_written_when_the_process_ends(
        self, centre: Centre
    ) -> None:
        number, app = (await certified(centre))["number"], centre.service.app

        async with app.state.looks.written_beside():
            answers = [await ask(centre, number, asker=f"某公司{place}") for place in range(3)]
            before = await centre.service.rows("SELECT count(*) FROM verification_look")

        assert ([answer.status_code for answer in answers], before) == ([200] * 3, [(0,)])
        rows = await centre.service.rows("SELECT asker FROM verification_look ORDER BY id")
        assert [row.asker for row in rows] == ["某公司0", "某公司1", "某公司2"]

    async def test_a_batch_that_is_written_again_is_there_once(self, centre: Centre) -> None:
        certificate, app = await certified(centre), centre.service.app
        attempts: list[Sequence[Look]] = []

        async def write(batch: Sequence[Look]) -> None:
            attempts.append(batch)
            async with app.state.engines.begin() as connection:
                await store.keep_looks(connection, batch)
            if len(attempts) == 1:
                raise ConnectionError

        looks = Looks(write)
        await looks.keep(look_at(UUID(certificate["id"])))
        with pytest.raises(ConnectionError):
            await looks.write()
        assert looks.waiting == 1
        await looks.write()

        assert (len(attempts), looks.waiting) == (2, 0)
        assert await centre.service.rows("SELECT count(*) FROM verification_look") == [(1,)]

    async def test_a_full_buffer_is_written_by_who_comes_next_and_an_outage_is_outlived(self) -> None:
        written: list[Look] = []
        is_down = True

        async def write(batch: Sequence[Look]) -> None:
            if is_down:
                raise ConnectionError
            written.extend(batch)

        looks = Looks(write, waiting_max=2)
        async with looks.written_beside():
            for place in range(2):
                await looks.keep(look_at(UUID(int=place)))
            with pytest.raises(ConnectionError):
                await looks.keep(look_at(UUID(int=2)))
            is_down = False
            await looks.keep(look_at(UUID(int=3)))
            assert ([each.certificate_id.int for each in written], looks.waiting) == ([0, 1], 1)

        assert [each.certificate_id.int for each in written] == [0, 1, 3]
        assert sorted(each.id for each in written) == [each.id for each in written]


def look_at(certificate_id: UUID) -> Look:
    return Look(UUID(int=0), certificate_id, None, None, datetime(2026, 1, 1, tzinfo=UTC))


class TestCodes:
    async def give(self, centre: Centre, certificate: dict[str, Any], **said: object) -> dict[str, Any]:
        answer = await centre.post(f"/certificates/{certificate['id']}/codes", said, holder(centre))
        assert answer.status_code == 201, answer.text
        given: dict[str, Any] = answer.json()
        return given

    async def test_a_code_shows_the_certificate_and_the_holder_sees_who_looked(self, centre: Centre) -> None:
        certificate = await certified(centre)
        given = await self.give(centre, certificate, given_to="应聘单位")

        seen = await ask_by_code(centre, given["code"].lower().replace("-", " "))
        await ask(centre, certificate["number"], asker="某银行")

        assert (seen.json()["number"], seen.json()["status"]) == (certificate["number"], "valid")
        await centre.service.app.state.looks.write()
        looks = (await centre.get("/holder/looks", holder(centre))).json()["rows"]
        assert [(each["asker"], each["code_id"]) for each in looks] == [
            ("郑州某机械公司", given["id"]),
            ("某银行", None),
        ]
        codes = (await centre.get("/holder/codes", holder(centre))).json()["rows"]
        assert codes == [{key: value for key, value in given.items() if key != "code"}]
        stored = str(await centre.service.rows("SELECT * FROM verification_code"))
        assert canonical_secret(given["code"]) not in stored.replace("-", "")

    async def test_a_code_ends_by_itself_or_by_its_holder(self, centre: Centre) -> None:
        certificate = await certified(centre)
        first, second = [await self.give(centre, certificate, days=1) for _ in range(2)]

        ended = await centre.post(f"/codes/{first['id']}/ending", None, holder(centre))
        again = await centre.post(f"/codes/{first['id']}/ending", None, holder(centre))
        answers = [(await ask_by_code(centre, each["code"])).status_code for each in (first, second)]
        centre.service.clock.offset = timedelta(days=1, seconds=5)
        late = await ask_by_code(centre, second["code"])

        assert (ended.status_code, ended.json()["status"]) == (200, "ended")
        assert (again.status_code, again.json()["code"]) == (409, "illegal-move")
        assert (answers, late.status_code) == ([404, 200], 404)

    async def test_nobody_gives_or_ends_a_code_of_another_person(self, centre: Centre) -> None:
        certificate = await certified(centre)
        given = await self.give(centre, certificate)

        answers = [
            await centre.post(f"/certificates/{certificate['id']}/codes", {}, holder(centre, 2)),
            await centre.post(f"/codes/{given['id']}/ending", None, holder(centre, 2)),
            await centre.post(f"/certificates/{certificate['id']}/codes", {}),
        ]

        assert [answer.json()["code"] for answer in answers] == ["foreign-person", "foreign-person", "wrong-role"]
        assert (await centre.get("/holder/codes", holder(centre, 2))).json()["rows"] == []

    async def test_a_merged_person_has_the_certificates_of_both_keys(self, centre: Centre) -> None:
        first, second = await certified(centre), await certified(centre, 2, level="L3", local_id="E2")
        await centre.service.hear(merged(person_key(centre.service, 2), person_key(centre.service, 1)))

        for order in (1, 2):
            rows = (await centre.get("/holder/certificates", holder(centre, order))).json()["rows"]
            assert {row["id"] for row in rows} == {first["id"], second["id"]}

    @pytest.mark.parametrize("person", ["li", "", "00000000"])
    async def test_a_holder_is_a_key(self, centre: Centre, person: str) -> None:
        answer = await centre.get("/holder/certificates", centre.service.tokens.of(Role.HOLDER, person=person))

        assert answer.status_code == 401

    def test_secrets_are_told_apart_and_read_with_the_letters_that_people_take_for_digits(self) -> None:
        assert len({new_secret() for _ in range(100)}) == 100
        assert canonical_secret("7k3qx-om2ab-9tt4c-hz8il") == canonical_secret("7K3QX0M2AB9TT4CHZ811")
