"""Certificates that are issued again, and what they say corrected, over HTTP, on a real database."""

from __future__ import annotations

from typing import Any

import pytest

from shared.contracts.assessment import CertificateCorrected
from shared.contracts.fact import encode
from tests.assessment.centre import Centre, pass_row

LOST = {"ground": "lost", "reason": "持证人遗失"}


async def certified(centre: Centre, order: int = 1, **changes: object) -> dict[str, Any]:
    session_id = await centre.examined(pass_row(order), **changes)
    await centre.conclude(session_id)
    [certificate] = await centre.certificates(session_id)
    return certificate


async def corrected(centre: Centre, certificate_id: str, **changes: object) -> dict[str, Any]:
    """The certificate after a correction that its body proposed and an officer confirmed, or the refusal."""
    proposed = await centre.post(f"/certificates/{certificate_id}/correction", {"reason": "登记有误"} | changes)
    confirmed = await centre.confirm(proposed)
    if confirmed.status_code != 200:
        refused: dict[str, Any] = confirmed.json()
        return refused
    found: dict[str, Any] = (await centre.get(f"/certificates/{certificate_id}")).json()
    return found


async def history(centre: Centre, certificate_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await centre.get(f"/certificates/{certificate_id}/history")).json()[
        "replaced_editions"
    ]
    return found


class TestReissue:
    async def test_the_next_edition_says_the_same_and_nothing_is_told_because_nothing_counts_otherwise(
        self, centre: Centre
    ) -> None:
        certificate = await certified(centre)
        told = len(await centre.service.told())

        answers = [await centre.post(f"/certificates/{certificate['id']}/reissue", LOST) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [201, 201]
        assert [answer.json() for answer in answers] == [certificate | {"edition": place} for place in (2, 3)]
        assert len(await centre.service.told()) == told
        replaced = await history(centre, certificate["id"])
        assert [(each["edition"], each["number"], each["ground"]) for each in replaced] == [
            (1, certificate["number"], "lost"),
            (2, certificate["number"], "lost"),
        ]
        assert {(each["replaced_by"], each["reason"]) for each in replaced} == {("ann", LOST["reason"])}

    async def test_a_revoked_certificate_is_not_issued_again(self, centre: Centre) -> None:
        certificate = await certified(centre)
        await centre.revoke(certificate["id"], {"reason": "评分有误"})

        answers = [
            await centre.post(f"/certificates/{certificate['id']}/reissue", LOST),
            await centre.post(
                f"/certificates/{certificate['id']}/correction", {"occupation": "4-03-02-01", "reason": "登记有误"}
            ),
        ]

        assert [answer.json()["code"] for answer in answers] == ["illegal-move"] * 2

    async def test_a_name_that_was_settled_elsewhere_is_a_ground_and_a_correction_is_none(self, centre: Centre) -> None:
        certificate = await certified(centre)
        path = f"/certificates/{certificate['id']}/reissue"

        answers = [
            await centre.post(path, {"ground": ground, "reason": "更名"}) for ground in ("name-corrected", "corrected")
        ]

        assert [answer.status_code for answer in answers] == [201, 422]


class TestCorrect:
    async def test_a_level_is_corrected_with_another_number_and_told(self, centre: Centre) -> None:
        certificate = await certified(centre)

        after = await corrected(centre, certificate["id"], level="L3")

        assert (after["award"], after["level"], after["edition"], after["version"]) == ("L3", "L3", 2, 2)
        assert after["number"] == certificate["number"][:15] + "4" + "000002"
        told = (await centre.service.told())[-1]
        assert isinstance(told, CertificateCorrected)
        assert (told.level, told.number, told.version) == (3, after["number"], 2)
        [replaced] = await history(centre, certificate["id"])
        assert (replaced["number"], replaced["award"], replaced["ground"]) == (
            certificate["number"],
            "L4",
            "corrected",
        )
        assert (replaced["proposed_by"], replaced["replaced_by"]) == ("ann", "officer")

    async def test_an_occupation_is_corrected_under_the_same_number(self, centre: Centre) -> None:
        certificate = await certified(centre)

        after = await corrected(centre, certificate["id"], occupation="4-03-02-01")

        assert after == certificate | {"occupation": "4-03-02-01", "edition": 2, "version": 2}

    async def test_a_name_is_corrected_on_all_valid_certificates_of_the_person_and_never_shown_in_clear(
        self, centre: Centre
    ) -> None:
        first = await certified(centre)
        second = await certified(centre, level="L3", local_id="E2")

        proposed = await centre.post(
            f"/certificates/{first['id']}/correction", {"name": "李晓明", "reason": "与证件不符"}
        )
        confirmed = await centre.confirm(proposed)

        assert proposed.json()["content"]["name"] == "李**"
        assert confirmed.status_code == 200
        for certificate in (first, second):
            now = (await centre.get(f"/certificates/{certificate['id']}")).json()
            assert now == certificate | {"name": "李**", "edition": 2}
            assert [each["ground"] for each in await history(centre, certificate["id"])] == ["name-corrected"]
        stored = str(await centre.service.rows("SELECT content FROM proposal"))
        assert "李晓明" not in stored + proposed.text
        assert "李晓明" not in str([encode(each) for each in await centre.service.told()])

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({}, "certificate-says-that-already"),
            ({"level": "L4", "name": "王小明"}, "certificate-says-that-already"),
            ({"issued_on": "2025-06-29"}, "issue-day-outside-session"),
            ({"issued_on": "2099-01-01"}, "issue-day-outside-session"),
            ({"level": "L9"}, "unknown-level"),
            ({"level": "L1"}, "way-does-not-give"),
        ],
    )
    async def test_what_cannot_be_is_refused(self, centre: Centre, changes: dict[str, object], code: str) -> None:
        certificate = await certified(centre)

        refused = await corrected(centre, certificate["id"], **changes)

        assert refused["code"] == code

    async def test_not_to_what_the_holder_has_already(self, centre: Centre) -> None:
        certificate = await certified(centre)
        other = await certified(centre, level="L3", local_id="E2")

        refused = await corrected(centre, certificate["id"], level="L3")

        assert (refused["code"], refused["certificate_id"]) == ("another-certificate-stands", other["id"])

    async def test_who_issued_it_does_not_confirm_and_the_body_takes_its_proposal_back(self, centre: Centre) -> None:
        certificate = await certified(centre)
        path = f"/certificates/{certificate['id']}/correction"
        proposed = await centre.post(path, {"level": "L3", "reason": "登记有误"}, centre.province)
        confirmation = f"/proposals/{proposed.json()['id']}/confirmation"

        answers = [
            await centre.post(confirmation, None, centre.own),
            await centre.post(confirmation, None, centre.officer("carl")),
            await centre.post(confirmation, None, centre.province),
            await centre.post(f"/proposals/{proposed.json()['id']}/rejection", {"reason": "无误"}),
        ]

        assert [answer.status_code for answer in answers] == [403, 403, 403, 200]
        assert [answer.json().get("code") for answer in answers[:3]] == ["wrong-role", "same-person", "same-person"]
