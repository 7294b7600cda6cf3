"""Lowering: a TypeScript or JavaScript syntax tree becomes what runs, an `ir.Unit`.

Every function that is no arrow gets its receiver as a first parameter, `this`; an arrow reads the one around it, as it
reads any name. Reading order: `lower_scope` (what names mean), `lower_expressions`, `lower_declarations` (functions,
classes, types), `lower_statements`. Trees with errors lower as far as they go.
"""

from __future__ import annotations

from analyzers import ir
from analyzers.languages.typescript import lower_statements
from analyzers.languages.typescript.lower_scope import Lowering, SyntaxNode, children, hoist


def lower(root: SyntaxNode, ambient: bool = False) -> ir.Unit:
    """The unit of a module's tree; `ambient` for a declaration file."""
    low = Lowering()
    low.ambient = ambient
    hoist(low, root)
    body = low.block(children(root), opened=True)
    return ir.Unit(
        "typescript",
        tuple(f for f in low.functions if f is not None),
        tuple(c for c in low.classes if c is not None),
        body,
        frozenset(low.scopes[0].bound),
        low.exports,
        low.aliases,
    )


__all__ = ["lower", "lower_statements"]
