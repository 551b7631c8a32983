"""Small mistakes that a module could contain: a swapped comparison, a dropped condition, a changed constant."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
}
_OPERATORS: dict[type[ast.operator], str] = {
    ast.Sub: "+",
    ast.Mult: "//",
    ast.Div: "*",
    ast.FloorDiv: "*",
    ast.BitAnd: "|",
    ast.BitOr: "&",
}
# Annotations are the type checker's business; positions inside an f-string are wrong before Python 3.12.
_NOT_ENTERED = {"annotation", "returns", "decorator_list", "type_params"}


@dataclass(frozen=True, slots=True)
class Mutation:
    """A piece of a module's source and what replaces it.

    Attributes:
        line: The line of the piece, from 1.
        start: The offset of its first byte.
        end: The offset behind its last byte.
        text: What replaces it.
    """

    line: int
    start: int
    end: int
    text: str

    def applied(self, source: bytes) -> bytes:
        """Return the source with the mistake in it."""
        return source[: self.start] + self.text.encode() + source[self.end :]


def mutations(source: bytes) -> list[Mutation]:
    """Return every mistake that can be made in a module, in the order of its lines."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = []
    for node, text in _changes(ast.parse(source), ""):
        start = starts[node.lineno - 1] + node.col_offset
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        end = starts[node.end_lineno - 1] + node.end_col_offset
        found.append(Mutation(node.lineno, start, end, text))
    return sorted(found, key=lambda each: (each.start, each.end, each.text))


def _changes(node: ast.AST, member: str) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Yield each node that can be replaced, with what replaces it."""
    if isinstance(node, ast.JoinedStr) or _is_prose(node) or _is_for_types(node):
        return
    if isinstance(node, ast.expr):
        yield from ((node, text) for text in _expressions(node, member))
    elif isinstance(node, ast.stmt):
        yield from ((node, text) for text in _statements(node))
    for name, value in ast.iter_fields(node):
        if name not in _NOT_ENTERED:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _changes(child, name)


def _is_prose(node: ast.AST) -> bool:
    """Return whether a statement is a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_for_types(node: ast.AST) -> bool:
    """Return whether a statement is for type checkers only, or lists the module's names."""
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.unparse(node.test)
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).startswith("__")


def _expressions(node: ast.expr, member: str) -> Iterator[str]:
    written = f"({ast.unparse(node)})"
    match node:
        case ast.Compare(ops=[operator], left=left, comparators=[right]):
            yield f"({ast.unparse(left)} {_COMPARISONS[type(operator)]} {ast.unparse(right)})"
        case ast.BoolOp(op=operator, values=values):
            word = " and " if isinstance(operator, ast.And) else " or "
            for dropped in values:
                kept = (f"({ast.unparse(each)})" for each in values if each is not dropped)
                yield f"({word.join(kept)})"
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield f"({ast.unparse(operand)})"
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            yield f"({ast.unparse(left)} {_OPERATORS[type(operator)]} {ast.unparse(right)})"
        case ast.Constant(value=bool(value)):
            yield str(not value)
        case ast.Constant(value=int(value)):
            yield str(value + 1)
        case ast.Constant(value=str(value)) if value and " " not in value:
            # A string with a space is a message; its words are the reviewers' business.
            yield repr(f"{value}X")
        case ast.Call() | ast.Name() | ast.Attribute() if member in {"test", "ifs"}:
            yield f"(not {written})"


def _statements(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.Continue() | ast.Break() | ast.Expr(value=ast.Call()):
            yield "pass"
        case ast.Expr(value=ast.Yield() | ast.YieldFrom()):
            yield "yield from ()"
