"""Every operation of assessment, by every role, against the table of rights."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.assessment.consumers import apply
from shared.kernel.callers import Role
from shared.kernel.ids import new_id
from tests.assessment.centre import a_class, an_enrolment, body_filing, open_centre, pass_row, person_key, person_row
from tests.assessment.conferrals.employer import PROCESS
from tests.support.persons import merged, rekeyed
from tests.support.rights import PROVINCE, Scene, Side, walk
from tests.support.services import ServiceUnderTest


async def side(assessment: ServiceUnderTest, number: int, region: str) -> Side:
    """A county with a body that held an exam for the class of an institution; its sessions are open and concluded."""
    first = number % 100 * 10
    institution, class_id = UUID(int=number << 8 | 1), UUID(int=number << 8 | 2)
    reports_to = "410100" if region == "410102" else region
    async with assessment.engine.begin() as connection:
        told = a_class(class_id, institution_id=institution, region=region, reporting_region=reports_to)
        await apply(connection, [told])
        trained = [
            an_enrolment(new_id(), class_id, person_key(assessment, first + place), programme="S08")
            for place in (3, 4, 5, 6)
        ]
        await apply(connection, trained)
    centre = await open_centre(assessment, number, region=region, name=f"评价中心{number}")
    place = {"region": region, "class_id": str(class_id)}
    sessions = [await centre.examined(pass_row(first + 3), local_id="first", **place)]
    sessions.append(await centre.examined(pass_row(first + 4), local_id="second", **place))
    sessions.append(await centre.examined(pass_row(first + 6), local_id="third", **place))
    for each in sessions:
        assert (await centre.conclude(each)).status_code == 200
    certificates = [(await centre.certificates(each))[0]["id"] for each in sessions]
    # The two turn out to be one human, who holds two certificates.
    async with assessment.engine.begin() as connection:
        await apply(connection, [rekeyed(trained[3], person_key(assessment, first + 7))])
    await assessment.hear(merged(person_key(assessment, first + 4), person_key(assessment, first + 3)))
    open_session = await centre.examined(pass_row(first + 5), local_id="open", **place)
    candidate = (await centre.candidate_ids(open_session))[str(first + 5)]
    marks = {"theory": 70, "skills": 70, "reason": "漏登"}
    proposed = await centre.post(f"/candidates/{candidate}/correction", marks)
    assert proposed.status_code == 201, proposed.text
    scope = (await centre.get(f"/bodies/{centre.body['id']}/scope")).json()["rows"][0]["id"]
    sanction = await centre.post(
        f"/bodies/{centre.body['id']}/sanctions", {"step": "talk", "reason": "约谈"}, centre.province
    )
    assert sanction.status_code == 201, sanction.text
    elsewhere = "410300" if reports_to == "410100" else "410100"
    agreed = {"region": elsewhere, "first_on": "2026-01-01", "reason": "当地无评价机构"}
    asked = await centre.post(f"/bodies/{centre.body['id']}/territories", agreed, centre.province)
    confirmed = await centre.confirm(asked, assessment.tokens.of(Role.PROVINCE, person="second", region=PROVINCE))
    assert confirmed.status_code == 200, confirmed.text
    registered = await centre.post("/examiners", person_row(first + 8, local_id="P1"))
    assert registered.status_code == 201, registered.text
    renamed = await centre.session(local_id="renamed", **place)
    await centre.batch(f"/sessions/{renamed}/candidates", [person_row(first + 5, name="王晓明")])
    question = (await centre.get("/name-questions")).json()["rows"][0]["id"]
    # The candidate of the open session is the holder, too, who appeals against that result.
    await assessment.hear(merged(person_key(assessment, first + 5), person_key(assessment, first + 3)))
    territory = (await centre.get(f"/bodies/{centre.body['id']}/territories")).json()[0]["id"]
    given = await centre.post(
        f"/bodies/{centre.body['id']}/number-blocks",
        {"year": 2026, "count": 100, "reason": "年度号段"},
        centre.province,
    )
    assert given.status_code == 201, given.text
    person = person_key(assessment, first + 3)
    holder = assessment.tokens.of(Role.HOLDER, person=str(person))
    code = await centre.post(f"/certificates/{certificates[0]}/codes", {"given_to": f"单位{number}"}, holder)
    assert code.status_code == 201, code.text
    signed = await centre.post(f"/certificates/{certificates[0]}/credential")
    assert signed.status_code == 201, signed.text
    seen = {"code": code.json()["code"], "asker": f"查验单位{number}"}
    assert (await centre.post("/verifications/by-code", seen)).status_code == 200
    await assessment.app.state.looks.write()
    looked = (await centre.get("/holder/looks", holder)).json()["rows"][0]["id"]
    sent = await assessment.http.post(
        "/v1/result-files", content=b"x", headers=centre.own | {"Content-Type": "text/csv"}
    )
    course = {"school_id": str(institution), "occupation": "4-10-01-05", "course": "护理", "credits": 4}
    dated = {"direction": "to_credits", "award": "L4", "first_on": "2025-01-01", "source": "学校规定", "reason": "补录"}
    entered = await centre.post("/credit-rules", course | dated, centre.province)
    assert entered.status_code == 201, entered.text
    second = assessment.tokens.of(Role.PROVINCE, person="second", region=PROVINCE)
    assert (await centre.post(f"/credit-rules/{entered.json()['id']}/approval", None, second)).status_code == 200
    school = assessment.tokens.of(Role.INSTITUTION, person="teacher", organisation=str(institution))
    held = (await centre.get(f"/certificates/{certificates[0]}")).json()["number"]
    used = await centre.post("/credit-uses/of-certificates", {"number": held, "name": "王小明"}, school)
    assert used.status_code == 201, used.text
    student = {name: value for name, value in person_row(first + 1).items() if name != "local_id"}
    exported = await centre.post("/national-exports", {}, centre.province)
    assert exported.status_code == 201, exported.text
    filed = await centre.post(
        "/conferrals",
        {"local_id": "list", "way": "process", "programme": "S08", "occupation": "4-10-01-05", "award": "L3"},
    )
    assert filed.status_code == 201, filed.text
    conferral = filed.json()["id"]
    [nominee] = await centre.batch(f"/conferrals/{conferral}/nominees", [person_row(first + 2) | PROCESS])
    term = str(new_id())
    async with assessment.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO appointment_term VALUES (:id, :certificate, '岗位', 'PR-1', '2026-01-01', '2029-12-31', "
                "'ann', now(), 'officer', NULL, NULL, NULL, 1)"
            ),
            {"id": term, "certificate": certificates[0]},
        )
    certificate_candidate = (await centre.certificates(sessions[0]))[0]["candidate_id"]
    charged = await centre.post(f"/sessions/{open_session}/fee", {"fee_fen": 16000, "subsidised": True})
    assert charged.status_code == 200, charged.text
    flag = (await centre.get(f"/exam-flags?session_id={open_session}", centre.province)).json()["rows"][0]["id"]
    related = {"institution_code": f"9141010000000{number:05}", "ground": "同一实际控制人"}
    relation = await centre.post(f"/bodies/{centre.body['id']}/relations", related)
    assert relation.status_code == 201, relation.text
    appealed = await centre.post(f"/candidates/{certificate_candidate}/appeals", {"ground": "请求复核"}, holder)
    assert appealed.status_code == 201, appealed.text
    ids = {
        "appeal_id": appealed.json()["id"],
        "exam_flag_id": flag,
        "relation_id": relation.json()["id"],
        "file_id": sent.json()["id"],
        "code_id": code.json()["id"],
        "conferral_id": conferral,
        "use_id": used.json()["id"],
        "export_id": exported.json()["id"],
        "nominee_id": nominee["id"],
        "term_id": term,
        "number": "0",
        "key_id": "c1",
        "block_id": given.json()["id"],
        "territory_id": territory,
        "entry_id": scope,
        "examiner_id": registered.json()["id"],
        "question_id": question,
        "sanction_id": sanction.json()["id"],
        "body_id": centre.body["id"],
        "session_id": open_session,
        "candidate_id": candidate,
        "certificate_id": certificates[0],
        "proposal_id": proposed.json()["id"],
        "row_id": "NAT-PASS-60",
        "occupation": "4-10-01-05",
        "edition": "2023",
    }
    bodies: dict[str, Any] = {
        "verify_certificate": {"number": "S000041000001253000001", "name": "王小明"},
        "verify_by_code": seen,
        "give_code": {"days": 3},
        "give_number_block": {"year": 2027, "count": 5, "reason": "年度号段"},
        "end_number_block": {"reason": "收回"},
        "void_numbers": {"first": f"S000041{number:06}263000050", "reason": "打印错误"},
        "propose_revocation": {"reason": "评分有误"},
        "propose_reinstatement": {"reason": "撤销有误"},
        "reissue_certificate": {"ground": "lost", "reason": "遗失补发"},
        "propose_certificate_correction": {"occupation": "4-03-02-01", "reason": "登记有误"},
        "file_body": body_filing(first + 500, region=region),
        "file_conferral": {
            "local_id": f"list-{number}",
            "way": "process",
            "programme": "S08",
            "occupation": "4-10-01-05",
            "award": "L4",
        },
        "add_nominees": {"rows": [person_row(first + 1) | PROCESS]},
        "propose_term": {
            "post": "岗位",
            "reference": "PR-2",
            "first_on": "2030-01-01",
            "last_on": "2032-12-31",
            "reason": "续聘",
        },
        "add_recognition_rule": {
            "contest": "henan-1",
            "award": "L4",
            "first_place": 1,
            "last_place": 3,
            "region": PROVINCE,
            "first_on": "2098-01-01",
            "source": "文件",
        },
        "add_credit_rule": course | dated | {"course": "营养"},
        "use_certificate": {"number": held, "name": "王小明"},
        "use_courses": student | {"occupation": "4-10-01-05", "award": "L4", "courses": ["护理"]},
        "withdraw_credit_use": {"reason": "重复办理"},
        "export_certificates": {},
        "read_national_receipt": {"content": "receipt"},
        "give_up_national_export": {"reason": "上传失败"},
        "add_candidates": {"rows": [person_row(first + 1)]},
        "post_candidate_file": b"x",
        "post_result_file": b"x",
        "file_appeal": {"ground": "请求复核"},
        "answer_appeal": {"verdict": "reject", "reason": "复核无误"},
        "settle_exam_flag": {"verdict": "uphold", "reason": "已核查"},
        "assign_exam_flag": {"person": "eve", "reason": "已核查"},
        "inspect_session": {"manner": "video", "inspected_on": "2025-06-30", "found": "监控缺失"},
        "state_session_fee": {"fee_fen": 0, "subsidised": True},
        "declare_body_relation": related,
        "add_supervision_rule": {
            "key": "flag.due_days",
            "value": "10",
            "region": PROVINCE,
            "first_on": "2098-01-01",
            "source": "文件",
        },
        "record_results": {"rows": [pass_row(first + 1)]},
        "propose_correction": marks,
        "propose_territory": agreed | {"first_on": "2024-01-01", "last_on": "2024-12-31"},
        "end_territory": {"reason": "收回"},
        "propose_body_closing": {"from_on": "2026-01-01", "reason": "停办"},
        "open_scope": {"occupation": "4-03-02-02", "level": "L2"},
        "end_scope": {"reason": "停办"},
        "impose_body_sanction": {"step": "rectify", "reason": "整改"},
        "register_examiner": person_row(first + 9, local_id="P2"),
        "qualify_examiner": {"qualifications": [], "reason": "资格到期"},
        "end_examiner": {"reason": "离职"},
        "settle_name_question": {"name": "王晓明", "reason": "已查验证件"},
        "refile_session": {"region": region, "held_on": "2025-06-30", "reason": "更正"},
        "move_session": {"region": region, "held_on": "2025-06-30", "reason": "改期"},
        "add_session_rule": {
            "key": "publicity.working_days",
            "value": "5",
            "region": PROVINCE,
            "first_on": "2098-01-01",
            "source": "文件",
        },
        "add_pass_rule": {
            "key": "pass.part_tenths_min",
            "value": "600",
            "region": PROVINCE,
            "first_on": "2098-01-01",
            "source": "文件",
        },
    }
    return Side(
        region=region,
        organisations={Role.ASSESSMENT_BODY: centre.body["id"], Role.INSTITUTION: str(institution)},
        ids=ids,
        listed={
            "list_bodies": ids["body_id"],
            "list_body_sanctions": ids["sanction_id"],
            "list_sessions": ids["session_id"],
            "list_session_tasks": ids["session_id"],
            "list_examinable_classes": str(class_id),
            "list_exam_flags": flag,
            "list_appeals": appealed.json()["id"],
            "list_own_appeals": appealed.json()["id"],
            "list_result_files": ids["file_id"],
            "list_conferrals": conferral,
            "list_credit_uses": used.json()["id"],
            "list_national_exports": exported.json()["id"],
            "list_examiners": ids["examiner_id"],
            "list_name_questions": ids["question_id"],
            "list_certificates": ids["certificate_id"],
            "list_proposals": ids["proposal_id"],
            "list_duplicates": certificates[1],
            "list_rekeyed_certificates": certificates[2],
            "list_own_certificates": certificates[0],
            "list_codes": code.json()["id"],
            "list_looks": looked,
        },
        bodies=bodies,
        queries={"post_result_file": {"session_id": open_session}},
        holder=str(person),
    )


async def test_every_operation_does_for_every_role_what_the_table_says(assessment: ServiceUnderTest) -> None:
    scene = Scene(
        service=assessment,
        here=await side(assessment, 123, "410102"),
        there=await side(assessment, 124, "419001"),
        above="410100",
        creates=frozenset(
            {
                "file_session",
                "post_candidate_file",
                "use_certificate",
                "use_courses",
                "add_credit_rule",
                "file_conferral",
                "add_pass_rule",
                "add_recognition_rule",
                "add_session_rule",
                "add_supervision_rule",
                "register_examiner",
            }
        ),
    )

    walked = await walk(scene)

    walked.require_none()
    print(walked.counted)  # noqa: T201
