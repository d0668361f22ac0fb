"""Which function decides: where our code names a refusal, or a kind of flag or notice, in order to make one.

Rules come first: what a rule names is decided there, and use cases only gather for it. What no rule names is decided
where it is named. An `except` decides nothing.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any, Final

_OURS: Final = ("services.", "shared.")


def deciders(wanted: Iterable[object]) -> Mapping[int, list[str]]:
    """The dotted names of the functions that decide each of `wanted`, by its `id`; a function decides itself.

    Our modules are imported before.
    """
    every = list(wanted)
    themselves = {id(each): [_name(each)] for each in every if isinstance(each, FunctionType)}
    ids = {id(each) for each in every} - set(themselves)
    found: defaultdict[int, set[str]] = defaultdict(set)
    for function in _functions():
        for each in _named_in(function):
            if id(each) in ids:
                found[id(each)].add(_name(function))
    return {id_: _of_rules(names) for id_, names in found.items()} | themselves


def _name(function: FunctionType) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def _of_rules(names: Iterable[str]) -> list[str]:
    every = sorted(names)
    return [name for name in every if ".rules." in name] or every


def _functions() -> Iterator[FunctionType]:
    for name, module in sorted(sys.modules.items()):
        if name.startswith(_OURS):
            for each in vars(module).values():
                yield from _made_in(each, name)


def _made_in(each: Any, module: str) -> Iterator[FunctionType]:
    """The function itself, or the methods of a class, if the module defines it."""
    if getattr(each, "__module__", None) != module:
        return
    for member in vars(each).values() if isinstance(each, type) else (each,):
        function = inspect.unwrap(getattr(member, "__func__", member)) if callable(member) else member
        if isinstance(function, FunctionType) and function.__module__ == module:
            yield function


def _named_in(function: FunctionType) -> Iterator[object]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError):
        return  # made by a library, which has no source for it
    scope = function.__globals__
    caught = {id(node) for each in ast.walk(tree) if isinstance(each, ast.ExceptHandler) for node in _nodes(each.type)}
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()) if name in scope and id(node) not in caught:
                yield scope[name]
            case ast.Attribute(value=ast.Name(id=holder), attr=name) if id(node) not in caught:
                if isinstance(scope.get(holder), ModuleType | type):
                    yield getattr(scope[holder], name, None)


def _nodes(type_: ast.expr | None) -> Iterator[ast.AST]:
    return iter(()) if type_ is None else ast.walk(type_)
