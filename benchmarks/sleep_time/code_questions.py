"""Questions about real functions whose answers can be checked: by a recording of what the tests did, or by running.

Who calls it, what it can raise and whether it may return None come from a recording (`benchmarks.truth.recorder`); what
a call returns comes from running calls that the package's own tests make, in a process of their own. Each question also
carries what the product prepared, in the words that the scorer reads.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from analyzers.records import RANK, Record
from benchmarks.hover_review.deep import Deep
from benchmarks.sleep_time.scoring import answer_line, names_f1, yes_or_no
from benchmarks.truth.score import is_test, parse_key

Kind = Literal["callers", "raises", "none", "returns"]
KINDS: tuple[Kind, ...] = ("callers", "raises", "none", "returns")
NAMES_MAX = 5
"""Functions with more callers or exceptions are left out: a short answer cannot name them all."""
CALLS_TRIED_MAX = 2000
CALL_S_MAX = 60
VALUE_CHARS_MAX = 40

UNKNOWN = "not known"

RUN = """\
import json, os, sys
from inspect import unwrap
paths, calls = json.load(sys.stdin)
sys.path[:0] = paths
sys.dont_write_bytecode = True
told, sys.stdout, sys.stdin = sys.stdout, open(os.devnull, "w"), open(os.devnull)
found = []
for module, expression in calls:
    try:
        names = {}
        exec(f"import {module}", names)
        function = unwrap(eval(expression.partition("(")[0], names))
        value = repr(eval(expression, names))
        found.append([expression, value, function.__code__.co_filename, function.__qualname__])
    except BaseException:
        continue
print(json.dumps(found), file=told)
"""


class CodeQuestion(msgspec.Struct, frozen=True):
    """One question about one function."""

    kind: Kind
    path: str
    name: str
    question: str
    wanted: tuple[str, ...]
    """Names that the answer is to have; `yes` or `no`; or the value as Python writes it."""
    prepared: str
    """What the function's record says, in the words that the scorer reads."""
    routed: str = ""
    """What the product's router answers without a model, in the same words."""


def score(question: CodeQuestion, reply: str, known: frozenset[str]) -> float:
    """From 0 to 1: F1 over the names that are known in the package, or right and wrong."""
    if question.kind in ("callers", "raises"):
        return names_f1(reply, question.wanted, known - {question.name.rpartition(".")[2]})
    if question.kind == "none":
        said = yes_or_no(reply)
        return float(said is not None and said == (question.wanted == ("yes",)))
    return float(_same_value(answer_line(reply), question.wanted[0]))


def questions(deep: Deep, root: Path, truth: Mapping[str, Any], each: int) -> list[CodeQuestion]:
    """At most `each` questions of each kind, chosen by a digest of their names: the same ones every time."""
    found: list[CodeQuestion] = []
    seen = [(parse_key(key), row) for key, row in truth.items()]
    ran = [(path, name, row) for (path, name, _), row in seen if not is_test(path) and ".<locals>" not in name]
    records = [(deep.record(path, name), row) for path, name, row in sorted(ran, key=lambda item: _mixed(*item[:2]))]
    known = [(record, row) for record, row in records if record is not None and record.kind in ("function", "method")]
    for kind in KINDS[:3]:
        made = [question for record, row in known if (question := _recorded(kind, record, row)) is not None]
        # As many that may return None as that may not, or always answering yes would pay.
        found += _balanced(made, each) if kind == "none" else made[:each]
    return found + list(_returns(deep, root))[:each]


def vocabulary(deep: Deep, truth: Mapping[str, Any]) -> frozenset[str]:
    """Every name that an answer can consist of: the package's functions and classes, and all exceptions."""
    names = {record.name.rpartition(".")[2] for record in deep.records()}
    names |= {escaped[0] for row in truth.values() for escaped in row["escaped"]}
    errors = {
        name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
    }
    return frozenset(names | errors)


def _recorded(kind: Kind, record: Record, row: Mapping[str, Any]) -> CodeQuestion | None:
    asked = f"`{record.name}` in {record.path}"
    if kind == "callers":
        calling = [parse_key(key)[:2] for key, _ in row["callers"]]
        wanted = sorted({name.rpartition(".")[2] for path, name in calling if not is_test(path)})
        said = [e.place.symbol.rpartition(".")[2] for e in record.callers if not e.test and RANK[e.confidence] <= 1]
        question = f"Which functions or methods of this package call {asked}? Answer with their names alone."
    elif kind == "raises":
        wanted = sorted({escaped[0] for escaped in row["escaped"]})
        said = [each.type.rpartition(".")[2] for each in record.raises if RANK[each.confidence] <= 1]
        question = f"Which exceptions can leave {asked}? Answer with their names alone."
    else:
        if not row["value"]:
            return None  # Seen to return nothing but None: no question.
        wanted = ["yes" if row["none"] else "no"]
        said = {"never": ["no"], "unknown": []}.get(record.returns_none, ["yes"])
        question = f"May {asked} return None? Answer with yes or no."
    if not 1 <= len(wanted) <= NAMES_MAX or record.name.rpartition(".")[2] in wanted:
        return None  # A caller of the same name could not be told from the question's own words.
    return CodeQuestion(kind, record.path, record.name, question, tuple(wanted), _answered(said))


def _answered(said: list[str]) -> str:
    return f"Answer: {', '.join(dict.fromkeys(said)) or UNKNOWN}"


def _balanced(made: list[CodeQuestion], each: int) -> list[CodeQuestion]:
    yes = [question for question in made if question.wanted == ("yes",)]
    no = [question for question in made if question.wanted == ("no",)]
    return [question for pair in zip(yes, no, strict=False) for question in pair][:each]


def _returns(deep: Deep, root: Path) -> Iterator[CodeQuestion]:
    """What a call returns: calls with literal arguments from the tests, run twice with other hash seeds."""
    calls = sorted(set(_literal_calls(deep)), key=lambda call: _mixed(*call))[:CALLS_TRIED_MAX]
    first, second = _run(root, calls, "1"), _run(root, calls, "2")
    taken: set[str] = set()
    for expression, (value, path, name) in first.items():
        record = deep.record(path, name)
        plain = _same_value(value, value) and len(value) <= VALUE_CHARS_MAX
        if second.get(expression, ("",))[0] != value or not plain or record is None or name in taken:
            continue
        taken.add(name)
        question = f"What does `{expression}` return, with `{name}` as defined in {path}? Answer with the value alone."
        ways = [way.text.strip("`") for way in record.returns]
        if record.returns_none == "always":
            said = ["None"]
        else:
            said = ways if len(ways) == 1 and _same_value(ways[0], ways[0]) and record.returns_none == "never" else []
        yield CodeQuestion("returns", path, name, question, (value,), _answered(said))


def _literal_calls(deep: Deep) -> Iterator[tuple[str, str]]:
    """(module to import, call) for each call in test code of the package's own names with literals alone.

    Other packages' functions are not run: what `shutil` does with a literal is nobody's wish.
    """
    own = {
        path.removeprefix("src/").partition("/")[0].removesuffix(".py") for path in deep.sources if not is_test(path)
    }
    for path, source in deep.sources.items():
        if not is_test(path):
            continue
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            continue
        modules, names = _imports(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not _literal(node):
                continue
            head = ast.unparse(node.func)
            first, _, rest = head.partition(".")
            arguments = ast.unparse(node)[len(head) :]
            if first in modules and rest and modules[first].partition(".")[0] in own:
                yield modules[first], f"{modules[first]}.{rest}{arguments}"
            elif first in names and names[first][0].partition(".")[0] in own:
                module, name = names[first]
                yield module, f"{module}.{name}{'.' * bool(rest)}{rest}{arguments}"


def _imports(tree: ast.Module) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    modules: dict[str, str] = {}
    names: dict[str, tuple[str, str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                modules[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = node.module, alias.name
    return modules, names


def _literal(node: ast.Call) -> bool:
    """Whether it is `name(...)` or `module.name(...)` with arguments that stand there as they are, and has some."""
    arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
    if (
        not arguments
        or not isinstance(node.func, ast.Name | ast.Attribute)
        or any(k.arg is None for k in node.keywords)
    ):
        return False
    try:
        for argument in arguments:
            ast.literal_eval(argument)
    except (ValueError, TypeError, SyntaxError):
        return False
    return all(isinstance(part, ast.Name | ast.Attribute | ast.expr_context) for part in ast.walk(node.func))


def _run(root: Path, calls: list[tuple[str, str]], seed: str) -> dict[str, tuple[str, str, str]]:
    """Call → value, path and name of the function. Runs the package's code: only for packages that the user named."""
    paths = [str(root / "src"), str(root)]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", RUN],
            input=json.dumps([paths, calls]),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=CALL_S_MAX,
            cwd=folder,
            env={"PYTHONHASHSEED": seed, "HOME": folder, "PATH": "", "PYTHONUTF8": "1"},
            check=False,
        )
    try:
        found = json.loads(done.stdout)
    except ValueError:
        return {}
    results = {}
    for expression, value, file, name in found:
        path = Path(file)
        if path.is_relative_to(root):
            results[expression] = (value, path.relative_to(root).as_posix(), name)
    return results


def _same_value(said: str, wanted: str) -> bool:
    """Whether two texts are the same Python value; a text that is none equals nothing."""
    try:
        one, other = ast.literal_eval(said), ast.literal_eval(wanted)
        return type(one) is type(other) and bool(one == other)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False


def _mixed(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()
