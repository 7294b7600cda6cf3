"""The call graph of a whole program by dotted names, in the form in which call graph builders are compared.

Callers are modules and functions: `module.Class.method`, `module.function.<lambda1>`. Callees are these and what lies
outside the repository: `<builtin>.len`, `<**PyStr**>.join` for methods of built-in types, `package.module.name` for the
rest. Making an instance is a call of the `__init__` that runs. Only edges that are at least likely count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from analyzers.inference.linking import Links
from analyzers.inference.program import Program
from analyzers.inference.scopes import Body, ClassScope

BUILTINS = "builtins."

_TYPES = {
    "str": "Str", "bytes": "Bytes", "int": "Num", "float": "Num", "complex": "Num", "bool": "Num", "list": "List",
    "tuple": "Tuple", "set": "Set", "frozenset": "Set", "dict": "Dict",
}  # fmt: skip


def graph(program: Program, links: Links) -> dict[str, list[str]]:
    """Every module and function with the names of what it calls, sorted."""
    names = _names(program.bodies())
    found: dict[str, set[str]] = {name: set() for name in names.values()}
    for body, caller in names.items():
        callees = found[caller]
        for site, confidence in links.out.get(body, ()):
            if confidence == "possible":
                continue
            if isinstance(site.target, Body):
                callees.add(names.get(site.target) or site.target.full_name)
            else:
                callees.update(_foreign_makers(site.target))
        callees.update(external_name(name) for name in body.findings.library)
    return {caller: sorted(found[caller]) for caller in sorted(found)}


def external_name(name: str) -> str:
    """How something outside the repository is called in a graph."""
    if not name.startswith(BUILTINS):
        return name
    inner = name.removeprefix(BUILTINS)
    owner, _, method = inner.partition(".")
    return f"<**Py{_TYPES[owner]}**>.{method}" if method and owner in _TYPES else f"<builtin>.{inner}"


def _foreign_makers(cls: ClassScope) -> Iterable[str]:
    """The `__init__` that a class inherits from outside the repository."""
    if any(not owner.library for owner, _ in cls.find("__init__")):
        return
    for scope in cls.mro():
        for base in scope.foreign_bases():
            yield f"{base}.__init__"


def _names(bodies: Iterable[Body]) -> dict[Body, str]:
    """Dotted names; lambdas are numbered within what they are written in, in the order of the source."""
    names: dict[Body, str] = {}
    counts: Counter[str] = Counter()
    for body in bodies:
        function = body.function
        if function is None:
            names[body] = body.module.name
        elif body.name != "<lambda>" and "<lambda>" not in body.qualname:
            names[body] = body.full_name
        else:
            outer = names.get(body.parent) if body.parent is not None else None
            holder = outer or f"{body.module.name}.{body.qualname}".rpartition(f".{body.name}")[0]
            own = body.name
            if own == "<lambda>":
                counts[holder] += 1
                own = f"<lambda{counts[holder]}>"
            names[body] = f"{holder}.{own}"
    return names
