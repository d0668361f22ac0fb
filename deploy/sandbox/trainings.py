"""What institutions and county officers post: classes, rosters, outcomes, corrections."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any, Final

from deploy.sandbox.client import Caller, Client, Unanswered
from deploy.sandbox.steps import Files, Row, Step, grouped


def _document(local_id: str, title: str, content: str, **changes: object) -> dict[str, object]:
    text = b64encode(content.encode()).decode()
    return {"local_id": local_id, "title": title, "media_type": "text/plain", "content": text} | changes


SAFETY_DOCUMENTS: Final = (
    _document("emergency-plan", "样例应急预案", "发生火情时按疏散图撤离至集合点。", kind="emergency_plan"),
    _document(
        "safety-lesson",
        "样例安全课程",
        "灭火器的使用。",
        kind="safety_lesson",
        topics=["消防安全", "用电安全"],
        hours=2,
    ),
)
"""What every institution of the sample has, in its own words."""
PROVINCE: Final = Caller("province", "sample-province-officer", region="410000")


class Trainings:
    """Posts to the registry, and keeps the ids of classes and enrolments that it returned."""

    def __init__(self, client: Client, files: Files) -> None:
        self._client = client
        self._files = files
        self._rosters = grouped(files["rosters"], "class")
        self._outcomes = grouped(files["outcomes"], "class")
        self._institutions: dict[str, str] = {}
        self.classes: dict[str, Any] = {}
        """The registry's answers, by the class's name in the sample."""
        self.enrolments: dict[str, str] = {}
        """Ids, by the trainee's name in the sample."""
        self.licences: dict[str, int] = {}
        """Numbers of confirmed licences, by class."""
        self.names: dict[str, str] = {}
        """What institutions are called, by id."""

    def steps(self) -> list[Step]:
        """Everything before the exams."""
        completed = [row for row in self._files["classes"] if row["stage"] == "completed"]
        classes = self._files["classes"]
        return [
            Step(self._files["institutions"], self._register, lambda done: f"{len(done)} institutions registered"),
            Step(self._files["institutions"], self._prepare, lambda done: f"{len(done)} institutions ready for safety"),
            Step(self._files["sites"], self._add_site, lambda done: f"{len(done)} sites listed for them elsewhere"),
            Step(self._files["listings"], self._list, lambda done: f"{len(done)} projects listed for them"),
            Step(classes, self._file, lambda done: f"{len(done)} classes filed"),
            Step(classes, self._enrol, _told_rosters),
            Step(classes, self._open, lambda done: f"{len(done)} classes approved by county officers, and started"),
            Step(completed, self._conclude, lambda done: f"{sum(done):,} outcomes posted"),
            Step(completed, self._complete, lambda done: f"{len(done)} classes completed"),
            Step(list(grouped(self._files["licences"], "class").values()), self._license, _told_licences),
        ]

    def corrections(self) -> Step:
        """The institutions' corrections at the end."""
        rows = self._files["corrections"]
        return Step(rows, self._correct, lambda done: f"{len(done)} trainings corrected to another programme")

    def institution_of(self, class_name: str) -> Caller:
        """The caller for the institution of a class."""
        organisation = self.classes[class_name]["institution_id"]
        return Caller("institution", f"sample-clerk-{organisation}", organisation=organisation)

    async def _register(self, row: Row) -> None:
        content = {name: row[name] for name in ("credit_code", "name", "kind", "region")}
        answer = await self._client.post("registry", "/v1/institutions", content, by=PROVINCE)
        self._institutions[row["institution"]] = answer["id"]
        self.names[answer["id"]] = row["name"]

    async def _prepare(self, row: Row) -> None:
        """Post an emergency plan and a safety lesson, without which a region may keep classes from starting."""
        organisation = self._institutions[row["institution"]]
        clerk = Caller("institution", f"sample-clerk-{organisation}", organisation=organisation)
        path = f"/v1/institutions/{organisation}/safety-documents"
        for document in SAFETY_DOCUMENTS:
            await self._client.post("registry", path, document, by=clerk)

    async def _add_site(self, row: Row) -> None:
        path = f"/v1/institutions/{self._institutions[row['institution']]}/sites"
        content = {"local_id": row["site"], "address": row["address"], "region": row["region"]}
        await self._client.post("registry", path, content, by=PROVINCE)

    async def _list(self, row: Row) -> None:
        path = f"/v1/institutions/{self._institutions[row['institution']]}/listings"
        content = {"project": row["project"], "first_on": row["first_on"]}
        await self._client.post("registry", path, content, by=PROVINCE)

    async def _file(self, row: Row) -> None:
        columns = ("programme", "region", "occupation", "award", "starts_on", "ends_on")
        content: dict[str, object] = {"local_id": row["class"], **{name: row[name] for name in columns}}
        content |= {"fund_source": row["fund_source"] or None, "hours": int(row["hours"]), "seats": int(row["seats"])}
        organisation = self._institutions[row["institution"]]
        clerk = Caller("institution", f"sample-clerk-{organisation}", organisation=organisation)
        self.classes[row["class"]] = await self._client.post("registry", "/v1/classes", content, by=clerk)

    async def _enrol(self, row: Row) -> Sequence[str]:
        """The outcome of each row, which must be the one given in the sample."""
        roster = self._rosters[row["class"]]
        rows = [
            {
                "local_id": each["trainee"],
                "document_number": each["document_number"],
                "name": each["name"],
                "phone": each["phone"],
                "tags": each["tags"].split(),
            }
            for each in roster
        ]
        answers = await self._post_rows(row["class"], "enrolments", rows)
        for each, answer in zip(roster, answers, strict=True):
            if answer["outcome"] != each["expected"]:
                raise Unanswered(f"Trainee {each['trainee']} should be {each['expected']}: {answer}")
            if answer["outcome"] == "accepted":
                self.enrolments[each["trainee"]] = answer["id"]
        return [answer["outcome"] for answer in answers]

    async def _open(self, row: Row) -> None:
        officer = Caller("county_officer", f"sample-officer-{row['region']}", region=row["region"])
        await self._move(row["class"], "approval", by=officer)
        await self._move(row["class"], "start", by=self.institution_of(row["class"]))

    async def _conclude(self, row: Row) -> int:
        outcomes = self._outcomes[row["class"]]
        hours = [{"local_id": each["trainee"], "hours": int(each["hours"])} for each in outcomes if each["hours"]]
        answers = await self._post_rows(row["class"], "outcomes", hours)
        if refused := [answer for answer in answers if answer["outcome"] == "refused"]:
            raise Unanswered(f"Hours were refused: {refused[0]}")
        for each in outcomes:
            if each["withdrawn"]:
                path = f"/v1/enrolments/{self.enrolments[each['trainee']]}/withdrawal"
                content = {"reason": "left the training 中途退出"}
                await self._client.post("registry", path, content, by=self.institution_of(row["class"]))
        return len(outcomes)

    async def _complete(self, row: Row) -> None:
        await self._move(row["class"], "completion", by=self.institution_of(row["class"]))

    async def _license(self, rows: Sequence[Row]) -> tuple[int, int]:
        """Record the licences of a class, and decide on them as its county; how many there are, and how many stand."""
        class_name = rows[0]["class"]
        columns = ("issued_on", "valid_until")
        recorded = [{"local_id": row["trainee"], **{name: row[name] for name in columns}} for row in rows]
        await self._post_rows(class_name, "licences", recorded)
        decisions = [_decision(row) for row in rows if row["verdict"]]
        region = self.classes[class_name]["region"]
        officer = Caller("county_officer", f"sample-officer-{region}", region=region)
        answers = await self._post_rows(class_name, "licence-decisions", decisions, by=officer)
        if refused := [answer for answer in answers if answer["outcome"] == "refused"]:
            raise Unanswered(f"A decision on a licence was refused: {refused[0]}")
        self.licences[class_name] = sum(row["verdict"] == "confirm" for row in rows)
        return len(rows), self.licences[class_name]

    async def _correct(self, row: Row) -> None:
        path = f"/v1/enrolments/{self.enrolments[row['trainee']]}/correction"
        content = {"programme": row["programme"], "reason": "counted to another programme 专项归口更正"}
        await self._client.post("registry", path, content, by=self.institution_of(row["class"]))

    async def _move(self, class_name: str, verb: str, *, by: Caller) -> None:
        await self._client.post("registry", f"/v1/classes/{self.classes[class_name]['id']}/{verb}", by=by)

    async def _post_rows(
        self, class_name: str, list_: str, rows: Sequence[object], *, by: Caller | None = None
    ) -> Sequence[Any]:
        """The answers to rows of a class, by default its institution's."""
        path = f"/v1/classes/{self.classes[class_name]['id']}/{list_}"
        caller = by or self.institution_of(class_name)
        answers: Sequence[Any] = (await self._client.post("registry", path, {"rows": rows}, by=caller))["rows"]
        return answers


def _decision(row: Row) -> dict[str, str]:
    reason = {"reason": "样例：查询平台无此证"} if row["verdict"] == "reject" else {}
    return {"local_id": row["trainee"], "verdict": row["verdict"], **reason}


def _told_licences(done: Sequence[tuple[int, int]]) -> str:
    recorded, confirmed = (sum(each) for each in zip(*done, strict=True))
    return f"{recorded} licences recorded, {confirmed} of them confirmed by county officers"


def _told_rosters(outcomes: Sequence[Sequence[str]]) -> str:
    rows = [outcome for roster in outcomes for outcome in roster]
    accepted, refused = rows.count("accepted"), rows.count("refused")
    return f"{len(outcomes)} rosters posted: {accepted:,} trainees accepted, {refused} bad rows refused, as they should"
