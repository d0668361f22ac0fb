"""docs/checks.md: the numbered checks, and the refusals, flags, claim lines, notices and signs that implement each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from deploy.docs.deciders import deciders
from deploy.docs.markdown import table
from deploy.docs.problems import refusals
from services.assessment.exams.rules.notices import Notice
from services.assessment.persons.rules import NAME_DIFFERS
from services.assessment.supervision.rules.kinds import KINDS as EXAM_FLAGS
from services.registry.flags.rules.kinds import KINDS
from services.subsidy.claims.rules.checks import Check, refuses
from services.subsidy.claims.rules.lines import lines_of
from services.subsidy.external_lists.rules import CHECKS as LISTS
from services.subsidy.external_lists.usecases import MATCHES
from services.subsidy.holds.rules import ListKind, require_free
from services.subsidy.patterns.rules import PatternRule

HEAD: Final = """\
# Checks

Every numbered check of the domain rules (§4.6), and where it is implemented.

- A *refusal*: nothing is stored, and `check` in the problem or in the row's error contains the number.
- A *flag*: the request is stored, and the flag is listed for the county (`GET /v1/flags`), where an officer upholds or
  dismisses it. While a flag that *holds* is open about a class, its institution or a trainee, the claim is neither
  approved nor paid. Upheld about a trainee, it refuses the line when the claim is rebuilt; upheld about the class or
  the institution, the claim is rejected.
- A *line* of a claim that fails a check pays nothing and names the check.
- A *list* of another authority is posted as a file. Whoever is on it holds what is claimed for them, while it was so,
  until a reviewer dismisses the match (`GET /v1/external-matches`).
- *By construction*: the function makes what is checked, so that it cannot fail.
- A *flag* of assessment is about a session and its body (`GET /v1/exam-flags`), raised in the night after the results
  were published or became final, or when a fee is stated; before that, `GET /v1/sessions/{session_id}/signs` says what
  would be flagged. A session that one *holds* is not concluded until it is dismissed.
- A *pattern* of the subsidy crosses institutions (`GET /v1/patterns`): it holds claims until a reviewer dismisses it.
- A *notice* stands in the answer to what was accepted. Nothing follows from it by itself.

The last column names the function that decides, within the service: a pure rule wherever the facts can be gathered
before, and otherwise the use case or the statement that also looks.

Checks of classes and claims use the class's first day, so that a decision can be replayed with the lists and policy of
that day; C25 also uses the other days of the class. Checks of exams use the day of the exam.

This page is generated from the code (`python -m deploy.docs`); a test compares the two.
"""

ABOUT: Final[Mapping[str, str]] = {
    "C01": "identity number, birth date, age",
    "C02": "institution and project on the list on the class's first day",
    "C03": "occupation and award inside the body's filed scope",
    "C04": "one person in two classes, or in a class and an exam, at one time",
    "C05": "one person at two places too far apart",
    "C06": "one teacher or examiner in two places",
    "C07": "death, prison, long stay abroad during the class",
    "C08": "public payroll, pension drawer, full-time student",
    "C09": "same occupation and award already paid",
    "C10": "higher level already paid",
    "C11": "times a year used up",
    "C12": "certificate or licence exists, fits the person, issued after the class began",
    "C13": "claim window passed",
    "C14": "hours and attendance under the minimum",
    "C15": "claim's roster differs from the filed one",
    "C16": "one phone or device used by many trainees",
    "C17": "payee account is not the person's own",
    "C18": "class size over the limit, or room capacity",
    "C19": "assessment body: bursts, identical scores",
    "C20": "training at impossible times",
    "C21": "group evidence dated after the class's first day",
    "C22": "employment contract or insurance missing",
    "C23": "training and assessment body related",
    "C24": "subcontracted class: teachers, place or payee of another institution",
    "C25": "institution stopped or blacklisted on any day of the class",
    "C26": "candidate charged although the assessment is subsidised",
}


_LINES: Final = "A claim has no roster of its own: its lines are those of the registered one."


class Place(NamedTuple):
    """Where a check is implemented: service, kind, name, its title if it has one, and what is made if it fails,
    or the function that says so.
    """

    service: str
    kind: str
    name: str
    words: str
    made: object

    def decided_by(self, functions: Iterable[str]) -> str:
        """The functions, by their names within the service."""
        return ", ".join(f"`{each.removeprefix(f'services.{self.service}.')}`" for each in functions)


def page() -> str:
    """The page in Markdown."""
    found = places()
    decided = deciders(place.made for each in found.values() for place in each)
    rows = [
        [
            code,
            about,
            place.service,
            place.kind,
            f"`{place.name}`",
            place.words,
            place.decided_by(decided.get(id(place.made), ())),
        ]
        for code, about in ABOUT.items()
        for place in found.get(code, ())
    ]
    return "\n".join([HEAD, table(["check", "about", "service", "as", "name", "words", "decided by"], rows)])


def places() -> Mapping[str, list[Place]]:
    """Everything in the code with a check's number, by check."""
    found: defaultdict[str, list[Place]] = defaultdict(list)
    for cls in refusals():
        if cls.check:
            source = cls.__module__.split(".")
            service = source[1] if source[0] == "services" else "shared"
            found[cls.check].append(Place(service, "refusal", cls.slug, cls.title_en, cls))
    for kind, flag in KINDS.items():
        how = "flag that holds" if flag.holds else "flag"
        found[flag.check].append(Place("registry", how, kind.value, flag.title_en, kind))
    for notice in Notice:
        found[notice.value.check].append(
            Place("assessment", "notice", notice.value.code, notice.value.title_en, notice)
        )
    found[NAME_DIFFERS.check].append(
        Place("assessment", "notice", NAME_DIFFERS.code, NAME_DIFFERS.title_en, NAME_DIFFERS)
    )
    for seen, exam_flag in EXAM_FLAGS.items():
        how = "flag that holds" if exam_flag.holds else "flag"
        found[exam_flag.check].append(Place("assessment", how, seen.value, exam_flag.title_en, seen))
    for check in Check:
        if check.value in ABOUT:
            found[check.value].append(Place("subsidy", "line", check.name.lower(), check.words.title_en, refuses))
    found["C15"].append(Place("subsidy", "by construction", "lines", _LINES, lines_of))
    for name_zh, listed in _lists():
        words = f"The person is on the list {name_zh}."
        found[LISTS[listed]].append(Place("subsidy", "list that holds", listed.value, words, require_free))
    for rule in PatternRule:
        found[rule.words.check].append(Place("subsidy", "pattern that holds", rule.value, rule.words.title_en, rule))
    return {code: places_ for code, places_ in found.items() if places_}


def _lists() -> Iterator[tuple[str, ListKind]]:
    """What holds, as it is called in the files; being insured is what a line rests on (`not_insured`)."""
    [column] = [each for each in MATCHES.columns if each.field == "kind"]
    kinds = {name_zh: ListKind(str(value)) for name_zh, value in column.choices.items()}
    yield from ((name_zh, kind) for name_zh, kind in kinds.items() if kind is not ListKind.INSURED)
