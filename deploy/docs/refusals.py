"""services/<service>/problems.json: the codes of the refusals that each operation can answer with.

They are worked out from the code: from a route's function through all that it calls, every refusal that is made on the
way. Where it cannot be seen whose method is called, those of all classes of ours by that name are taken, so that a code
may stand there that never occurs, and none is missing: a test looks at every problem that any other test is answered.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import inspect
import json
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, Final

from deploy.docs.apis import application, names
from deploy.docs.problems import KINDS
from shared.edge.methods import routes_of
from shared.edge.routes import EdgeRoute
from shared.kernel.refusals import Refusal

ROOT: Final = Path(__file__).resolve().parents[2]
_OURS: Final = ("services.", "shared.")
_NOT_FOLLOWED: Final = (
    "shared.web", "shared.edge", "shared.problems", "shared.openapi", "shared.backbone", "shared.service",
)  # fmt: skip
"""What every route goes through: its refusals are told of all routes. What only one route calls is followed."""
_BY_FUNCTION: Final = ("shared.spreadsheets", "shared.file_jobs", "shared.contracts", "shared.openid")
"""Only their own functions call their methods, so that no other `read` or `rows` is mistaken for theirs."""
_KINDS: Final = frozenset({Refusal, *KINDS})


def pages() -> dict[str, Callable[[], str]]:
    """The text of each file, by its path from docs/."""
    return {f"../services/{name}/problems.json": partial(text, name) for name in names()}


def text(name: str) -> str:
    """The codes by operation, as JSON."""
    return json.dumps(codes(name), indent=1) + "\n"


def codes(name: str) -> dict[str, list[str]]:
    """The codes by operation of the service `name`, without those that all routes have."""
    found: dict[str, list[str]] = {}
    for route in routes_of(application(name)):
        if route.include_in_schema and isinstance(route, EdgeRoute):
            functions = [each for each in map(_plain, _calls_of(route.dependant)) if each is not None]
            # What a route refuses before it calls its function cannot be seen from there, so such a route says it.
            reached: set[type[Refusal]] = set(getattr(route, "refuses", ()))
            _follow([each for each in functions if _is_followed(each)], reached, name)
            if not _is_followed(endpoint := inspect.unwrap(route.endpoint)):
                reached |= _named_in(endpoint, name)[0]
            found[route.name] = sorted({cls.slug for cls in reached - _KINDS})
    return {operation: each for operation, each in sorted(found.items()) if each}


def _calls_of(dependant: Any) -> Iterator[Any]:
    yield dependant.call
    for each in dependant.dependencies:
        yield from _calls_of(each)


def _plain(call: Any) -> FunctionType | None:
    # Of a method that is bound to its class, the function.
    found = inspect.unwrap(getattr(call, "__func__", call)) if callable(call) else None
    return found if isinstance(found, FunctionType) and found.__module__.startswith(_OURS) else None


def _follow(waiting: list[FunctionType], reached: set[type[Refusal]], service: str) -> None:
    """Add to `reached` the refusals that the functions make, and those that they call."""
    seen: set[Any] = set()
    while waiting:
        function = waiting.pop()
        # What is made in a factory is told apart by its code, and by what it closes over.
        if function in seen or not _is_followed(function):
            continue
        seen.add(function)
        refusals, called = _named_in(function, service)
        reached |= refusals
        waiting += called


def _is_followed(function: FunctionType) -> bool:
    return not function.__module__.startswith(_NOT_FOLLOWED)


def _named_in(function: FunctionType, service: str) -> tuple[set[type[Refusal]], list[FunctionType]]:
    scope = dict(function.__globals__)
    closed = inspect.getclosurevars(function).nonlocals if function.__closure__ else {}
    scope.update(closed)
    refusals: set[type[Refusal]] = set()
    called: list[FunctionType] = []
    for node in ast.walk(_tree(function)):
        for found in _objects(node, scope, service):
            if isinstance(found, type) and issubclass(found, Refusal):
                refusals.add(found)
            elif isinstance(found, type) and found.__module__.startswith(_OURS):
                called += _methods(found)
            elif (plain := _plain(found)) is not None:
                called.append(plain)
    for value in closed.values():
        called += [each for each in _parts(value) if _plain(each)]
        refusals |= {each for each in _parts(value) if isinstance(each, type) and issubclass(each, Refusal)}
    return refusals, called


def _objects(node: ast.AST, scope: dict[str, Any], service: str) -> Iterator[Any]:
    """What of ours a name, or an attribute of one, may stand for."""
    match node:
        case ast.Name(id=name, ctx=ast.Load()) if name in scope:
            yield scope[name]
            if isinstance(scope[name], Mapping):  # a table of what is called for each kind
                yield from scope[name].values()
        case ast.Attribute(value=ast.Name(id=holder), attr=name) if isinstance(scope.get(holder), ModuleType | type):
            yield getattr(scope[holder], name, None)
        case ast.Attribute(attr=name, ctx=ast.Load()):
            yield from _methods_by_name(service).get(name, ())


def _parts(value: object) -> list[Any]:
    """`value`, and the functions and classes that a dataclass holds."""
    held = vars(value).values() if hasattr(value, "__dataclass_fields__") and not isinstance(value, type) else ()
    return [value, *held]


def _methods(cls: type) -> list[FunctionType]:
    """What is called when an instance is made: validators of a form, and the methods that make one."""
    return [
        each
        for each in vars(cls).values()
        if isinstance(each, FunctionType) and each.__name__ in ("__init__", "__post_init__", "__call__")
    ]


@cache
def _methods_by_name(service: str) -> dict[str, list[FunctionType]]:
    """The methods and properties of classes of the service and of what is shared, by their names."""
    found: defaultdict[str, list[FunctionType]] = defaultdict(list)
    for folder in (f"services/{service}", "shared"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" in path.parts or path.stem.startswith("__main"):
                continue
            dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            module = importlib.import_module(dotted.removesuffix(".__init__"))
            if module.__name__.startswith(_NOT_FOLLOWED + _BY_FUNCTION):
                continue
            for cls in vars(module).values():
                if isinstance(cls, type) and cls.__module__ == module.__name__ and not issubclass(cls, Refusal):
                    for name, each in vars(cls).items():
                        function = getattr(each, "__func__", getattr(each, "fget", getattr(each, "func", each)))
                        if isinstance(function, FunctionType) and not name.startswith("__"):
                            found[name].append(function)
    return found


@cache
def _tree(function: FunctionType) -> ast.AST:
    try:
        source = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        return ast.Module(body=[], type_ignores=[])
    # The source of a lambda is its line, which may be one of the arguments of a call.
    for form in ("{}", "_({})"):
        with contextlib.suppress(SyntaxError):
            return ast.parse(form.format(source.strip()))
    return ast.Module(body=[], type_ignores=[])
