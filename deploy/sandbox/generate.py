"""Regenerate the sample's files, always with the same content: `python -m deploy.sandbox.generate`.

All people in them are invented: their numbers contain a region code that never existed, and their names mark them as
samples.
"""

from __future__ import annotations

import csv
import io
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from deploy.sandbox import PLAN, SAMPLE
from deploy.sandbox.catalogue import (
    FUNDS,
    HEADINGS,
    INHABITANTS,
    INSTITUTIONS,
    LEVELS,
    LICENSED,
    NOWHERE,
    OCCUPATIONS,
    OTHERS,
    SEATS,
    SHORT,
    TARGETS,
)
from deploy.sandbox.people import Rosters
from shared.kernel.credit_code import check_character

SEED: Final = 2025
CLASSES: Final = 90
RUNNING: Final = 4
"""Classes that are still running at the end of the sample."""

Row = dict[str, str]
Files = dict[str, list[Row]]


class Place(NamedTuple):
    reporting_region: str
    name: str
    counties: Sequence[str]


def make() -> Files:
    """All files of the sample: the rows by file name."""
    chance = random.Random(SEED)  # noqa: S311 - the same files each time
    files: Files = {name: [] for name in HEADINGS}
    places = _places()
    files["institutions"] = list(_institutions(places))
    files["classes"] = [
        *_classes(chance, places, files["institutions"]),
        *_classes_without_level(chance, files["institutions"]),
    ]
    files["sites"] = list(_sites(files["institutions"], files["classes"]))
    files["listings"] = list(_listings(files["classes"]))
    files["bodies"] = list(_bodies(places, files["classes"]))
    files["rosters"] = list(Rosters(chance).rows(files["classes"]))
    files["outcomes"] = list(_outcomes(chance, files))
    files["licences"] = list(_licences(chance, files))
    files["sessions"] = list(_sessions(chance, files, places))
    files["results"] = list(_results(chance, files))
    funds = [fund for fund in FUNDS if fund]
    files["budgets"] = [
        {"region": place.reporting_region, "fund_source": fund, "year": "2025", "yuan": "2000000"}
        for place in places
        for fund in funds
    ]
    files["claims"] = list(_claims(chance, files))
    _add_corrections(chance, files)
    files["targets"] = list(_targets(places))
    return files


def _places() -> list[Place]:
    with (PLAN / "regions.csv").open(encoding="utf-8", newline="") as lines:
        regions = list(csv.DictReader(lines))
    counties = defaultdict(list)
    for region in regions:
        if region["reports"] == "no" and not region["valid_to"]:
            counties[region["parent"]].append(region["code"])
    # The two zones have no counties: classes take place in the zone itself.
    return [
        Place(region["code"], region["name_zh"], counties[region["code"]] or [region["code"]])
        for region in regions
        if region["reports"] == "yes"
    ]


def _credit_code(serial: int) -> str:
    body = f"52{NOWHERE}MA{serial:07d}"
    return body + check_character(body)


def _institutions(places: Sequence[Place]) -> Iterator[Row]:
    homes = [*places, *places, *places[:2]]
    for serial, place in enumerate(homes, 1):
        kind, words = INSTITUTIONS[serial % len(INSTITUTIONS)]
        yield {
            "institution": f"I{serial:02d}",
            "credit_code": _credit_code(serial),
            "name": f"{place.name}{words}",
            "kind": kind,
            "region": place.counties[serial % len(place.counties)],
        }


def _classes(chance: random.Random, places: Sequence[Place], institutions: Sequence[Row]) -> Iterator[Row]:
    # 14 programmes and 19 regions have no common divisor, so stepping through both reaches every pair.
    programmes = list(OCCUPATIONS)
    starts = sorted(date(2025, 2, 10) + timedelta(days=chance.randrange(240)) for _ in range(CLASSES))
    for number, starts_on in enumerate(starts):
        programme, place = programmes[number % len(programmes)], places[number % len(places)]
        level, hours = chance.choice(LEVELS)
        homes = [each for each in institutions if each["region"] in place.counties]
        yield {
            "class": f"C{number + 1:03d}",
            "institution": chance.choice(homes)["institution"],
            "programme": programme,
            "region": chance.choice(place.counties),
            "occupation": chance.choice(OCCUPATIONS[programme]),
            "award": level,
            "fund_source": chance.choice(FUNDS),
            "starts_on": starts_on.isoformat(),
            "ends_on": (starts_on + timedelta(days=chance.randint(10, 25))).isoformat(),
            "hours": str(hours),
            "seats": str(SEATS),
            "stage": "running" if number >= CLASSES - RUNNING else "completed",
        }


def _sites(institutions: Sequence[Row], classes: Sequence[Row]) -> Iterator[Row]:
    """A site of each institution in every region, other than its own, where it has classes."""
    homes = {each["institution"]: each["region"] for each in institutions}
    wanted = {(each["institution"], each["region"]) for each in classes} - set(homes.items())
    for serial, (institution, region) in enumerate(sorted(wanted), 1):
        yield {"institution": institution, "site": f"S{region}", "address": f"样例路{serial}号", "region": region}


def _classes_without_level(chance: random.Random, institutions: Sequence[Row]) -> Iterator[Row]:
    """Two classes for each award without a level; the very last is still running."""
    for number, (programme, occupation, award, hours) in enumerate(OTHERS):
        # Only an enterprise is paid for pre-job training.
        homes = [each for each in institutions if award != "pre_job" or each["kind"] == "enterprise"]
        home = chance.choice(homes)
        is_running = number == len(OTHERS) - 1
        starts_on = date(2025, 11, 10) if is_running else date(2025, 3, 1) + timedelta(days=chance.randrange(180))
        yield {
            "class": f"C{CLASSES + number + 1:03d}",
            "institution": home["institution"],
            "programme": programme,
            "region": home["region"],
            "occupation": occupation,
            "award": award,
            "fund_source": chance.choice(FUNDS[:-1] if number % 2 == 0 else FUNDS),
            "starts_on": starts_on.isoformat(),
            "ends_on": (starts_on + timedelta(days=chance.randint(6, 15))).isoformat(),
            "hours": str(hours),
            "seats": str(SEATS),
            "stage": "running" if is_running else "completed",
        }


def _project(class_: Row) -> str:
    return f"{class_['occupation']}-{SHORT.get(class_['award'], class_['award'])}"


def _is_examined(class_: Row) -> bool:
    """Whether an assessment body examines for the award: it does for levels and special abilities."""
    return class_["award"] not in SHORT or class_["award"] == "special_ability"


def _listings(classes: Sequence[Row]) -> Iterator[Row]:
    """Each institution's listings: the projects of its subsidised classes, for all of 2025."""
    wanted = {(each["institution"], _project(each)) for each in classes if each["fund_source"]}
    for institution, project in sorted(wanted):
        yield {"institution": institution, "project": project, "first_on": "2025-01-01"}


def _bodies(places: Sequence[Place], classes: Sequence[Row]) -> Iterator[Row]:
    for serial, place in enumerate(places, 1):
        letter, kind, words = ("Y", "employer", "样例集团") if serial % 6 == 0 else ("S", "social", "样例评价中心")
        here = [each for each in classes if each["region"] in place.counties and _is_examined(each)]
        scope = {f"{each['occupation']}:{each['award']}" for each in here}
        yield {
            "body": f"B{serial:02d}",
            "credit_code": _credit_code(900 + serial),
            "name": f"{place.name}{words}",
            "kind": kind,
            "region": place.reporting_region,
            "number_prefix": f"{letter}000041{serial:06d}",
            "scope": " ".join(sorted(scope)),
        }


def _outcomes(chance: random.Random, files: Files) -> Iterator[Row]:
    classes = {each["class"]: each for each in files["classes"]}
    for row in files["rosters"]:
        class_ = classes[row["class"]]
        if class_["stage"] != "completed" or row["expected"] != "accepted":
            continue
        all_hours = int(class_["hours"])
        least = -(-all_hours * 4 // 5)
        enough = chance.random() >= 0.05
        withdrawn = chance.random() < 0.01
        hours = chance.randint(least, all_hours) if enough else chance.randint(0, least - 1)
        yield {
            "class": row["class"],
            "trainee": row["trainee"],
            "hours": "" if withdrawn else str(hours),
            "withdrawn": "yes" if withdrawn else "",
        }


def _completed(files: Files) -> dict[str, list[str]]:
    """The trainees of each class with enough hours."""
    hours = {each["class"]: int(each["hours"]) for each in files["classes"]}
    found = defaultdict(list)
    for row in files["outcomes"]:
        if not row["withdrawn"] and int(row["hours"]) * 5 >= hours[row["class"]] * 4:
            found[row["class"]].append(row["trainee"])
    return found


def _licences(chance: random.Random, files: Files) -> Iterator[Row]:
    """What the authority gave to most who completed; an officer confirms nearly all of what is recorded."""
    completed = _completed(files)
    for class_ in files["classes"]:
        if class_["award"] not in LICENSED:
            continue
        issued_on = date.fromisoformat(class_["ends_on"]) + timedelta(days=chance.randint(10, 20))
        for trainee in completed[class_["class"]]:
            if chance.random() < 0.9:
                yield {
                    "class": class_["class"],
                    "trainee": trainee,
                    "issued_on": issued_on.isoformat(),
                    "valid_until": (issued_on.replace(year=issued_on.year + 6) - timedelta(days=1)).isoformat(),
                    "verdict": chance.choices(("confirm", "reject", ""), (18, 1, 1))[0],
                }


def _sessions(chance: random.Random, files: Files, places: Sequence[Place]) -> Iterator[Row]:
    completed = [each for each in files["classes"] if each["stage"] == "completed" and _is_examined(each)]
    # A few classes end without an exam: their trainees count but get no certificate.
    without = {each["class"] for each in chance.sample(completed, 3)}
    held = [
        (date.fromisoformat(each["ends_on"]) + timedelta(days=chance.randint(5, 14)), each)
        for each in completed
        if each["class"] not in without
    ]
    bodies = {county: f"B{serial:02d}" for serial, place in enumerate(places, 1) for county in place.counties}
    for serial, (held_on, class_) in enumerate(sorted(held, key=lambda each: (each[0], each[1]["class"])), 1):
        yield {
            "session": f"E{serial:03d}",
            "class": class_["class"],
            "body": bodies[class_["region"]],
            "held_on": held_on.isoformat(),
        }


def _results(chance: random.Random, files: Files) -> Iterator[Row]:
    awards = {each["class"]: each["award"] for each in files["classes"]}
    trainees = _completed(files)
    for session in files["sessions"]:
        parts = ["theory", "skills", *(["review"] if awards[session["class"]] == "L5" else [])]
        for trainee in trainees[session["class"]]:
            marks = {part: f"{chance.randint(120, 196) / 2:g}" for part in parts}
            if chance.random() < 0.1:
                marks[chance.choice(parts)] = f"{chance.randint(60, 119) / 2:g}"
            absent = chance.random() < 0.01
            yield {
                "session": session["session"],
                "trainee": trainee,
                **{part: "" if absent else marks.get(part, "") for part in ("theory", "skills", "review")},
                "absent": "yes" if absent else "",
            }


def _claims(chance: random.Random, files: Files) -> Iterator[Row]:
    examined = {each["class"] for each in files["sessions"]}
    shown = [each for each in files["classes"] if each["class"] in examined or not _is_examined(each)]
    claimable = [each for each in shown if each["stage"] == "completed" and each["fund_source"]]
    for serial, class_ in enumerate(sorted(claimable, key=lambda each: each["ends_on"]), 1):
        stage = chance.choices(("paid", "approved", "submitted"), (8, 1, 1))[0]
        yield {"claim": f"K{serial:03d}", "class": class_["class"], "stage": stage}


def _add_corrections(chance: random.Random, files: Files) -> None:
    """Later corrections: certificates revoked and their money recovered, programmes corrected."""
    numbers = {row["trainee"]: row["document_number"] for row in files["rosters"]}
    passed = [row for row in files["results"] if _passed(row)]
    often = Counter(numbers[row["trainee"]] for row in passed)
    twice = [row for row in passed if often[numbers[row["trainee"]]] == 2]
    # Two people lose the first of two certificates and stay high-skilled through the second.
    revoked = [*twice[:2], *chance.sample([row for row in passed if row not in twice], 8)]
    files["revocations"] = [
        {"session": row["session"], "trainee": row["trainee"], "reason": "样例：考核过程不符合规定"} for row in revoked
    ]
    class_of = {each["session"]: each["class"] for each in files["sessions"]}
    paid = {each["class"]: each["claim"] for each in files["claims"] if each["stage"] == "paid"}
    others = [row for row in passed if row not in revoked and class_of[row["session"]] in paid]
    wrongly_paid = [*revoked, *chance.sample(others, 4)]
    files["recoveries"] = [
        {"claim": paid[class_of[row["session"]]], "trainee": row["trainee"], "reason": "样例：证书已撤销或资料不实"}
        for row in sorted(wrongly_paid, key=lambda each: each["trainee"])
        if class_of[row["session"]] in paid
    ]
    programmes = {each["class"]: each["programme"] for each in files["classes"]}
    trained = [(class_, trainee) for class_, trainees in _completed(files).items() for trainee in trainees]
    files["corrections"] = [
        {
            "class": class_,
            "trainee": trainee,
            "programme": chance.choice([other for other in OCCUPATIONS if other != programmes[class_]]),
        }
        for class_, trainee in sorted(chance.sample(trained, 12))
    ]


def _passed(row: Row) -> bool:
    return not row["absent"] and all(float(row[part]) >= 60 for part in ("theory", "skills", "review") if row[part])


def _targets(places: Sequence[Place]) -> Iterator[Row]:
    """The targets of each region by its inhabitants; what rounding leaves over goes to the largest remainders."""
    regions = [place.reporting_region for place in places]
    whole = sum(INHABITANTS[region] for region in regions)
    found: dict[str, Row] = {region: {"region": region} for region in regions}
    for measure, total in TARGETS.items():
        shares = {region: divmod(total * INHABITANTS[region], whole) for region in regions}
        left = total - sum(share for share, _ in shares.values())
        first = sorted(regions, key=lambda region: -shares[region][1])[:left]
        for region, (share, _) in shares.items():
            found[region][measure] = str(share + (region in first))
    yield from found.values()


def text_of(name: str, rows: Sequence[Row]) -> str:
    """One file's content."""
    content = io.StringIO()
    writer = csv.DictWriter(content, HEADINGS[name].split(","), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return content.getvalue()


if __name__ == "__main__":
    for file_name, file_rows in make().items():
        (SAMPLE / f"{file_name}.csv").write_text(text_of(file_name, file_rows), encoding="utf-8")
        print(f"{file_name}.csv: {len(file_rows)} rows")
