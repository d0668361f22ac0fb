"""Exports to the national query network over HTTP: file, receipt, rejected rows, and what is told of them."""

from __future__ import annotations

import csv
import hashlib
from typing import Any

import httpx
import pytest

from shared.contracts.assessment import CertificateFound, CertificateNotFound
from shared.kernel.callers import Role
from tests.assessment.centre import BORN, Centre, pass_row
from tests.support.people import identity_number


async def export(centre: Centre, **asked: object) -> dict[str, Any]:
    answer = await centre.post("/national-exports", asked, centre.province)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def file_of(centre: Centre, exported: dict[str, Any]) -> list[list[str]]:
    answer = await centre.get(f"/national-exports/{exported['id']}/file", centre.province)
    assert answer.status_code == 200, answer.text
    return list(csv.reader(answer.text.splitlines()))


async def receipt(centre: Centre, exported: dict[str, Any], *rejected: int) -> str:
    """The network's receipt, which does not take the rows at these places."""
    lines = await file_of(centre, exported)
    said = [f"receipt,{exported['id']},{exported['digest']},{exported['rows']}"]
    for place, number, *_ in lines[1:-1]:
        said.append(f"{place},{number},{'rejected,name-mismatch' if int(place) in rejected else 'found'}")
    return "\n".join([*said, f"end,{exported['rows']}", ""])


async def post_receipt(centre: Centre, exported: dict[str, Any], content: str) -> httpx.Response:
    return await centre.post(f"/national-exports/{exported['id']}/receipt", {"content": content}, centre.province)


@pytest.fixture
async def issued(centre: Centre) -> Centre:
    """A centre that has issued three certificates."""
    session_id = await centre.examined(pass_row(1), pass_row(2), pass_row(3))
    assert (await centre.conclude(session_id)).status_code == 200
    return centre


class TestFile:
    async def test_it_holds_what_the_network_needs_between_its_id_and_its_digest(self, issued: Centre) -> None:
        exported = await export(issued)

        answer = await issued.get(f"/national-exports/{exported['id']}/file", issued.province)
        lines = list(csv.reader(answer.text.splitlines()))

        assert answer.headers["content-type"].startswith("text/csv")
        assert lines[0] == ["export", exported["id"], "3"]
        number = (await issued.get("/certificates")).json()["rows"][0]["number"]
        assert lines[1][:7] == ["1", number, "L4", "4-10-01-05", "王小明", "resident_id", identity_number(BORN, 1)]
        assert lines[-1] == ["end", "3", exported["digest"]]
        before = answer.text[: answer.text.rindex("end,")]
        assert hashlib.sha256(before.encode()).hexdigest() == exported["digest"]

    async def test_what_was_sent_is_not_sent_twice(self, issued: Centre) -> None:
        await export(issued)

        again = await issued.post("/national-exports", {}, issued.province)

        assert (again.status_code, again.json()["code"]) == (409, "nothing-to-export")

    async def test_what_changed_since_is_exported_again(self, issued: Centre) -> None:
        exported = await export(issued)
        await post_receipt(issued, exported, await receipt(issued, exported))
        certificate = (await issued.get("/certificates")).json()["rows"][0]["id"]
        await issued.revoke(certificate, {"reason": "评分有误"})

        changed = await export(issued)

        lines = await file_of(issued, changed)
        assert (changed["rows"], lines[1][-2]) == (1, "revoked")

    async def test_only_the_province_sees_it(self, issued: Centre) -> None:
        exported = await export(issued)

        for headers in (
            issued.own,
            issued.officer(),
            issued.service.tokens.of(Role.PROVINCE, person="x", region="410100"),
        ):
            answer = await issued.get(f"/national-exports/{exported['id']}/file", headers)
            assert answer.status_code == 403


class TestReceipt:
    async def test_rejected_rows_and_only_these_are_sent_again(self, issued: Centre) -> None:
        exported = await export(issued)

        answered = await post_receipt(issued, exported, await receipt(issued, exported, 2))
        rows = await issued.get(f"/national-exports/{exported['id']}/rows?state=rejected", issued.province)
        again = await export(issued, of_export=exported["id"])

        assert (answered.json()["status"], answered.json()["rejected"]) == ("answered", 1)
        assert [(row["place"], row["reason"]) for row in rows.json()["rows"]] == [(2, "name-mismatch")]
        first, second = await file_of(issued, exported), await file_of(issued, again)
        assert (again["rows"], second[1][1]) == (1, first[2][1])

    async def test_what_is_not_found_is_told_once_and_told_again_when_it_is(self, issued: Centre) -> None:
        exported = await export(issued)
        await post_receipt(issued, exported, await receipt(issued, exported, 2))
        again = await export(issued, of_export=exported["id"])
        await post_receipt(issued, again, await receipt(issued, again, 1))
        third = await export(issued, of_export=again["id"])
        await post_receipt(issued, third, await receipt(issued, third))

        told = [
            fact for fact in await issued.service.told() if isinstance(fact, CertificateNotFound | CertificateFound)
        ]

        rows = (await issued.get("/certificates")).json()["rows"]
        assert [(type(fact), fact.version, str(fact.certificate_id)) for fact in told] == [
            (CertificateNotFound, 1, rows[1]["id"]),
            (CertificateFound, 2, rows[1]["id"]),
        ]

    @pytest.mark.parametrize(
        ("damage", "code"),
        [
            (lambda text: text[: len(text) // 2], "receipt-truncated"),
            (lambda text: text[: text.rindex("end")], "receipt-truncated"),
            (lambda text: "\n".join([*text.split("\n")[:2], *text.split("\n")[3:]]), "receipt-truncated"),
            (lambda text: text.replace(",found", ",lost", 1), "receipt-unreadable"),
            (lambda text: text.replace("rejected,name-mismatch", "rejected", 1), "receipt-unreadable"),
            (lambda text: text.replace("\n2,", "\n1,", 1), "receipt-unreadable"),
            (lambda text: "receipt," + "0" * 8 + text[16:], "receipt-of-another-export"),
            (lambda text: "hello", "receipt-of-another-export"),
            (lambda text: text.replace(text.split(",")[2], "0" * 64), "receipt-of-another-file"),
        ],
    )
    async def test_a_damaged_one_changes_nothing(self, issued: Centre, damage: Any, code: str) -> None:
        exported = await export(issued)
        sound = await receipt(issued, exported, 3)

        refused = await post_receipt(issued, exported, damage(sound))
        shown = await issued.get(f"/national-exports/{exported['id']}", issued.province)
        taken = await post_receipt(issued, exported, sound)

        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert shown.json()["status"] == "sent"
        assert taken.json()["rejected"] == 1

    async def test_the_same_one_again_is_a_repeat_and_another_one_is_refused(self, issued: Centre) -> None:
        exported = await export(issued)
        sound = await receipt(issued, exported, 1)

        first = await post_receipt(issued, exported, sound)
        again = await post_receipt(issued, exported, sound)
        other = await post_receipt(issued, exported, await receipt(issued, exported))

        assert again.json() == first.json()
        assert (other.status_code, other.json()["code"]) == (409, "receipt-differs")
        assert len([fact for fact in await issued.service.told() if isinstance(fact, CertificateNotFound)]) == 1

    async def test_rejected_rows_need_an_answer_first(self, issued: Centre) -> None:
        exported = await export(issued)

        refused = await issued.post("/national-exports", {"of_export": exported["id"]}, issued.province)

        assert refused.json()["code"] == "export-not-answered"


class TestGivingUp:
    async def test_a_file_that_never_arrived_frees_its_certificates(self, issued: Centre) -> None:
        exported = await export(issued)
        path = f"/national-exports/{exported['id']}"

        given_up = await issued.post(f"{path}/giving-up", {"reason": "上传失败"}, issued.province)
        late = await post_receipt(issued, exported, await receipt(issued, exported))
        again = await export(issued)
        resumed = await issued.post(f"{path}/resumption", None, issued.province)

        assert (given_up.json()["status"], again["rows"]) == ("given_up", 3)
        assert late.json()["code"] == "illegal-move"
        assert (resumed.status_code, resumed.json()["code"]) == (409, "export-overtaken")

    async def test_a_file_that_did_arrive_is_answered_after_all(self, issued: Centre) -> None:
        exported = await export(issued)
        path = f"/national-exports/{exported['id']}"
        await issued.post(f"{path}/giving-up", {"reason": "上传失败"}, issued.province)

        resumed = await issued.post(f"{path}/resumption", None, issued.province)
        answered = await post_receipt(issued, exported, await receipt(issued, exported))

        assert (resumed.json()["status"], answered.json()["status"]) == ("sent", "answered")
