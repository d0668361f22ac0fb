"""docs/layout.md: the source tree, one line per module from its docstring, and diagrams of imports."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from deploy.docs.markdown import picture, prose, sentence, table

ROOT: Final = Path(__file__).resolve().parents[2]
TREES: Final = ("services", "shared", "deploy")
ROOMS: Final = ("routes", "usecases", "store", "rules")

Graph = Mapping[str, set[str]]

HEAD: Final = """\
# Layout

The tree is the architecture. A service is its topics, and a topic is `rules`, `usecases`, `store` and `routes`: if you
have read one topic, you know your way in all of them. An arrow means “imports”. Implied arrows are left out: if a
imports b and b imports c, an arrow from a to c is not drawn. The contracts are in `pyproject.toml` (import-linter) and
are checked by `make test`.

This page is generated from the code (`python -m deploy.docs`); a test compares the two.
"""


def page() -> str:
    """The page in Markdown."""
    parts = [
        HEAD,
        "## Inside a topic\n",
        prose("The layers of all topics of the four services together."),
        picture(_drawn(_rooms())),
        *(part for service in _services() for part in _topics(service)),
        "## Inside shared\n",
        prose("A package is drawn as one box."),
        picture(_drawn(_imports("shared", _within_shared))),
        "## Users of shared modules\n",
        table(*_users()),
        *(_tree(tree) for tree in TREES),
    ]
    return "\n".join(parts)


def _modules(tree: str) -> list[Path]:
    return sorted((ROOT / tree).rglob("*.py"), key=lambda path: (path.parent, path.name))


def _tree(tree: str) -> str:
    parts = [f"## {tree}/\n"]
    packages: dict[Path, list[Path]] = {}
    for path in _modules(tree):
        packages.setdefault(path.parent, []).append(path)
    for folder, paths in sorted(packages.items()):
        parts.append(f"### {folder.relative_to(ROOT).as_posix()}\n")
        parts += [prose(_about(path)) for path in paths if path.name == "__init__.py"]
        rows = [[f"`{path.name}`", _about(path)] for path in paths if path.name != "__init__.py"]
        if rows:
            parts.append(table(["module", "what it is"], rows))
    return "\n".join(parts)


def _about(path: Path) -> str:
    return sentence(ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))))


def _services() -> list[str]:
    return sorted(path.parent.name for path in (ROOT / "services").glob("*/__main__.py"))


def _topics(service: str) -> list[str]:
    """The heading and the picture of a service: the imports between its topics."""
    graph = _imports(f"services/{service}", partial(_topic, service))
    return [f"## Topics of {service}\n", picture(_drawn(graph))]


def _topic(service: str, name: str) -> str | None:
    """The topic of the service in which the module `name` lies; None for what is no topic."""
    words = name.split(".")
    if len(words) < 3 or words[:2] != ["services", service]:
        return None
    return words[2] if words[2] != "migrations" and (ROOT / "services" / service / words[2]).is_dir() else None


def _rooms() -> Graph:
    """Which rooms of a topic import which others, of the same topic or of another."""
    graph: dict[str, set[str]] = {}
    for service in _services():
        for room, others in _imports(f"services/{service}", _room).items():
            graph.setdefault(room, set()).update(others)
    return {room: graph[room] for room in ROOMS}


def _room(name: str) -> str | None:
    words = name.split(".")
    return words[3] if words[0] == "services" and len(words) > 3 and words[3] in ROOMS else None


def _within_shared(name: str) -> str | None:
    words = name.split(".")
    return words[1] if words[0] == "shared" and len(words) > 1 else None


def _imports(tree: str, box_of: Callable[[str], str | None]) -> Graph:
    """Which boxes under `tree` import which others, where `box_of` a module's name says in which box it lies."""
    graph: dict[str, set[str]] = {}
    for path in _modules(tree):
        box = box_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
        if box is None or box == "__init__":
            continue
        others = {other for name in imported(path) if (other := box_of(name)) not in (None, box)}
        graph.setdefault(box, set()).update(other for other in others if other is not None)
    return {box: {other for other in others if other in graph} for box, others in graph.items()}


def imported(path: Path) -> Iterator[str]:
    """The names of modules that a file imports; of `from a import b` also `a.b`, which may be one."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield module
                yield from (f"{module}.{each.name}" for each in names)


def reduced(graph: Graph) -> Graph:
    """`graph` without the arrows that follow from others. It has no cycles: a test's matter, and the linter's."""

    def beyond(start: str) -> Iterator[str]:
        for other in graph[start]:
            yield other
            yield from beyond(other)

    return {box: others - {far for other in others for far in beyond(other)} for box, others in graph.items()}


def _drawn(graph: Graph) -> Iterator[str]:
    yield "flowchart TD"
    yield from (f'    {_id(box)}["{box}"]' for box in graph)
    for box, others in reduced(graph).items():
        yield from (f"    {_id(box)} --> {_id(other)}" for other in sorted(others))


def _id(box: str) -> str:
    # Mermaid has words of its own ("end", "default"), and takes two underscores for emphasis.
    return f"box-{box.strip('_')}"


def _users() -> tuple[list[str], Iterable[list[str]]]:
    services = _services()
    used = {service: _uses(service) for service in services}
    boxes = sorted({box for path in _modules("shared") if (box := _box(path))})
    within = {other for others in _imports("shared", _within_shared).values() for other in others}
    rows = [
        [
            f"`shared/{box}{'' if (ROOT / 'shared' / box).is_dir() else '.py'}`",
            *("×" if box in used[service] else "" for service in services),
            "×" if box in within else "",
        ]
        for box in boxes
    ]
    return ["", *services, "shared itself"], rows


def _box(path: Path) -> str | None:
    words = path.relative_to(ROOT).with_suffix("").parts
    return None if words[1] == "__init__" else words[1]


def _uses(service: str) -> set[str | None]:
    return {_within_shared(name) for path in _modules(f"services/{service}") for name in imported(path)}
