"""What assessment centres post (sessions, candidates, results), and the authority's revocations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deploy.sandbox.client import Caller, Client, Unanswered
from deploy.sandbox.steps import Files, Row, Step, grouped
from deploy.sandbox.trainings import PROVINCE, Trainings

PARTS = ("theory", "skills", "review")
WORKED_YEARS = 12
BELOW = {"L5": ("L4", "3"), "L6": ("L5", "2")}
"""The level below with its mark in a certificate number, for awards that no years of work alone admit to."""
ISSUED_ON = "2015-06-30"
"""The day of the certificates that the sample's candidates present."""
FILED_FROM = "2025-01-01"
"""The sample's bodies are filed late for exams of the plan's year."""


class Exams:
    """Posts to assessment, and keeps the ids of bodies, sessions and candidates that it returned."""

    def __init__(self, client: Client, files: Files, trainings: Trainings) -> None:
        self._client = client
        self._files = files
        self._trainings = trainings
        self._classes = {row["class"]: row for row in files["classes"]}
        self._roster = {row["trainee"]: row for row in files["rosters"]}
        self._results = grouped(files["results"], "session")
        self._class_of = {row["session"]: row["class"] for row in files["sessions"]}
        self._bodies: dict[str, str] = {}
        self._sessions: dict[str, Any] = {}
        self._candidates: dict[str, str] = {}
        self.certificates: dict[str, int] = {}
        """Number of certificates issued, by class."""

    def steps(self) -> list[Step]:
        """From filing the bodies to issuing the certificates."""
        sessions = self._files["sessions"]
        return [
            Step(self._files["bodies"], self._file_body, lambda done: f"{len(done)} assessment bodies filed"),
            Step(sessions, self._examine, lambda done: f"{len(done)} exam sessions held, {sum(done):,} results posted"),
            # In file order: a person certified twice counts by the first certificate.
            Step(sessions, self._conclude, lambda done: f"{sum(done):,} certificates issued", at_once=1),
        ]

    def revocations(self) -> Step:
        """The county officers' revocations at the end."""
        rows = self._files["revocations"]
        return Step(rows, self._revoke, lambda done: f"{len(done)} certificates revoked")

    def _centre(self, session: Row) -> Caller:
        body = self._bodies[session["body"]]
        return Caller("assessment_body", f"sample-centre-{body}", organisation=body)

    async def _file_body(self, row: Row) -> None:
        columns = ("credit_code", "name", "kind", "region", "number_prefix")
        pairs = [entry.split(":") for entry in row["scope"].split()]
        scope = [{"occupation": occupation, "award": award, "first_on": FILED_FROM} for occupation, award in pairs]
        content = {**{name: row[name] for name in columns}, "scope": scope}
        self._bodies[row["body"]] = (await self._client.post("assessment", "/v1/bodies", content, by=PROVINCE))["id"]

    async def _examine(self, row: Row) -> int:
        class_ = self._classes[row["class"]]
        columns = ("programme", "region", "occupation", "award")
        content = {"local_id": row["session"], "held_on": row["held_on"], **{name: class_[name] for name in columns}}
        content["class_id"] = self._trainings.classes[row["class"]]["id"]
        session = await self._client.post("assessment", "/v1/sessions", content, by=self._centre(row))
        self._sessions[row["session"]] = session
        results = self._results[row["session"]]
        for answer in await self._post_rows(row, "candidates", [self._candidate(each) for each in results]):
            self._candidates[answer["row_id"]] = answer["id"]
        await self._post_rows(row, "results", [_marks(each) for each in results])
        return len(results)

    def _candidate(self, result: Row) -> dict[str, object]:
        person = self._roster[result["trainee"]]
        columns = ("document_number", "name")
        award = self._classes[self._class_of[result["session"]]]["award"]
        return {"local_id": result["trainee"], **{name: person[name] for name in columns}, **_evidence(award, result)}

    async def _post_rows(self, row: Row, list_: str, rows: Sequence[object]) -> Sequence[Any]:
        path = f"/v1/sessions/{self._sessions[row['session']]['id']}/{list_}"
        answer = await self._client.post("assessment", path, {"rows": rows}, by=self._centre(row))
        if answer["refused"]:
            raise Unanswered(f"A row of session {row['session']} was refused: {answer['rows']}")
        answers: Sequence[Any] = answer["rows"]
        return answers

    async def _conclude(self, row: Row) -> int:
        path = f"/v1/sessions/{self._sessions[row['session']]['id']}/conclusion"
        # Who posted the results does not conclude the session.
        centre = self._centre(row)
        head = Caller(centre.role, f"{centre.person}-head", organisation=centre.organisation)
        issued: int = (await self._client.post("assessment", path, by=head))["certificates"]
        self.certificates[row["class"]] = issued
        return issued

    async def _revoke(self, row: Row) -> None:
        session = self._sessions[row["session"]]
        officer = Caller("county_officer", f"sample-officer-{session['region']}", region=session["region"])
        held = await self._client.get(
            "assessment", "/v1/certificates", by=officer, session_id=session["id"], size="500"
        )
        candidate = self._candidates[row["trainee"]]
        certificate = next(each for each in held["rows"] if each["candidate_id"] == candidate)
        path = f"/v1/certificates/{certificate['id']}/revocation"
        proposed = await self._client.post("assessment", path, {"reason": row["reason"]}, by=officer)
        reporting = session["reporting_region"]
        second = Caller("county_officer", f"sample-second-officer-{reporting}", region=reporting)
        await self._client.post("assessment", f"/v1/proposals/{proposed['id']}/confirmation", by=second)


def _evidence(award: str, result: Row) -> dict[str, object]:
    """What routes of standards ask for: years of work, and for technicians a certificate of the level below."""
    if award not in BELOW:
        return {"years_of_work": WORKED_YEARS}
    level, mark = BELOW[award]
    number = f"S000041999999{ISSUED_ON[2:4]}{mark}{int(result['trainee'][1:]):06d}"
    presented = {"level": level, "number": number, "issued_on": ISSUED_ON}
    return {"years_of_work": WORKED_YEARS, "certificates": [presented]}


def _marks(result: Row) -> dict[str, object]:
    if result["absent"]:
        return {"local_id": result["trainee"], "absent": True}
    return {"local_id": result["trainee"], **{part: float(result[part]) for part in PARTS if result[part]}}
