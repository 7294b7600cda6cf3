"""What looks wrong in one Python definition, by its syntax tree alone.

Few checks, and each of them quiet unless it is nearly sure: they explain failures, they do not teach style. What ruff
or a type checker says already is not said again: late-binding closures (B023), mutable defaults (B006), swallowed
exceptions (S110, S112, BLE001) and files outside a `with` (SIM115) are theirs.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from analyzers.suspicion import Suspicion
from analyzers.syntax import Grammar, Node, parse

TEXT_BYTES_MAX = 30_000
"""A longer definition is not looked at while somebody waits."""

_MARKS = re.compile(
    rb"[!=]=.*\n?.*\b(?:or|and)\b|\blen\(.*[<>]=?\s*0|\b0\s*[<>]=?\s*len\(|=\s*\(.*\n?.*\bfor\b"
    rb"|=\s*(?:map|filter|zip|reversed|enumerate)\(|\.acquire\(|(?:socket|create_connection|urlopen|connect)\("
)
"""Without one of these nothing below can be found, and parsing is spared."""
_WRAPPER = b"if 1:\n"
"""Opens an indentation level, so that a method's text parses where it stands."""
_LAZY = frozenset({"map", "filter", "zip", "reversed", "enumerate"})
"""Built-ins whose result can be gone through once."""
_CONSUMERS = frozenset({"list", "tuple", "set", "frozenset", "sorted", "sum", "max", "min", "dict", "join"})
"""Functions that go through all of their argument."""
_READERS = _CONSUMERS | {"any", "all", "next", "enumerate", "zip", "map", "filter", "reversed", "extend", "update"}
_HELD = frozenset({"socket", "create_connection", "urlopen", "connect"})
"""Calls whose result must be closed, and of which no linter speaks."""
_HARMLESS = frozenset({"append", "add", "notify", "notify_all", "set", "clear", "discard"})
"""Calls that do not raise in practice: what lies between taking and giving back is not worth a word for them."""
_SCOPES = frozenset({"function_definition", "lambda", "class_definition"})
_BRANCHES = _SCOPES | {
    "if_statement",
    "try_statement",
    "except_clause",
    "while_statement",
    "match_statement",
    "conditional_expression",
    "boolean_operator",
}
_LITERALS = frozenset({"string", "integer", "float", "none", "true", "false", "unary_operator"})


def suspicions(grammar: Grammar, text: bytes) -> tuple[Suspicion, ...]:
    """What looks wrong in the text of one definition, from its first line's start; in the order of the source."""
    if len(text) > TEXT_BYTES_MAX or _MARKS.search(text) is None:
        return ()
    syntax = parse(grammar, _WRAPPER + text)
    if syntax is None or syntax.root.has_error:
        return ()
    found: list[Suspicion] = []
    for node in _walk(syntax.root):
        if node.type == "boolean_operator" and (node.parent is None or node.parent.type != "boolean_operator"):
            found += _contradictions(node, syntax.data)
        elif node.type == "comparison_operator":
            found += _impossible_length(node, syntax.data)
        elif node.type == "block":
            found += _spent_iterators(node, syntax.data)
            found += _not_released(node, syntax.data)
    moved = (
        Suspicion(each.check, each.text, each.confidence, each.start - len(_WRAPPER), each.end - len(_WRAPPER))
        for each in found
    )
    return tuple(sorted(moved, key=lambda each: each.start))


def _contradictions(node: Node, data: bytes) -> Iterator[Suspicion]:
    """`x != 1 or x != 2` holds for every x, `x == 1 and x == 2` for none."""
    operator = _text(node.child_by_field_name("operator"), data)
    wanted, says = {"or": ("!=", "true"), "and": ("==", "false")}.get(operator, ("", ""))
    seen: dict[str, tuple[object, str]] = {}
    for each in _operands(node, operator, data):
        compared = _compared(each, wanted, data)
        if compared is None:
            continue
        subject, value, shown = compared
        before = seen.setdefault(subject, (value, shown))
        if before[0] != value:
            text = f"this is always {says}: `{subject}` is compared with both `{before[1]}` and `{shown}`"
            yield Suspicion(f"always_{says}", text, "certain", node.start_byte, node.end_byte)
            return


def _operands(node: Node, operator: str, data: bytes) -> Iterator[Node]:
    if node.type == "parenthesized_expression" and node.named_child_count == 1 and node.named_children[0]:
        yield from _operands(node.named_children[0], operator, data)
    elif node.type == "boolean_operator" and _text(node.child_by_field_name("operator"), data) == operator:
        for side in ("left", "right"):
            child = node.child_by_field_name(side)
            if child is not None:
                yield from _operands(child, operator, data)
    else:
        yield node


def _compared(node: Node, wanted: str, data: bytes) -> tuple[str, object, str] | None:
    """(what is compared, the literal's value, the literal) of a comparison with one literal by one operator."""
    if node.type != "comparison_operator" or node.named_child_count != 2:
        return None
    if [child.type for child in node.children if not child.is_named] != [wanted]:
        return None
    subject, literal = node.named_children
    if subject.type not in ("identifier", "attribute") or literal.type not in _LITERALS:
        return None
    shown = _text(literal, data)
    try:
        value = ast.literal_eval(shown)
    except (ValueError, SyntaxError):
        return None  # An f-string, or a minus before something that is no number.
    return _text(subject, data), value, shown


def _impossible_length(node: Node, data: bytes) -> Iterator[Suspicion]:
    """A length is never negative."""
    if node.named_child_count != 2:
        return
    left, right = (_text(each, data) for each in node.named_children)
    operators = [child.type for child in node.children if not child.is_named]
    if len(operators) != 1:
        return
    by = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
    operator = operators[0]
    if right.startswith("len(") and left == "0":
        left, right, operator = right, left, by.get(operator, operator)
    length = next((each for each in node.named_children if each.type == "call"), None)
    if right != "0" or not left.startswith("len(") or length is None or operator not in (">=", "<"):
        return
    says = "true" if operator == ">=" else "false"
    text = f"this is always {says}: a length is never negative"
    yield Suspicion(f"always_{says}", text, "certain", node.start_byte, node.end_byte)


def _spent_iterators(block: Node, data: bytes) -> Iterator[Suspicion]:
    """A generator that was gone through once gives nothing the second time."""
    for index, statement in enumerate(block.named_children):
        made = _assigned(statement, data)
        if made is None or not _is_lazy(made[1], data):
            continue
        name = made[0]
        spent: Node | None = None
        for later in block.named_children[index + 1 :]:
            if later.type in ("function_definition", "class_definition", "decorated_definition"):
                continue
            uses = list(_uses(later, name, data))
            again = _repeated(later, name, uses, data) if spent is None else None
            if spent is not None and uses:
                yield _spent(name, uses[0], spent, data)
                break
            if again is not None:
                yield _spent(name, again, again, data)
                break
            if _rebinds(later, name, data):
                break
            spent = next((use for use in uses if _consumes(use, data) and _always_runs(use, block)), None)
            if spent is not None and (second := next((use for use in uses if use.start_byte > spent.end_byte), None)):
                if not _exclusive(spent, second):
                    yield _spent(name, second, spent, data)
                break


def _spent(name: str, use: Node, first: Node, data: bytes) -> Suspicion:
    if use == first:
        text = f"`{name}` is used up the first time round: it is made once, before the loop"
    else:
        line = data.count(b"\n", first.end_byte, use.start_byte)
        ago = {0: "on the same line", 1: "on the line above"}.get(line) or f"{line} lines above"
        text = f"`{name}` is used up already: it can be gone through once, and was, {ago}"
    return Suspicion("spent_iterator", text, "likely", use.start_byte, use.end_byte)


def _assigned(statement: Node, data: bytes) -> tuple[str, Node] | None:
    """The name and the value of `name = value`."""
    if statement.type != "expression_statement" or not statement.named_children:
        return None
    inner = statement.named_children[0]
    if inner is None or inner.type != "assignment":
        return None
    left, right = inner.child_by_field_name("left"), inner.child_by_field_name("right")
    if left is None or right is None or left.type != "identifier":
        return None
    return _text(left, data), right


def _is_lazy(value: Node, data: bytes) -> bool:
    if value.type == "generator_expression":
        return True
    function = value.child_by_field_name("function") if value.type == "call" else None
    return function is not None and function.type == "identifier" and _text(function, data) in _LAZY


def _uses(node: Node, name: str, data: bytes) -> Iterator[Node]:
    """The places in one scope that go through what `name` stands for, in the order of the source."""
    for each in _walk(node, into_scopes=False):
        if each.type == "identifier" and _text(each, data) == name and _reads(each, data):
            yield each


def _reads(use: Node, data: bytes) -> bool:
    parent = use.parent
    if parent is None:
        return False
    if parent.type in ("for_statement", "for_in_clause"):
        return parent.child_by_field_name("right") == use
    if parent.type == "list_splat":
        return True
    return parent.type == "argument_list" and _called(parent, data) in _READERS


def _consumes(use: Node, data: bytes) -> bool:
    """Whether a use goes through everything, so that nothing is left for a second one."""
    parent = use.parent
    if parent is None:
        return False
    if parent.type == "for_statement":
        return not any(
            each.type in ("break_statement", "return_statement", "raise_statement") for each in _walk(parent)
        )
    if parent.type == "for_in_clause":
        # A generator expression goes through it later, perhaps never.
        return parent.parent is not None and parent.parent.type != "generator_expression"
    return parent.type == "list_splat" or (parent.type == "argument_list" and _called(parent, data) in _CONSUMERS)


def _called(arguments: Node, data: bytes) -> str:
    function = arguments.parent.child_by_field_name("function") if arguments.parent is not None else None
    return _text(function, data).rpartition(".")[2]


def _repeated(statement: Node, name: str, uses: list[Node], data: bytes) -> Node | None:
    """A use that goes through everything, inside a loop that comes round to it again."""
    for use in uses:
        loop = use.parent
        if loop is not None and loop.type == "for_in_clause":
            clauses = (
                [each for each in loop.parent.named_children if each.type == "for_in_clause"] if loop.parent else []
            )
            if clauses and clauses[0] != loop:
                return use
        if statement.type not in ("for_statement", "while_statement") or not _consumes(use, data):
            continue
        if any(each.parent == statement for each in uses):
            continue  # The loop goes through it itself, and its body takes from the rest on purpose.
        body = statement.child_by_field_name("body")
        inside = body is not None and body.start_byte <= use.start_byte < body.end_byte
        ends = any(each.type in ("break_statement", "return_statement", "raise_statement") for each in _walk(statement))
        if inside and not ends and not _rebinds(statement, name, data):
            return use
    return None


def _rebinds(node: Node, name: str, data: bytes) -> bool:
    for each in _walk(node):
        targets = [each.child_by_field_name("left")] if each.type in ("assignment", "for_statement") else []
        targets += [each.child_by_field_name("name")] if each.type == "named_expression" else []
        targets += each.named_children if each.type in ("delete_statement", "as_pattern_target") else []
        for target in targets:
            if target is not None and any(
                part.type == "identifier" and _text(part, data) == name for part in _walk(target)
            ):
                return True
    return False


def _always_runs(use: Node, block: Node) -> bool:
    """Whether a use runs whenever its block does: no branch lies between the two."""
    node = use.parent
    while node is not None and node != block:
        if node.type in _BRANCHES:
            return False
        if node.type == "for_statement" and node.child_by_field_name("right") != use:
            return False
        node = node.parent
    return node == block


def _exclusive(first: Node, second: Node) -> bool:
    """Whether the second use is part of the first one's own loop, which takes from the rest on purpose."""
    parent = first.parent
    if parent is None:
        return False
    if parent.type == "for_statement":
        return second.end_byte <= parent.end_byte
    return parent.type == "for_in_clause" and second.parent is not None and second.parent.parent == parent.parent


def _not_released(block: Node, data: bytes) -> Iterator[Suspicion]:
    """A lock or a connection that is given back only where nothing between raises."""
    statements = block.named_children
    for index, statement in enumerate(statements):
        taken = _taken(statement, data)
        if taken is None:
            continue
        holder, back, what = taken
        for end, later in enumerate(statements[index + 1 :], index + 1):
            if _text(later, data) == f"{holder}.{back}()":
                between = statements[index + 1 : end]
                risky = next((each for each in between if _may_leave(each, data)), None)
                if risky is not None and not any(_text_holds(each, f"{holder}.{back}(", data) for each in between):
                    line = " ".join(_text(risky, data).split("\n")[0].split())
                    text = f"`{holder}` stays {what} if `{line[:60]}` raises: `{back}` is not in a `finally`"
                    yield Suspicion("not_released", text, "likely", statement.start_byte, statement.end_byte)
                break


def _taken(statement: Node, data: bytes) -> tuple[str, str, str] | None:
    """(what is held, how it is given back, the word for being held) of a statement that takes something."""
    text = _text(statement, data)
    if statement.type == "expression_statement" and text.partition("(")[0].endswith(".acquire"):
        return text.partition("(")[0].removesuffix(".acquire"), "release", "locked"
    made = _assigned(statement, data)
    if made is None or made[1].type != "call":
        return None
    function = _text(made[1].child_by_field_name("function"), data)
    return (made[0], "close", "open") if function.rpartition(".")[2] in _HELD else None


def _may_leave(statement: Node, data: bytes) -> bool:
    for each in _walk(statement):
        if each.type in ("await", "raise_statement", "return_statement", "yield"):
            return True
        if (
            each.type == "call"
            and _text(each.child_by_field_name("function"), data).rpartition(".")[2] not in _HARMLESS
        ):
            return True
    return False


def _text_holds(node: Node, wanted: str, data: bytes) -> bool:
    return wanted in _text(node, data)


def _text(node: Node | None, data: bytes) -> str:
    return data[node.start_byte : node.end_byte].decode("utf-8", "replace") if node is not None else ""


def _walk(node: Node, *, into_scopes: bool = True) -> Iterable[Node]:
    """A node and all below it, in the order of the source; without `into_scopes`, nested scopes are left out."""
    stack = [node]
    while stack:
        each = stack.pop()
        yield each
        if into_scopes or each is node or each.type not in _SCOPES:
            stack.extend(reversed(each.children))
