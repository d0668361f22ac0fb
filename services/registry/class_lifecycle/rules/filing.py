"""Filing: what a class needs to be filed and approved, by the policy of its first day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from services.registry.classes.rules.classes import TrainingClass
from services.registry.directory.rules.institutions import InstitutionKind
from services.registry.plan.rules.policy import Policy
from services.registry.plan.rules.projects import Project
from services.registry.plan.rules.rulebook import Rulebook
from shared.dated_rules.rules import Grounds
from shared.kernel.awards import Award
from shared.kernel.refusals import Conflict, Invalid
from shared.kernel.working_days import CalendarUnset, WorkingDays


class EndsBeforeStart(Invalid):
    slug = "class-ends-before-start"
    title_en = "The class ends before it starts."
    title_zh = "结束日期早于开班日期。"
    cure_en = "Give an ends_on that is not before starts_on."
    cure_zh = "请将 ends_on 改为不早于 starts_on 的日期。"


class ExamBeforeEnd(Invalid):
    """Facts: `ends_on`."""

    slug = "exam-before-end"
    title_en = "The examination is planned before the last day of the class."
    title_zh = "计划考核日期早于班级结束日期。"
    cure_en = "Plan it for {ends_on} or later."
    cure_zh = "请将考核安排在 {ends_on} 当日或之后。"


class FeePartsDiffer(Invalid):
    """Facts: `total_fen` as given, `parts_fen`, the sum of the parts."""

    slug = "fee-parts-differ"
    title_en = "The parts of the fee do not add up to the total."
    title_zh = "政府、企业、个人分担金额之和与培训费总额不符。"
    cure_en = (
        "The parts add up to {parts_fen} fen, the total is {total_fen} fen. Correct one of them; the parts must "
        "add up to one trainee's fee."
    )
    cure_zh = "三方分担金额合计 {parts_fen} 分，培训费总额 {total_fen} 分；二者须一致（每名学员）。"


class NoProjectForClass(Conflict):
    """Facts: `occupation`, `award` and `level` (None for an award without one), `day`."""

    slug = "no-project-for-class"
    title_en = "The catalogue has no subsidised project for this occupation and award on that day."
    title_zh = "所涉日期的补贴性培训项目目录中没有该职业和等级（证书种类）的项目。"
    cure_en = "Choose an occupation and an award that a project has on {day}, or file without fund_source."
    cure_zh = "请选择在 {day} 有效的项目中的职业和等级（证书种类），或不填 fund_source（按非补贴班报备）。"
    reference = "GET /v1/projects"
    check = "C02"


class ProjectNotNamed(Invalid):
    """Facts: `projects`, the codes to choose from."""

    slug = "project-not-named"
    title_en = "The catalogue has several projects for this occupation and award: name one."
    title_zh = "该职业和等级（证书种类）在目录中有多个项目，须指明其中一个。"
    cure_en = "Choose one of {projects} as the project."
    cure_zh = "请填写项目，从以下项目中选择：{projects}。"


class NotOfProject(Invalid):
    """Facts: `project`; its `occupation`, `award` and `level` (None for an award without one)."""

    slug = "class-not-of-project"
    title_en = "The occupation or award of the class differs from that of its project."
    title_zh = "班级的职业或等级（证书种类）与所选项目不一致。"
    cure_en = "Use the project's occupation and award ({occupation}, {award}), or choose the right project."
    cure_zh = "请按项目的职业和等级（{occupation}，{award}）填写，或改选相符的项目。"
    check = "C02"


class ClassTooShort(Invalid):
    """Facts: `hours_min`, the least hours of the project, or of a subsidised class that leads to the award."""

    slug = "class-too-short"
    title_en = "The class has fewer hours than its project or its award requires."
    title_zh = "班级学时少于项目或证书种类规定的最低学时。"
    cure_en = "Plan at least {hours_min} class hours of 45 minutes."
    cure_zh = "请安排不少于 {hours_min} 学时（每学时 45 分钟）。"
    check = "C14"


class ClassTooFewDays(Invalid):
    """Facts: `days_min`, the least days of a subsidised class that leads to the award."""

    slug = "class-too-few-days"
    title_en = "The class has fewer days than its award requires."
    title_zh = "班级培训天数少于该类培训规定的最少天数。"
    cure_en = "Plan at least {days_min} days from the first to the last day, both included."
    cure_zh = "开班日期至结束日期（含首尾）不得少于 {days_min} 天。"
    check = "C14"


class PreJobOfEnterprise(Conflict):
    slug = "pre-job-of-enterprise"
    title_en = "Subsidised pre-job training is filed by the enterprise that employs the trainees."
    title_zh = "补贴性岗前培训须由用人企业报备。"
    cure_en = "Let the enterprise file the class, or file it without fund_source."
    cure_zh = "请由用人企业报备该班，或不填 fund_source（按非补贴班报备）。"


class ClassTooLarge(Invalid):
    """Facts: `seats_max`."""

    slug = "class-too-large"
    title_en = "The class has more seats than allowed."
    title_zh = "班级名额超过规定的班额上限。"
    cure_en = "File at most {seats_max} seats; split a larger group into several classes."
    cure_zh = "每班名额不得超过 {seats_max}；人数较多时请分班报备。"
    check = "C18"


class FiledTooLate(Conflict):
    """Facts: `lead_working_days`, `possible_from`, the first day that a class filed today may start on."""

    slug = "class-filed-too-late"
    title_en = "The class starts too soon after its filing, or has started already."
    title_zh = "报备日期距开班日期不足规定的工作日，或班级已经开班。"
    cure_en = (
        "File at least {lead_working_days} working days ahead. A class filed today may start from {possible_from}."
    )
    cure_zh = "须至少提前 {lead_working_days} 个工作日报备；今日报备的，最早可于 {possible_from} 开班。"


class FilingIncomplete(Invalid):
    """Facts: `missing`, the required fields that are empty."""

    slug = "filing-incomplete"
    title_en = "A subsidised class needs a site and a teaching plan."
    title_zh = "补贴性培训班须随报备提交培训场地和教学计划。"
    cure_en = "Missing: {missing}. Add this and file again."
    cure_zh = "缺少：{missing}。请补充后重新报备。"


class ClassIncomplete(Conflict):
    """Facts: `missing`, what a subsidised class lacks."""

    slug = "class-incomplete"
    title_en = "A subsidised class can be approved only when it is complete."
    title_zh = "补贴性培训班报备材料不齐全，不能批准。"
    cure_en = (
        "Missing: {missing}. The institution can send roster and timetable now; for anything else, return the "
        "class with reasons so that it is filed again."
    )
    cure_zh = "缺少：{missing}。学员名册和课程表可直接补报；其他内容请退回，由机构补充后重新报备。"


class SeatsTaken(Conflict):
    """Facts: `seated`."""

    slug = "seats-taken"
    title_en = "The class has more trainees than the new number of seats."
    title_zh = "名额少于已报名的学员人数。"
    cure_en = "Keep at least {seated} seats, or withdraw trainees first."
    cure_zh = "名额不得少于 {seated}；如需减少，请先办理退学。"
    check = "C18"


class FilingDeadlines(NamedTuple):
    """What the deadlines of a class are counted by: the policy of its first day, and working days from `filed_on`."""

    policy: Policy
    calendar: WorkingDays
    filed_on: date

    def possible_from(self) -> date | None:
        """The first day on which a class may start; None where any may. Raises CalendarUnset."""
        lead = self.policy.filing_lead_working_days
        return None if lead is None else self.calendar.after(self.filed_on, lead)

    def answer_due_on(self) -> date | None:
        """The day by which the county answers; None until the holidays before it are loaded."""
        try:
            return self.calendar.after(self.filed_on, self.policy.filing_answer_working_days)
        except CalendarUnset:
            return None


def choose_project_of(class_: TrainingClass, code: str | None, rulebook: Rulebook) -> Project | None:
    """The project `code`, or the one that a subsidised class takes if it names none; None for one without.

    Raises NotFound, NoProjectForClass (C02), ProjectNotNamed.
    """
    if code is not None:
        return rulebook.project(code, day=class_.starts_on, pointer="/project")
    if class_.fund_source is None:
        return None
    return choose_project(class_, rulebook.listed_projects(class_.occupation, class_.award, day=class_.starts_on))


def judge(
    class_: TrainingClass, project: Project | None, rulebook: Rulebook, *, seated: int, filed_on: date
) -> TrainingClass:
    """`class_` as it is filed by the rules of its first day: with the marks of its project and the day of the answer.

    Raises NotOfProject (C02), ClassTooShort (C14), ClassTooLarge, SeatsTaken (C18), FilingIncomplete, FiledTooLate,
    CalendarUnset, PolicyUnset.
    """
    policy = rulebook.policy(class_.starts_on, class_.region)
    deadlines = FilingDeadlines(policy, rulebook.calendar, filed_on)
    if project is not None:
        require_of_project(class_, project)
        class_ = replace(class_, project=project.code, is_scarce=project.is_scarce, is_needed=project.is_needed)
    require_seats(class_, policy=policy, seated=seated)
    require_complete(class_, policy=policy)
    require_lead(class_, deadlines)
    return replace(class_, answer_due_on=deadlines.answer_due_on())


def require_standing(class_: TrainingClass, rulebook: Rulebook, *, seated: int) -> None:
    """A filed class still fits its award, its project and the limits, by the rows that are known now.

    Raises ClassTooShort, ClassTooFewDays (C14), NotOfProject (C02), ClassTooLarge, SeatsTaken (C18).
    """
    policy = rulebook.policy(class_.starts_on, class_.region)
    require_length(class_, policy=policy)
    require_seats(class_, policy=policy, seated=seated)
    if class_.project is not None:
        require_of_project(class_, rulebook.project(class_.project, day=class_.starts_on))


def grounds(class_: TrainingClass, rulebook: Rulebook) -> Grounds:
    """The rows that a filing or an approval of `class_` goes by. Raises PolicyUnset."""
    return rulebook.grounds(class_.starts_on, class_.region, "class", "filing", project=class_.project)


def require_sound(class_: TrainingClass) -> None:
    """The class's own particulars fit each other. Raises EndsBeforeStart, ExamBeforeEnd."""
    if class_.ends_on < class_.starts_on:
        raise EndsBeforeStart(pointer="/ends_on")
    if class_.exam_plan is not None and class_.exam_plan.planned_on < class_.ends_on:
        raise ExamBeforeEnd(pointer="/exam_plan/planned_on", ends_on=class_.ends_on.isoformat())


def require_fee(*parts_fen: int, total_fen: int | None) -> None:
    """The parts of one trainee's fee add up to `total_fen`, where it is given. Raises FeePartsDiffer.

    Parts are never negative, so the government's is never more than the fee. Source: domain rules §4.4.
    """
    if total_fen is not None and total_fen != sum(parts_fen):
        raise FeePartsDiffer(pointer="/fee/total_fen", total_fen=total_fen, parts_fen=sum(parts_fen))


def require_of_project(class_: TrainingClass, project: Project) -> None:
    """Raises NotOfProject (C02), ClassTooShort (C14). Source: domain rules §5.1, §5.2."""
    if (class_.occupation, class_.award) != (project.occupation, project.award):
        raise NotOfProject(
            pointer="/project", project=project.code, occupation=project.occupation, **project.award.codes
        )
    if class_.hours < project.hours_min:
        raise ClassTooShort(pointer="/hours", hours_min=project.hours_min)


def require_of_award(class_: TrainingClass, kind: InstitutionKind, *, policy: Policy) -> None:
    """A subsidised class is as long as its award needs, and pre-job training is filed by an enterprise.

    Raises ClassTooShort, ClassTooFewDays (both C14), PreJobOfEnterprise. Source: domain rules §4.2 (who is paid).
    """
    require_length(class_, policy=policy)
    if class_.fund_source is not None and class_.award is Award.PRE_JOB and kind is not InstitutionKind.ENTERPRISE:
        raise PreJobOfEnterprise


def require_length(class_: TrainingClass, *, policy: Policy) -> None:
    """A subsidised class has the hours and days that its award needs. Raises ClassTooShort, ClassTooFewDays."""
    if class_.fund_source is None:
        return
    if class_.hours < (hours_min := policy.award_hours_min(class_.award)):
        raise ClassTooShort(pointer="/hours", hours_min=hours_min)
    days = (class_.ends_on - class_.starts_on).days + 1
    if days < (days_min := policy.award_days_min(class_.award)):
        raise ClassTooFewDays(pointer="/ends_on", days_min=days_min)


def choose_project(class_: TrainingClass, candidates: Collection[Project]) -> Project:
    """The one of `candidates` that is in the catalogue on the class's first day.

    Raises NoProjectForClass (C02), ProjectNotNamed.
    """
    day = class_.starts_on
    listed = [project for project in candidates if project.is_listed_on(day)]
    if not listed:
        raise NoProjectForClass(occupation=class_.occupation, **class_.award.codes, day=day.isoformat())
    if len(listed) > 1:
        raise ProjectNotNamed(pointer="/project", projects=sorted(project.code for project in listed))
    return listed[0]


def require_seats(class_: TrainingClass, *, policy: Policy, seated: int) -> None:
    """Raises ClassTooLarge, SeatsTaken (both C18)."""
    if class_.seats > policy.class_seats_max:
        raise ClassTooLarge(pointer="/seats", seats_max=policy.class_seats_max)
    if class_.seats < seated:
        raise SeatsTaken(pointer="/seats", seated=seated)


def require_complete(class_: TrainingClass, *, policy: Policy) -> None:
    """A subsidised class has a site and a teaching plan. Raises FilingIncomplete. Source: domain rules §4.5."""
    if class_.fund_source is None or not policy.class_plan_required:
        return
    given = {"site": class_.site_id, "teaching_plan": class_.teaching_plan}
    if missing := [name for name, value in given.items() if not value]:
        raise FilingIncomplete(pointer=f"/{missing[0]}", missing=missing)


def require_whole(class_: TrainingClass, *, policy: Policy, planned: bool, seated: int) -> None:
    """A subsidised class has all that its approval needs; `planned` and `seated` are of its timetable and roster.

    Raises ClassIncomplete. Source: domain rules §4.4, §4.5.
    """
    if class_.fund_source is None:
        return
    needed = {
        "site": (policy.class_plan_required, class_.site_id),
        "teaching_plan": (policy.class_plan_required, class_.teaching_plan),
        "timetable": (policy.class_timetable_required, planned),
        "exam_plan": (policy.class_exam_plan_required, class_.exam_plan),
        "fee": (policy.class_fee_required, class_.fee_fen),
        "roster": (policy.class_roster_required, seated),
    }
    if missing := [name for name, (required, value) in needed.items() if required and not value]:
        raise ClassIncomplete(missing=missing)


def require_lead(class_: TrainingClass, deadlines: FilingDeadlines) -> None:
    """The county has its working days before the class begins. Raises FiledTooLate, CalendarUnset."""
    possible_from = deadlines.possible_from()
    if possible_from is not None and class_.starts_on < possible_from:
        raise FiledTooLate(
            pointer="/starts_on",
            lead_working_days=deadlines.policy.filing_lead_working_days,
            possible_from=possible_from.isoformat(),
        )
