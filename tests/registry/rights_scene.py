"""Two counties for the walk of rights, each with an institution and one of everything that the registry keeps."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from services.registry.quality import usecases as quality
from shared.kernel.callers import Role
from tests.registry.rating import WORK
from tests.registry.school import ANOTHER_CREDIT_CODE, CREDIT_CODE, School, add_site, institution, open_school, trainee
from tests.registry.supervising import patrol
from tests.registry.teaching import PROJECT, engage, lessons, teacher
from tests.support.rights import PROVINCE, Scene, Side
from tests.support.services import ServiceUnderTest

FREE_CREDIT_CODE = "52410000MJ00000007"
PHOTO = {
    "local_id": "photo", "media_type": "image/jpeg",
    "content": b64encode(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00").decode(),
}  # fmt: skip
PLAN = {
    "kind": "emergency_plan", "local_id": "plan", "title": "应急预案", "topics": [], "hours": 0,
    "media_type": "text/plain", "content": b64encode(b"plan").decode(),
}  # fmt: skip
YEAR = {"first_on": "2025-01-01", "last_on": "2025-12-31"}
APRIL = {"starts_on": "2025-04-01", "ends_on": "2025-04-20"}
MAY = {"starts_on": "2025-05-01", "ends_on": "2025-05-20"}


async def registry_scene(registry: ServiceUnderTest) -> Scene:
    here = await _County(registry, "410102", "410100", CREDIT_CODE, first=1).build()
    there = await _County(registry, "419001", "419001", ANOTHER_CREDIT_CODE, first=101).build()
    while await quality.recount(registry.engine):
        pass
    return Scene(
        service=registry,
        here=here,
        there=there,
        above="410100",
        creates=frozenset({"file_class", "file_order", "enrol_trainees", "post_follow_up_file"}),
    )


class _County:
    """Builds a side; `first` is the number of the first of its people."""

    def __init__(self, registry: ServiceUnderTest, region: str, reports_to: str, credit_code: str, *, first: int):
        self._registry = registry
        self._region = region
        self._reports_to = reports_to
        self._credit_code = credit_code
        self._first = first
        self._school: School

    async def build(self) -> Side:
        self._school = school = await open_school(
            self._registry, credit_code=self._credit_code, region=self._region, name=f"学校{self._first}"
        )
        ids = {"institution_id": school.id, "code": PROJECT, "version": "1"}
        ids["site_id"] = await add_site(school, region=self._region, address=f"某路 {self._first} 号")
        ids |= await self._teacher()
        running = await self._run(0, 1)
        ids |= {"class_id": running, "enrolment_id": await self._enrolment(running)}
        ids |= await self._supervised(running) | await self._papers() | await self._inspected()
        ids |= await self._proposed(ids["teacher_id"], running) | await self._rules(running)
        done = await self._completed()
        listed = await self._lists(ids, running, done) | {"list_merges": await self._merge()}
        ids |= {"merge_id": listed["list_merges"], "proposal_id": await self._proposal()}
        listed["list_licences"] = await self._licensed()
        listed["list_person_proposals"] = ids["proposal_id"]
        return Side(
            region=self._region,
            organisations={Role.INSTITUTION: school.id, Role.ASSESSMENT_BODY: "0198e000-0000-7000-8000-000000000001"},
            ids=ids,
            listed=listed,
            bodies=self._bodies(ids),
            queries={
                "list_listings": {"project": PROJECT},
                "post_roster_file": {"class_id": running},
                "list_follow_ups": {"class_id": done},
                "get_patrol_coverage": YEAR,
                "list_uncovered_classes": YEAR,
                "get_quality_rates": YEAR,
                "get_flag_rates": YEAR,
            },
        )

    @property
    def _officer(self) -> dict[str, str]:
        return self._school.officer(self._region, person=f"officer of {self._region}")

    def _trainee(self, number: int, **changes: object) -> dict[str, object]:
        return trainee(self._first + number, local_id=f"T{number}", **changes)

    async def _post(self, path: str, content: object = None, *, officer: bool = False) -> dict[str, Any]:
        headers = self._officer if officer else self._school.headers
        answer = await self._school.post(path, content, headers=headers)
        assert answer.is_success, (path, answer.text)
        created: dict[str, Any] = answer.json()
        return created

    async def _rows(self, path: str, **query: str) -> list[dict[str, Any]]:
        answer = await self._registry.http.get(f"/v1/{path}", params=query, headers=self._officer)
        assert answer.is_success, (path, answer.text)
        rows: list[dict[str, Any]] = answer.json()["rows"]
        return rows

    async def _run(self, *numbers: int, **changes: object) -> str:
        """A running class with trainees of these numbers."""
        rows = [self._trainee(number, employment="unemployed") for number in numbers]
        return await self._school.run(*rows, region=self._region, **changes)

    async def _enrolment(self, class_id: str) -> str:
        enrolment_id: str = (await self._rows(f"classes/{class_id}/enrolments"))[0]["id"]
        return enrolment_id

    async def _teacher(self) -> dict[str, str]:
        engaged = await engage(self._school, self._first)
        return {
            "teacher_id": engaged["teacher_id"],
            "engagement_id": engaged["engagement_id"],
            "qualification_id": engaged["qualifications"][0]["id"],
        }

    async def _rules(self, class_id: str) -> dict[str, str]:
        """A row of the policy, and the filing of the class, which was decided by some."""
        rows = await self._registry.http.get("/v1/policy-rows", headers=self._officer)
        steps = await self._rows(f"classes/{class_id}/history")
        return {"row_id": rows.json()[0]["id"], "step_id": steps[0]["id"]}

    async def _supervised(self, class_id: str) -> dict[str, str]:
        looked = await self._post(f"classes/{class_id}/patrols", patrol(), officer=True)
        attached = await self._post(f"patrols/{looked['id']}/attachments", PHOTO, officer=True)
        rectify = {"step": "rectify", "reason": "签到造假", "first_on": "2025-02-01"}
        sanction = await self._post(f"institutions/{self._school.id}/sanctions", rectify, officer=True)
        edit = {"day": "2025-03-05", "hours": 6, "reason": "设备故障"}
        await self._post(f"enrolments/{await self._enrolment(class_id)}/attendance-edits", edit, officer=True)
        (flag, *_) = await self._rows("flags", class_id=class_id)
        listings = await self._rows(f"institutions/{self._school.id}/listings")
        return {
            "patrol_id": looked["id"],
            "finding_id": looked["findings"][0]["id"],
            "attachment_id": attached["id"],
            "sanction_id": sanction["id"],
            "listing_id": listings[0]["id"],
            "flag_id": flag["id"],
        }

    async def _inspected(self) -> dict[str, str]:
        hazard = {"severity": "minor", "found": "灭火器过期"}
        content = {"local_id": f"I{self._first}", "inspected_at": "2025-03-01T01:00:00Z", "hazards": [hazard]}
        inspected = await self._post(f"institutions/{self._school.id}/inspections", content, officer=True)
        report = {
            "about": "institution",
            "target_id": self._school.id,
            "misconduct": "safety",
            "text": "消防通道长期被堵，无人处理",
        }
        await self._post("public-reports", report | {"contact": "微信 whistle"})
        (reported,) = await self._rows("public-reports")
        return {"inspection_id": inspected["id"], "report_id": reported["id"]}

    async def _proposed(self, teacher_id: str, class_id: str) -> dict[str, str]:
        """What two officers or two parties decide: a closing, an order, a merge and a departure of teachers."""
        closing = {"kind": "closure", "from_on": "2025-03-01", "reason": "办学到期"}
        proposed = await self._post(f"institutions/{self._school.id}/closings", closing, officer=True)
        order = {
            "local_id": "O1", "buyer_name": "某养老院", "buyer_credit_code": FREE_CREDIT_CODE,
            "occupation": "4-10-01-05", "level": "L4", "persons": 50, "first_on": "2025-01-01",
            "last_on": "2025-12-31", "signed_on": "2025-01-01",
        }  # fmt: skip
        filed = await self._post("orders", order)
        second = (await engage(self._school, self._first + 17))["teacher_id"]
        gone = {"kind": "left", "last_on": "2025-03-01", "reason": "离职"}
        departed = await self._post(f"teachers/{second}/departures", gone, officer=True)
        merge = {"into_id": second, "reason": "同一人"}
        merged = await self._post(f"teachers/{teacher_id}/merges", merge, officer=True)
        return {
            "closing_id": proposed["id"],
            "order_id": filed["id"],
            "departure_id": departed["id"],
            "teacher_merge_id": merged["id"],
        }

    async def _papers(self) -> dict[str, str]:
        document = await self._post(f"institutions/{self._school.id}/safety-documents", PLAN)
        headers = self._school.headers | {"Content-Type": "text/csv"}
        posted = await self._registry.http.post("/v1/roster-files", content=b"x", headers=headers)
        return {"document_id": document["id"], "file_id": posted.json()["id"]}

    async def _completed(self) -> str:
        """A completed class with a spot check, whose trainee found work."""
        class_id = await self._run(2, local_id="done", **APRIL)
        concluded = await self._school.conclude(class_id, T2=60)
        await self._post(f"classes/{class_id}/completion")
        await self._post("follow-ups", {"rows": [WORK | {"enrolment_id": concluded.json()["rows"][0]["id"]}]})
        asked = {"local_id": "S1", "checked_on": "2025-06-02", "asked": 1, "confirmed": 1}
        await self._post(f"classes/{class_id}/spot-checks", asked, officer=True)
        return class_id

    async def _licensed(self) -> str:
        """A trainee with a licence that waits for an officer."""
        award = {"level": None, "award": "special_operations", "occupation": "6-18-02-04", "hours": 80}
        class_id = await self._run(5, local_id="welding", **award, **MAY)
        row = {"local_id": "T5", "issued_on": "2025-05-21", "valid_until": "2031-05-20"}
        await self._post(f"classes/{class_id}/licences", {"rows": [row]})
        return await self._enrolment(class_id)

    async def _merge(self) -> str:
        await self._run(3, local_id="merged-1", **APRIL)
        await self._run(4, local_id="merged-2", **MAY)
        content = self._documents(3, 4) | {"into": "first", "reason": "换领新证"}
        merged = await self._school.agree("persons/merges", content, headers=self._officer)
        assert merged.is_success, merged.text
        merge_id: str = merged.json()["id"]
        return merge_id

    async def _proposal(self) -> str:
        """A name that waits for a second officer."""
        content = {"document_number": self._trainee(1)["document_number"], "name": "另名", "reason": "首次填报有误"}
        proposal_id: str = (await self._post("persons/particulars", content, officer=True))["id"]
        return proposal_id

    def _documents(self, first: int, second: int) -> dict[str, Any]:
        numbers = {"first": first, "second": second}
        return {name: self._document(each) for name, each in numbers.items()}

    def _document(self, number: int) -> dict[str, Any]:
        return {"document_number": self._trainee(number)["document_number"]}

    async def _lists(self, ids: dict[str, str], running: str, done: str) -> dict[str, str]:
        waiting = await self._school.file(local_id="waiting", region=self._region, **MAY)
        changed = await self._school.file(
            local_id="changed", region=self._region, starts_on="2027-03-01", ends_on="2027-03-20", fund_source=None
        )
        await self._post(f"classes/{changed}/approval", officer=True)
        await self._post(f"classes/{changed}/change", {"reason": "教室维修", "seats": 30})
        (spot_check,) = await self._rows("spot-checks", class_id=done)
        (edit,) = await self._rows("attendance-edits", class_id=running)
        return {
            "list_sanctions": ids["sanction_id"],
            "list_closings": ids["closing_id"],
            "list_completeness": ids["institution_id"],
            "list_inspections": ids["inspection_id"],
            "list_orders": ids["order_id"],
            "list_public_reports": ids["report_id"],
            "list_classes": running,
            "list_waiting_classes": waiting,
            "list_next_steps": running,
            "list_class_changes": changed,
            "list_roster_files": ids["file_id"],
            "list_flags": ids["flag_id"],
            "list_attendance_edits": edit["id"],
            "list_teachers": ids["teacher_id"],
            "list_patrols": ids["patrol_id"],
            "get_patrol_coverage": f'"reporting_region":"{self._reports_to}"',
            "list_uncovered_classes": done,
            "list_findings": ids["finding_id"],
            "list_spot_checks": spot_check["id"],
            "get_quality_rates": f'"key":"{self._region}"',
        }

    def _bodies(self, ids: dict[str, str]) -> dict[str, Any]:
        mark = {
            "local_id": "m1", "enrolment_id": ids["enrolment_id"], "direction": "in", "method": "device",
            "at": "2025-03-06T09:00:00+08:00", "device": "gate",
        }  # fmt: skip
        follow_up = WORK | {"enrolment_id": ids["enrolment_id"]}
        named = {"document_number": self._trainee(0)["document_number"], "name": "另名", "reason": "首次填报有误"}
        return {
            "register_institution": institution(credit_code=FREE_CREDIT_CODE, region=self._region),
            "add_policy_row": {
                "key": "class.seats_max", "value": "60", "region": PROVINCE, "first_on": "2027-01-01", "source": "文件",
            },
            "enrol_trainees": {"rows": [self._trainee(9) | {"class": "2025-001"}]},
            "add_class_to_order": {"class_id": ids["class_id"]},
            "propose_closing": {"kind": "closure", "from_on": "2025-03-01", "reason": "办学到期"},
            "propose_teacher_merge": {"into_id": ids["teacher_id"], "reason": "同一人"},
            "record_inspection": {"local_id": "I", "inspected_at": "2025-03-01T01:00:00Z"},
            "record_teacher_departure": {"kind": "left", "last_on": "2025-03-01", "reason": "离职"},
            "change_institution": {"version": 1, "department": "教育局"},
            "change_class": {"reason": "教室维修", "seats": 30},
            "transfer_enrolment": {"class_id": ids["class_id"], "local_id": "moved", "reason": "搬家"},
            "engage_teacher": teacher(self._first + 1),
            "correct_teacher_name": {"name": "张某某", "reason": "首次填报有误"},
            "put_timetable": {"lessons": lessons()},
            "recheck_finding": {"passed": True, "said": "现场核实属实"},
            "attach_to_patrol": PHOTO,
            "attach_to_finding": PHOTO,
            "post_safety_document": PLAN,
            "post_roster_file": b"x",
            "post_follow_up_file": b"x",
            "propose_merge": self._documents(0, 2) | {"into": "first", "reason": "换领新证"},
            "propose_particulars": named,
            "look_at_record": self._document(0) | {"reason": "群众来电核实"},
            "propose_rekeying": named | {"document_number": self._trainee(8)["document_number"]},
            "record_attendance_marks": {"rows": [mark]},
            "report_follow_ups": {"rows": [follow_up]},
            "correct_follow_ups": {"rows": [follow_up | {"reason": "更正"}]},
        }  # fmt: skip
