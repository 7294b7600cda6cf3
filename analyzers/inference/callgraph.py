"""The call graph of a whole program by dotted names, in the form in which call graph builders are compared.

Callers are modules and functions: `module.Class.method`, `module.function.<lambda1>`. Callees are these and what lies
outside the repository, by the names that the language's dialect gives. Making an instance is a call of the constructor
that runs. Only edges that are at least likely count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from analyzers.inference.dialect import Dialect
from analyzers.inference.linking import Links
from analyzers.inference.program import Program
from analyzers.inference.scopes import Body, ClassScope


def graph(program: Program, links: Links) -> dict[str, list[str]]:
    """Every module and function with the names of what it calls, sorted."""
    dialect = program.dialect
    names = _names(program.bodies(), dialect)
    found: dict[str, set[str]] = {name: set() for name in names.values()}
    for body, caller in names.items():
        callees = found[caller]
        for site, confidence in links.out.get(body, ()):
            if confidence == "possible":
                continue
            if isinstance(site.target, Body):
                callees.add(names.get(site.target) or site.target.full_name)
            else:
                callees.update(_foreign_makers(site.target, dialect.makers[0]))
        callees.update(filter(None, map(dialect.external_name, body.findings.library)))
    return {caller: sorted(found[caller]) for caller in sorted(found)}


def _foreign_makers(cls: ClassScope, maker: str) -> Iterable[str]:
    """The constructor that a class inherits from outside the repository."""
    if any(not owner.library for owner, _ in cls.find(maker)):
        return
    for scope in cls.mro():
        for base in scope.foreign_bases():
            yield f"{base}.{maker}"


def _names(bodies: Iterable[Body], dialect: Dialect) -> dict[Body, str]:
    """Dotted names; functions without one are numbered within what they are written in, in the order of the source."""
    names: dict[Body, str] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for body in bodies:
        function = body.function
        if function is None:
            names[body] = body.module.name
        else:
            parent = body.parent
            outer = names.get(parent) if parent is not None else None
            own = dialect.local_name(function)
            if own:
                holder = outer or f"{body.module.name}.{body.qualname}".rpartition(f".{body.name}")[0]
                counts[holder, own] += 1
                names[body] = f"{holder}.<{own}{counts[holder, own]}>"
            elif parent is not None and outer is not None and body.qualname.startswith(parent.qualname):
                # What is written inside a function without a name goes by that one's number.
                names[body] = outer + body.qualname[len(parent.qualname) :]
            else:
                names[body] = body.full_name
            if body.name.startswith("["):
                names[body] = names[body].rpartition(".")[0] + body.name
    return names
