"""Python: how its files become facts and what its words mean for linking.

Reading order: `facts.scm` says what is looked for, `extract` reads it, `roots` finds the file that an import means.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

import tree_sitter_python

from analyzers.languages.language import FindModule, Language, LiteralSyntax, Words
from analyzers.languages.python import cursor, declared, extract, roots, wrong
from analyzers.languages.python.expressions import EXPRESSIONS
from analyzers.languages.python.wording import WORDING
from analyzers.syntax import Grammar

if TYPE_CHECKING:
    from analyzers.inference.dialect import Deep


@cache
def grammar() -> Grammar:
    """The grammar, made once."""
    return Grammar(tree_sitter_python.language())


def modules(paths: Iterable[str], texts: Mapping[str, str]) -> FindModule:
    """Finds modules among `paths`; a relative one keeps its leading dots."""
    paths = list(paths)
    known = roots.Modules(paths, roots.import_roots(paths, texts))

    def find(module: str, importer_path: str) -> str | None:
        name = module.lstrip(".")
        return known.resolve(name, importer_path, len(module) - len(name))

    return find


def ancestors(name: str) -> frozenset[str] | None:
    """A built-in exception and all its base classes, by name; None for any other name."""
    kind = getattr(builtins, name, None)
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        return None
    return frozenset(each.__name__ for each in kind.__mro__) - {"object"}


def is_test_path(path: str) -> bool:
    """Whether pytest, unittest or a repository's habit would look for tests in this file."""
    *folders, name = path.split("/")
    if name.startswith("test_") or name.endswith(("_test.py", "_tests.py")) or name in ("conftest.py", "tests.py"):
        return True
    return any(folder in ("test", "tests", "testing") for folder in folders)


def is_test_name(qualname: str) -> bool:
    """Whether pytest or unittest would run this function of a test file."""
    name = qualname.rpartition(".")[2]
    return name.startswith("test")


def deep() -> Deep:
    """What the deep analysis asks of this family."""
    from analyzers.languages.python.deep import DEEP  # Costs time that reading facts does not need.

    return DEEP


LANGUAGE = Language(
    name="python",
    suffixes=(".py", ".pyi", ".pyw"),
    family="python",
    grammar=grammar,
    facts=lambda raw: extract.facts(grammar(), raw),
    facts_of_syntax=lambda syntax: extract.facts_of_syntax(grammar(), syntax),
    use_at=cursor.use_at,
    config_names=roots.CONFIG_NAMES,
    config_follows=lambda path, text: (),
    modules=modules,
    words=Words(
        own=frozenset({"self", "cls"}),
        own_class=frozenset({"cls"}),
        dotted_modules=True,
        properties=("property",),
        annotated=declared.annotated,
        nothing=("None",),
        parent=frozenset({"super()"}),
        constructors=("__init__", "__new__"),
        builtins=frozenset(dir(builtins)),
        package_file="__init__",
        amending=(".setter", ".deleter"),
        ancestors=ancestors,
        catch_all=frozenset({"BaseException", "Exception"}),
    ),
    wording=WORDING,
    is_test_path=is_test_path,
    is_test_name=is_test_name,
    deep=deep,
    definition=re.compile(rb"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE),
    suspicions=lambda text: wrong.suspicions(grammar(), text),
    expressions=EXPRESSIONS,
    literals=LiteralSyntax(
        query="(string) @text (concatenated_string) @text",
        pieces=frozenset({"string_content"}),
        holes=frozenset({"interpolation"}),
        raising=frozenset({"raise_statement"}),
        calling=frozenset({"call"}),
        documenting=frozenset({"expression_statement"}),
    ),
)

LANGUAGES = (LANGUAGE,)
