"""Which nothing: in a language that has two, whether an expression that can be nothing is `undefined` or `null`.

The analysis keeps one value for both. Here the program's text is followed back to where the nothing was written or
left out, a few steps far; where that is not found, it is the language's first one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzers import ir
from analyzers.inference.scopes import Body, ClassScope
from analyzers.inference.source import Sources
from analyzers.inference.summaries import Summaries
from analyzers.inference.values import NONE
from analyzers.languages.wording import Wording

STEPS_MAX = 6
"""Calls and assignments that a nothing is followed back through."""

_ASSIGNED = re.compile(rb"\s*(?::[^=;\n]*)?=\s*([\w$]+)\s*(?:[;,\n)]|$)")
_OPTIONAL = re.compile(rb"^[^=;{]*\?\s*:")


class Nothings:
    """Answers for one program; `words` are those of its language."""

    def __init__(self, summaries: Summaries, sources: Sources, words: Wording) -> None:
        self._summaries = summaries
        self._sources = sources
        self._words = words
        self._all = words.nothing or (words.none,)

    def said(self, body: Body, value: ir.Expr | None) -> str:
        """The words for an expression that can be nothing: `undefined`, `null`, `undefined or null`."""
        if len(self._all) == 1 or value is None:
            return self._all[0]
        found = set(self._of(body, value, STEPS_MAX))
        return " or ".join(word for word in self._all if word in found) or self._all[0]

    def passed(self, body: Body, name: str) -> str:
        """The words for what callers pass that is nothing."""
        if len(self._all) == 1:
            return self._all[0]
        found = set(self._passed(body, name, STEPS_MAX))
        return " or ".join(word for word in self._all if word in found) or self._all[0]

    def _of(self, body: Body, value: ir.Expr, steps: int) -> Iterator[str]:
        if steps <= 0:
            return
        if isinstance(value, ir.Const):
            if value.kind == "none":
                yield self._written(body, value)
        elif isinstance(value, ir.Chain):
            yield self._all[0]
            yield from self._of(body, value.value, steps)
        elif isinstance(value, ir.Optional | ir.Await | ir.Typed | ir.Set | ir.Bind):
            yield from self._of(body, value.value, steps)
        elif isinstance(value, ir.Conditional):
            yield from self._of(body, value.body, steps)
            yield from self._of(body, value.orelse, steps)
        elif isinstance(value, ir.Bool):
            if value.op == "and":
                yield from self._of(body, value.left, steps)
            yield from self._of(body, value.right, steps)
        elif isinstance(value, ir.Sequence):
            yield from self._of(body, value.parts[-1], steps)
        elif isinstance(value, ir.Call):
            yield from self._called(body, value, steps)
        elif isinstance(value, ir.Name):
            yield from self._named(body, value.id, steps)
        elif isinstance(value, ir.Attr):
            yield from self._field(body, value)
        elif isinstance(value, ir.Index):
            yield self._all[0]

    def _written(self, body: Body, value: ir.Const) -> str:
        source = self._sources(body.module.path)
        text = source.data[value.start : value.end].decode("utf-8", "replace") if source is not None else ""
        return text if text in self._all else self._all[0]

    def _called(self, body: Body, value: ir.Call, steps: int) -> Iterator[str]:
        sites = self._summaries.links.out.get(body, ())
        targets = [site.target for site, confidence in sites if site.node is value and confidence != "possible"]
        bodies = [target for target in targets if isinstance(target, Body)]
        for target in bodies:
            yield from self._returned(target, steps - 1)
        if not bodies:
            name = value.func.name if isinstance(value.func, ir.Attr) else getattr(value.func, "id", "")
            yield self._all[name in self._words.nothing_calls]

    def _returned(self, body: Body, steps: int) -> Iterator[str]:
        for site in body.findings.returns.values():
            if NONE not in self._summaries.site_values(site):
                continue
            if site.value is None:
                yield self._all[0]
            else:
                yield from self._of(body, site.value, steps)

    def _named(self, body: Body, name: str, steps: int) -> Iterator[str]:
        owner: Body | None = body
        while owner is not None:
            for stmt in owner.findings.none_sources.get(name, {}).values():
                if isinstance(stmt, ir.Assign) and stmt.value is not None:
                    yield from self._of(owner, stmt.value, steps - 1)
                else:
                    yield self._all[0]
            function = owner.function
            if function is not None and any(p.name == name for p in function.parameters):
                yield from self._passed(owner, name, steps - 1)
                return
            if function is None or name in function.locals:
                return
            owner = owner.parent or body.module.body

    def _passed(self, body: Body, name: str, steps: int) -> Iterator[str]:
        assert body.function is not None
        parameter = next((p for p in body.function.parameters if p.name == name), None)
        if parameter is not None and parameter.default is not None:
            yield from self._of(body, parameter.default, steps)
        for caller, expression, passed, values in self._summaries.passed(body):
            if passed == name and NONE in values:
                yield from self._of(caller, expression, steps - 1)

    def _field(self, body: Body, value: ir.Attr) -> Iterator[str]:
        """By what is written to the field, and by how a class declares it."""
        for node, owner, name, writes in body.findings.accesses.values():
            if node.start != value.start or writes or name != value.name or owner is None:
                continue
            for writer, target, written, _ in self._summaries.accesses(owner, name):
                source = self._sources(writer.module.path)
                if written and source is not None:
                    match = _ASSIGNED.match(source.data, target.end)
                    if match is not None and match[1].decode() in self._all:
                        yield match[1].decode()
            if isinstance(owner, ClassScope):
                yield from self._declared(owner, name)

    def _declared(self, owner: ClassScope, name: str) -> Iterator[str]:
        source = self._sources(owner.module.path)
        for member in owner.ir.body:
            if isinstance(member, ir.Member) and member.name == name and source is not None:
                text = source.data[member.start : member.end]
                if _OPTIONAL.match(text):
                    yield self._all[0]
                yield from (word for word in self._all if re.search(rb"\b%s\b" % word.encode(), text))
