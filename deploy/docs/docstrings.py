"""The texts under the fields of a class in the source, which Python itself discards."""

from __future__ import annotations

import ast
import inspect
import textwrap

OURS = ("services.", "shared.", "deploy.")


def under_fields(cls: type) -> dict[str, str]:
    """The text under each field or member of `cls` and of our classes above it, on one line each."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if base.__module__.startswith(OURS):
            found |= _of(base)
    return found


def _of(cls: type) -> dict[str, str]:
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    assert isinstance(tree, ast.ClassDef)
    found: dict[str, str] = {}
    for field, text in zip(tree.body, tree.body[1:], strict=False):
        match field, text:
            case (
                ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(meaning))),
            ):
                found[name] = " ".join(meaning.split())
            case _:
                pass
    return found
