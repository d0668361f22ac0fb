"""Claims wait for flags, over HTTP on a real database."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import asdict

from shared.contracts.registry.flags import FlagRaised, FlagReopened, FlagSettled, FlagStatus
from shared.kernel.ids import new_id
from tests.subsidy.builders import (
    L4_FEN,
    NOW,
    Taught,
    amounts,
    people,
)
from tests.subsidy.office import Office
from tests.support.persons import merged


def raised(taught: Taught, *, holds: bool = True, **about: Any) -> FlagRaised:
    """A flag of the class's county; `about` names what it is about."""
    flag_id = new_id()
    of_nothing: dict[str, Any] = dict.fromkeys(("institution_id", "class_id", "enrolment_id", "person"))
    return FlagRaised(
        subject=f"flags/{flag_id}",
        version=1,
        at=NOW,
        flag_id=flag_id,
        check="C24",
        kind="borrowed-teacher",
        region=taught.region,
        reporting_region="410100",
        holds=holds,
        status=FlagStatus.OPEN,
        **of_nothing | about,
    )


def settled(flag: FlagRaised, status: FlagStatus) -> FlagSettled:
    return FlagSettled(**asdict(flag) | {"version": 2, "status": status})


def about(taught: Taught, what: str) -> dict[str, Any]:
    """The ids of a flag about that part of the claim."""
    return {
        "class": {"institution_id": taught.institution_id, "class_id": taught.class_id},
        "trainee": {
            "institution_id": taught.institution_id, "class_id": taught.class_id,
            "enrolment_id": taught.enrolments[0], "person": taught.persons[0],
        },
        "institution": {"institution_id": taught.institution_id},
        "person": {"person": taught.persons[0]},
    }[what]  # fmt: skip


async def claimed(office: Office, count: int = 2) -> tuple[Taught, str]:
    taught = Taught(people(count))
    await office.service.hear(*taught.all_finished())
    return taught, await office.submitted(taught)


class TestHold:
    @pytest.mark.parametrize("what", ["class", "trainee", "institution", "person"])
    async def test_a_claim_is_not_approved_until_its_flag_is_settled(self, office: Office, what: str) -> None:
        taught, claim_id = await claimed(office)
        flag = raised(taught, **about(taught, what))
        await office.service.hear(flag)

        refused = await office.approve(claim_id)
        shown = (await office.get(f"/v1/claims/{claim_id}", office.institution(taught))).json()["held_by"]
        await office.service.hear(settled(flag, FlagStatus.DISMISSED))

        assert (refused.status_code, refused.json()["code"]) == (409, "flags-open")
        subject = "trainee" if what == "person" else what
        named = {"check": "C24", "kind": "borrowed-teacher", "about": subject, "region": "410102", "status": "open"}
        assert refused.json()["flags"] == [{"flag_id": str(flag.flag_id), **named}]
        assert "410102" in refused.json()["cure"]
        cures = {name: shown[0].pop(name) for name in ("cure_en", "cure_zh")}
        assert all("410102" in each for each in cures.values())
        assert shown == [{"id": str(flag.flag_id), "reporting_region": "410100", **named}]
        assert str(taught.persons[0]) not in refused.text
        assert (await office.get(f"/v1/claims/{claim_id}", office.reviewer())).json()["held_by"] == []
        assert (await office.approve(claim_id)).json()["status"] == "approved"

    async def test_what_is_not_about_the_claim_or_does_not_hold_or_pays_nothing_holds_nothing(
        self, office: Office
    ) -> None:
        other, taught = Taught(people(1)), Taught(people(2))
        await office.service.hear(taught.completed(), taught.finished(0), taught.failed(1), taught.certified(0))
        await office.service.hear(
            raised(other, **about(other, "class")),
            raised(other, **about(other, "person")),
            raised(taught, holds=False, **about(taught, "class")),
            raised(taught, class_id=taught.class_id, enrolment_id=taught.enrolments[1], person=taught.persons[1]),
        )
        claim_id = await office.submitted(taught)

        assert (await office.get(f"/v1/claims/{claim_id}", office.reviewer())).json()["held_by"] == []
        assert (await office.approve(claim_id)).status_code == 200

    async def test_a_flag_about_a_human_finds_them_under_another_key(self, office: Office) -> None:
        taught, claim_id = await claimed(office, 1)
        [old] = people(1)
        await office.service.hear(merged(old, taught.persons[0]), raised(taught, person=old))

        assert (await office.approve(claim_id)).json()["code"] == "flags-open"

    async def test_a_flag_that_is_examined_again_holds_again(self, office: Office) -> None:
        taught, claim_id = await claimed(office)
        flag = raised(taught, **about(taught, "class"))
        again = FlagReopened(**asdict(flag) | {"version": 3})
        await office.service.hear(flag, settled(flag, FlagStatus.DISMISSED), again)

        assert (await office.approve(claim_id)).json()["code"] == "flags-open"

    async def test_a_trainee_with_an_upheld_flag_is_left_out_when_the_claim_is_rebuilt(self, office: Office) -> None:
        taught, claim_id = await claimed(office)
        flag = raised(taught, **about(taught, "trainee"))
        await office.service.hear(flag, settled(flag, FlagStatus.UPHELD))

        refused = (await office.approve(claim_id)).json()
        [held] = (await office.get(f"/v1/claims/{claim_id}", office.reviewer())).json()["held_by"]
        reason = {"reason": "该学员预警属实"}
        await office.post(f"/v1/claims/{claim_id}/return", reason, office.reviewer())
        rebuilt = await office.post(f"/v1/claims/{claim_id}/rebuild", None, office.institution(taught))
        await office.submit(claim_id, taught)
        approved = (await office.approve(claim_id)).json()

        assert (refused["code"], refused["flags"][0]["status"]) == ("flags-upheld", "upheld")
        assert "Return" in refused["cure"]
        assert "Return" in held["cure_en"]
        assert amounts(rebuilt.json()) == [(0, "FLAGGED"), (L4_FEN, None)]
        assert (approved["status"], approved["amount_fen"]) == ("approved", L4_FEN)

    async def test_an_upheld_flag_about_the_class_keeps_the_claim_and_it_can_only_be_rejected(
        self, office: Office
    ) -> None:
        taught, claim_id = await claimed(office)
        flag = raised(taught, **about(taught, "class"))
        await office.service.hear(flag, settled(flag, FlagStatus.UPHELD))

        assert (await office.approve(claim_id)).json()["code"] == "flags-upheld"
        [held] = (await office.get(f"/v1/claims/{claim_id}", office.reviewer())).json()["held_by"]
        assert (held["about"], "Reject" in held["cure_en"]) == ("class", True)
        rejected = await office.post(f"/v1/claims/{claim_id}/rejection", {"reason": "预警属实"}, office.reviewer())
        assert rejected.json()["status"] == "rejected"
        shown = (await office.get(f"/v1/claims/{claim_id}", office.reviewer())).json()
        assert shown["held_by"] == []

    async def test_a_flag_after_the_approval_stops_the_payment_and_the_money_is_free_again_on_return(
        self, office: Office
    ) -> None:
        taught, claim_id = await claimed(office)
        await office.approve(claim_id)
        flag = raised(taught, **about(taught, "class"))
        await office.service.hear(flag)

        stopped = await office.pay(claim_id)
        committed = (await office.balance())["committed"]
        await office.service.hear(settled(flag, FlagStatus.UPHELD))
        still = await office.pay(claim_id)
        returned = await office.post(f"/v1/claims/{claim_id}/return", {"reason": "预警属实"}, office.reviewer())

        assert [answer.json()["code"] for answer in (stopped, still)] == ["flags-open", "flags-upheld"]
        assert committed == 2 * L4_FEN
        assert (returned.json()["status"], returned.json()["approved_on"]) == ("returned", None)
        assert (await office.balance())["committed"] == 0

    async def test_a_flag_about_a_trainee_stops_the_payment_while_it_is_open_and_upheld_only_that_line(
        self, office: Office
    ) -> None:
        taught, claim_id = await claimed(office)
        await office.approve(claim_id)
        flag = raised(taught, **about(taught, "trainee"))
        await office.service.hear(flag)

        stopped = await office.pay(claim_id)
        await office.service.hear(settled(flag, FlagStatus.UPHELD))
        paid = await office.pay(claim_id)

        assert stopped.json()["code"] == "flags-open"
        assert (paid.status_code, amounts(paid.json())) == (200, [(0, "FLAGGED"), (L4_FEN, None)])
        balance = await office.balance()
        assert (balance["committed"], balance["paid"]) == (L4_FEN, L4_FEN)


class TestList:
    async def test_claims_that_wait_and_paid_ones_with_a_confirmed_flag_are_found(self, office: Office) -> None:
        (waits, waiting), (paid_for, paid), (_, free) = [await claimed(office) for _ in range(3)]
        for claim_id in (paid, free):
            await office.approve(claim_id)
        await office.pay(paid)
        trainee = raised(paid_for, **about(paid_for, "trainee"))
        flags = [raised(waits, **about(waits, what)) for what in ("class", "institution", "person")]
        await office.service.hear(*flags, trainee, settled(trainee, FlagStatus.UPHELD))

        async def listed(query: str) -> list[str]:
            return [row["id"] for row in (await office.get(f"/v1/claims?{query}", office.finance())).json()["rows"]]

        assert await listed("held=true") == [waiting, paid]
        assert await listed("held=false") == [free]
        assert await listed("held=true&status=paid") == [paid]
        [flag] = (await office.get(f"/v1/claims/{paid}", office.finance())).json()["held_by"]
        assert "recover" in flag["cure_en"]
        await office.recover(paid, [1])
        assert await listed("held=true") == [waiting]
        await office.service.hear(*(settled(each, FlagStatus.DISMISSED) for each in flags))
        assert await listed("held=true") == []
