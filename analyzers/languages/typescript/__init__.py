"""TypeScript, TSX, JavaScript and JSX: how their files become facts and what their words mean for linking.

Reading order: `facts.scm` says what is looked for, `extract` reads it, `modules` finds the file that an import means.
Three grammars read four dialects: the one of JavaScript reads JSX too, TypeScript's does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

import tree_sitter_javascript
import tree_sitter_typescript

from analyzers.languages.language import FindModule, Language, LiteralSyntax, Words
from analyzers.languages.typescript import cursor, declared, extract, lexed, stacks, words
from analyzers.languages.typescript.expressions import EXPRESSIONS
from analyzers.languages.typescript.modules import CONFIG_NAMES, Modules, follows
from analyzers.languages.typescript.wording import WORDING
from analyzers.syntax import Grammar

if TYPE_CHECKING:
    from analyzers.inference.dialect import Deep

FAMILY = "typescript"


@cache
def typescript_grammar() -> Grammar:
    """The grammar of TypeScript, made once."""
    return Grammar(tree_sitter_typescript.language_typescript())


@cache
def tsx_grammar() -> Grammar:
    """The grammar of TypeScript with JSX, made once."""
    return Grammar(tree_sitter_typescript.language_tsx())


@cache
def javascript_grammar() -> Grammar:
    """The grammar of JavaScript, made once."""
    return Grammar(tree_sitter_javascript.language())


def modules(paths: Iterable[str], texts: Mapping[str, str]) -> FindModule:
    """Finds modules among `paths`."""
    return Modules(paths, texts).resolve


def deep() -> Deep:
    """What the deep analysis asks of this family."""
    from analyzers.languages.typescript.deep import DEEP  # Costs time that reading facts does not need.

    return DEEP


LITERALS = LiteralSyntax(
    query="(string) @text (template_string) @text",
    pieces=frozenset({"string_fragment"}),
    holes=frozenset({"template_substitution"}),
    raising=frozenset({"throw_statement"}),
    calling=frozenset({"call_expression", "new_expression"}),
    documenting=frozenset({"expression_statement", "import_statement", "export_statement"}),
)


def _language(name: str, suffixes: tuple[str, ...], grammar: Callable[[], Grammar]) -> Language:
    return Language(
        name=name,
        suffixes=suffixes,
        family=FAMILY,
        grammar=grammar,
        facts=lambda raw: extract.facts(name, grammar(), raw),
        facts_of_syntax=lambda syntax: extract.facts_of_syntax(name, grammar(), syntax),
        use_at=cursor.use_at,
        config_names=CONFIG_NAMES,
        config_follows=follows,
        modules=modules,
        words=Words(
            own=frozenset({"this"}),
            own_class=frozenset(),
            dotted_modules=False,
            properties=(),
            annotated=declared.annotated,
            nothing=words.NOTHING,
            parent=frozenset({"super"}),
            constructors=("constructor",),
            builtins=words.BUILTINS,
            package_file="index",
            amending=(),
            ancestors=words.ancestors,
            catch_all=frozenset({words.EVERYTHING}),
        ),
        wording=WORDING,
        is_test_path=words.is_test_path,
        is_test_name=words.is_test_name,
        deep=deep,
        literals=LITERALS,
        expressions=EXPRESSIONS,
        definition=words.DEFINITION,
        title=words.title,
        lexed=lexed.lexed,
        failures=stacks.failures,
    )


LANGUAGES = (
    _language("typescript", (".ts", ".mts", ".cts"), typescript_grammar),
    _language("tsx", (".tsx",), tsx_grammar),
    _language("javascript", (".js", ".jsx", ".mjs", ".cjs"), javascript_grammar),
)
