"""From failures to suspects: functions ranked by how likely it is that fixing one of them fixes the failure.

Every suspect is scored by a handful of features, each between 0 and 1 and each explainable; `WEIGHTS` is the one place
that says how much each counts. No feature knows a project, only tests, frames, names and text. The ideas come from
information-retrieval fault localisation (words of the report against words of the code), from stack-trace ranking
and from call-graph reachability in place of the coverage that spectrum-based methods need a run for.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from analyzers.evidence.code import Code, Names, Node
from analyzers.evidence.failures import Failure, Frame
from analyzers.evidence.lexing import KEYWORDS, Mention, assigns, mentions, statement_at, statements, strings, subwords
from analyzers.evidence.paths import Known
from analyzers.evidence.reach import Reach, reach, targets
from analyzers.facts import MODULE

WEIGHTS: dict[str, float] = {
    "trace": 1.0,
    "reach": 1.0,
    "statement": 0.4,
    "name": 0.7,
    "text": 0.4,
    "message": 0.5,
    "module": 0.3,
    "size": 0.3,
    "general": -0.3,
    "trivial": -0.3,
}
"""How much each feature counts. Few and round on purpose: they were chosen on several projects, not fitted to one."""

TESTS_MAX = 8
"""Failing tests that are looked into; parametrised cases of one test count once."""
SUSPECTS_MAX = 50
WORDS_MAX = 400

TRACE_DECAY = 0.7
FIXTURE = 0.55
HELPER = 0.35
BEFORE = 0.6
FLOWS = 0.85
AFTER = 0.06
"""What mentions weigh: in fixtures, in a test class's other methods, and in statements of the failing function before
the failing one, before it and feeding it, and after it."""

_WORD = re.compile(r"[^\W\d]\w+")
_QUOTED = re.compile(r"['\"`]([^\W\d][\w.]*)['\"`(]|\b([^\W\d][\w.]*)\(\)")
_SETUP = frozenset(
    ["setUp", "setUpClass", "asyncSetUp", "setup", "setup_method", "setup_class", "setUpModule", "setup_module"]
)
_STOP = KEYWORDS | frozenset(
    [
        "assert",
        "test",
        "tests",
        "where",
        "use",
        "the",
        "full",
        "diff",
        "and",
        "not",
        "use",
        "items",
        "extra",
        "left",
        "right",
    ]
)


@dataclass(slots=True)
class Suspect:
    """A function that may be at fault, with its features' values and how it is reached."""

    node: Node
    path: str
    name: str
    line: int
    features: dict[str, float] = field(default_factory=dict)
    score: float = 0.0
    way: tuple[Node, ...] = ()
    frame: Frame | None = None
    shared: tuple[str, ...] = ()
    """Words that it shares with the failing test or the assertion, the rarest first."""


@dataclass(slots=True)
class Scene:
    """One failing test or traceback, placed in the workspace's code."""

    failure: Failure
    frames: list[tuple[Frame, str, Node]] = field(default_factory=list)
    """The frames in the workspace's files, outermost first, of every error in the chain."""
    test: Node | None = None
    reached: Reach = field(default_factory=Reach)
    direct: dict[Node, float] = field(default_factory=dict)
    """What the failing statement itself mentions."""


def localise(
    failures: Sequence[Failure],
    code: Code,
    is_test: Callable[[str], bool],
    root: str = "",
    weights: dict[str, float] | None = None,
) -> tuple[list[Suspect], list[Scene]]:
    """The suspects, best first, and what was understood of each failing test (the parametrised cases of one as one)."""
    names = Names(code)
    known = Known(code.paths())
    scenes = [place(failure, names, known, is_test, root) for failure in _distinct(failures)]
    for scene in scenes:
        _reach(scene, names, is_test)
    suspects = _candidates(scenes, names, is_test)
    _score(suspects, scenes, names, is_test)
    chosen = weights or WEIGHTS
    for suspect in suspects:
        suspect.score = sum(chosen.get(name, 0.0) * value for name, value in suspect.features.items())
    suspects.sort(key=lambda suspect: (-suspect.score, suspect.path, suspect.line))
    return suspects[:SUSPECTS_MAX], scenes


def place(failure: Failure, names: Names, known: Known, is_test: Callable[[str], bool], root: str = "") -> Scene:
    """Finds the frames and the test of a failure in the workspace."""
    scene = Scene(failure)
    for error in failure.errors:
        for frame in error.frames:
            path = known.find(frame.path, root)
            if path and (node := _frame_node(names, path, frame)):
                scene.frames.append((frame, path, node))
    test = failure.test.partition("[")[0].partition(" ")[0].partition("(")[0]
    if test:
        printed = known.find(failure.path, root) if failure.path else None
        paths = [printed] if printed else []
        paths += [path for _, path, _ in scene.frames if is_test(path)]
        paths += [path for name in (test.rpartition(".")[2],) for path in names.code.paths_defining(name)][:5]
        for path in dict.fromkeys(paths):
            if found := names.named(path, test) or names.named(path, test.rpartition(".")[2]):
                scene.test = found
                break
    elif failure.path and not scene.frames and (path := known.find(failure.path, root)):
        scene.test = Node(path, MODULE)
    _drop_runner(scene, is_test)
    return scene


def _drop_runner(scene: Scene, is_test: Callable[[str], bool]) -> None:
    """Leaves out the frames above the test in the first error: they run tests, they are not tested."""
    first = next((at for at, (_, path, node) in enumerate(scene.frames) if node == scene.test or is_test(path)), 0)
    if scene.test is not None and not any(is_test(path) for _, path, _ in scene.frames[:first]):
        del scene.frames[:first]


def _frame_node(names: Names, path: str, frame: Frame) -> Node | None:
    """The function of a frame: by its line, or by its name where the file has changed since."""
    node = names.at_line(path, frame.line)
    wanted = frame.function.rpartition(".")[2]
    if wanted and not wanted.startswith("<") and (node is None or names.symbol(node).name != wanted):
        return names.named(path, wanted) or node
    return node


def _distinct(failures: Sequence[Failure]) -> list[Failure]:
    """One failure for each test and error type, the cases of a parametrised test merged into its first."""
    found: dict[tuple[str, str, str, object], Failure] = {}
    for failure in failures:
        last = failure.errors[-1]
        where = (last.frames[-1].path, last.frames[-1].line) if last.frames else ""
        key = (failure.path, failure.test.partition("[")[0], last.type, where)
        if key not in found:
            found[key] = failure
        elif len(found[key].details) < WORDS_MAX:
            known = found[key]
            found[key] = Failure(
                known.errors, known.test, known.path, known.phase, known.details + failure.details, known.thread
            )
    return list(found.values())[:TESTS_MAX]


def _reach(scene: Scene, names: Names, is_test: Callable[[str], bool]) -> None:
    """Fills in what the failing test reaches, weighed by where in its code a name stands."""
    seeds: list[tuple[Node, float, Node | None]] = []
    total = len(scene.frames)
    for position, (frame, path, node) in enumerate(scene.frames):
        innermost = position == total - 1
        seeds.extend(_of_statements(scene, names, node, frame, innermost=innermost, in_test=is_test(path)))
        if not is_test(path):
            seeds.append((node, 1.0, None))
    test = scene.test
    if test is not None and test.at != MODULE:
        if not any(node == test for _, _, node in scene.frames):
            seeds.extend((target, weight * BEFORE, test) for target, weight in _mentioned(names, test))
        seeds.extend(_of_surroundings(names, test))
    scene.reached = reach(names, seeds)


def _of_statements(
    scene: Scene, names: Names, node: Node, frame: Frame, *, innermost: bool, in_test: bool
) -> list[tuple[Node, float, Node | None]]:
    """Seeds from the statements of a frame's function: the one that failed, those that feed it, those before it."""
    file = names.file(node.path)
    if file is None or node.at == MODULE:
        return []
    symbol = names.symbol(node)
    text = file.source[symbol.start : symbol.end].decode("utf-8", "replace")
    first = file.source.count(b"\n", 0, symbol.start) + 1
    lines = text.split("\n")
    ranges = statements(text)
    start, end = statement_at(lines, ranges, max(0, min(frame.line - first, len(lines) - 1)))
    failing = "\n".join(lines[start:end])
    full = 1.0 if innermost or in_test else 0.5
    seeds: list[tuple[Node, float, Node | None]] = []
    for target, weight in _mentioned(names, node, failing):
        seeds.append((target, full * weight, node))
        if innermost:
            scene.direct[target] = max(weight, scene.direct.get(target, 0.0))
    wanted = {mention.name.split(".")[0] for mention in mentions(failing)}
    scale = 1.0 if in_test else 0.8
    for low, high in reversed(ranges):
        piece = "\n".join(lines[low:high])
        if low >= end:
            factor = AFTER
        elif low >= start:
            continue
        elif any(assigns(piece, name) for name in wanted):
            factor = FLOWS
            wanted |= {mention.name.split(".")[0] for mention in mentions(piece)}
        else:
            factor = BEFORE
        for target, weight in _mentioned(names, node, piece):
            seeds.append((target, factor * scale * weight, node))
    return seeds


def _of_surroundings(names: Names, test: Node) -> list[tuple[Node, float, Node | None]]:
    """Seeds from what runs around a test: its fixtures by the names of its parameters, its class's set-up."""
    seeds: list[tuple[Node, float, Node | None]] = []
    for parameter in names.symbol(test).parameters:
        if fixture := _fixture(names, test, parameter.strip("*").partition(":")[0].partition("=")[0].strip()):
            seeds.extend((target, FIXTURE * weight, test) for target, weight in _mentioned(names, fixture))
    owner = names.owner(test)
    file = names.file(test.path)
    if owner is None or file is None:
        return seeds
    for name, index in file.members.get(owner.at, {}).items():
        method = Node(test.path, index)
        if file.facts.symbols[index].kind not in ("function", "method") or name.startswith("test") or method == test:
            continue
        factor = FIXTURE if name in _SETUP else HELPER
        seeds.extend((target, factor * weight, test) for target, weight in _mentioned(names, method))
    return seeds


def _fixture(names: Names, test: Node, parameter: str) -> Node | None:
    """The fixture function of a parameter, in the test's class or file or a `conftest.py` above it."""
    if parameter in ("self", "cls", ""):
        return None
    folder = test.path
    while True:
        path = folder if folder == test.path else f"{folder}/conftest.py".lstrip("/")
        found = names.named(path, parameter)
        if found and any("fixture" in decorator for decorator in names.symbol(found).decorators):
            return found
        if not folder:
            return None
        folder = folder.rpartition("/")[0]


def _mentioned(names: Names, node: Node, text: str | None = None) -> list[tuple[Node, float]]:
    """What a piece of the node's code mentions; dotted names inside strings (`patch("a.b.c")`) count a little."""
    piece = names.text(node) if text is None else text
    found: dict[Node, float] = {}
    for mention in mentions(piece):
        for target, weight in targets(names, node, mention):
            found[target] = max(weight, found.get(target, 0.0))
    return list(found.items())


def _candidates(scenes: Sequence[Scene], names: Names, is_test: Callable[[str], bool]) -> list[Suspect]:
    """Every function outside tests that was reached, stands in a frame, or lives in a file that the tests name."""
    nodes: dict[Node, None] = {}
    for scene in scenes:
        nodes.update(dict.fromkeys(node for _, _, node in scene.frames))
        nodes.update(dict.fromkeys(scene.reached.weight))
        for path in _tested_paths(scene, names):
            file = names.file(path)
            nodes.update(dict.fromkeys(Node(path, index) for index in range(len(file.facts.symbols) if file else 0)))
    suspects = []
    for node in nodes:
        if node.at == MODULE or is_test(node.path) or names.file(node.path) is None:
            continue
        symbol = names.symbol(node)
        if symbol.kind in ("function", "method"):
            file = names.file(node.path)
            line = file.source.count(b"\n", 0, symbol.name_start) + 1 if file else 0
            suspects.append(Suspect(node, node.path, symbol.qualname, line))
    return suspects


def _tested_paths(scene: Scene, names: Names) -> list[str]:
    """The files that a test is about, by its own file's name and by what its code imports or patches by a string."""
    if scene.test is None:
        return []
    found = dict.fromkeys(_patched(scene, names))
    stem = scene.test.path.rpartition("/")[2].rpartition(".")[0]
    stem = stem.removeprefix("test_").removesuffix("_test").removesuffix("_tests")
    file = names.file(scene.test.path)
    for item in file.facts.imports if file else ():
        for dotted in (f"{item.module}.{item.name}" if item.name else item.module, item.module):
            path = names.code.module_path(dotted, scene.test.path)
            if path:
                if _stem(path) == stem or path in scene.failure.errors[-1].message:
                    found.setdefault(path)
                break
    return list(found)[:6]


def _patched(scene: Scene, names: Names) -> list[str]:
    """Modules whose members a test's strings name: `patch("package.module.which")`."""
    assert scene.test is not None
    found = []
    for text in strings(names.text(scene.test)):
        if re.fullmatch(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+", text):
            dotted = text
            while "." in dotted:
                dotted = dotted.rpartition(".")[0]
                if path := names.code.module_path(dotted, scene.test.path):
                    found.append(path)
                    break
    return found


def _stem(path: str) -> str:
    *folders, name = path.split("/")
    stem = name.rpartition(".")[0]
    return folders[-1] if stem == "__init__" and folders else stem


def _score(suspects: list[Suspect], scenes: Sequence[Scene], names: Names, is_test: Callable[[str], bool]) -> None:
    """Fills in every suspect's features."""
    rarity = _rarity([subwords(suspect.name) + subwords(_stem(suspect.path)) for suspect in suspects])
    bodies = [set(_words(names.text(suspect.node))) for suspect in suspects]
    body_rarity = _rarity([list(body) for body in bodies])
    for suspect, body in zip(suspects, bodies, strict=True):
        features = suspect.features
        for scene in scenes:
            for name, value in _of_scene(suspect, scene, names, is_test, rarity).items():
                features[name] = features.get(name, 0.0) + value / len(scenes)
        lines = names.text(suspect.node).count("\n") + 1
        features["size"] = min(1.0, math.log2(1 + lines) / 6)
        features["trivial"] = 1.0 if lines <= 2 or _is_special(suspect.name) else 0.0
        callers = set().union(*(scene.reached.callers.get(suspect.node, set()) for scene in scenes))
        features["general"] = min(1.0, math.log2(1 + len(callers)) / 5)
        query = [_query(scene, names) for scene in scenes]
        features["text"] = sum(_overlap(words, body, body_rarity) for words in query) / max(1, len(query))
        shared = {word for words in query for word in words if word in body}
        suspect.shared = tuple(sorted(shared, key=lambda word: (-body_rarity.get(word, 0.0), word))[:5])
    top = max((suspect.features["text"] for suspect in suspects), default=0.0)
    for suspect in suspects:
        suspect.features["text"] = suspect.features["text"] / top if top else 0.0


def _of_scene(
    suspect: Suspect, scene: Scene, names: Names, is_test: Callable[[str], bool], rarity: dict[str, float]
) -> dict[str, float]:
    """The features that one failing test gives a suspect."""
    node = suspect.node
    trace = 0.0
    rank = 0
    for _position, (frame, path, other) in reversed(list(enumerate(scene.frames))):
        if is_test(path):
            continue
        if other == node:
            trace = TRACE_DECAY**rank
            suspect.frame = suspect.frame or frame
            break
        rank += 1
    if not suspect.way and node in scene.reached.weight:
        suspect.way = tuple(scene.reached.way(node))
    test_words = subwords(scene.failure.test.partition("[")[0])
    own = subwords(suspect.name) + subwords(_stem(suspect.path))
    stem = _stem(scene.test.path) if scene.test else ""
    about = stem.removeprefix("test_").removesuffix("_test").removesuffix("_tests")
    return {
        "trace": trace,
        "reach": scene.reached.weight.get(node, 0.0),
        "statement": scene.direct.get(node, 0.0),
        "name": _overlap([word for word in test_words if word not in _STOP], set(own), rarity),
        "message": _named_in(scene.failure, suspect),
        "module": 1.0 if about and about == _stem(suspect.path) else 0.0,
    }


def _named_in(failure: Failure, suspect: Suspect) -> float:
    """Whether the error's message names the function, or its class."""
    message = failure.errors[-1].message[:2000]
    found = {part for match in _QUOTED.finditer(message) for part in (match[1] or match[2]).split(".")}
    name = suspect.name.rpartition(".")[2]
    owner = suspect.name.rpartition(".")[0].rpartition(".")[2]
    return 1.0 if name in found else 0.5 if owner and owner in found else 0.0


def _query(scene: Scene, names: Names) -> list[str]:
    """The words of a failure: its introspection, its parameters, its test's name and code."""
    words: Counter[str] = Counter()
    for line in scene.failure.details:
        words.update(_words(line))
    words.update(_words(scene.failure.test))
    if scene.test is not None and scene.test.at != MODULE:
        words.update(_words(names.text(scene.test)))
    return [word for word, _ in words.most_common(WORDS_MAX)]


def _words(text: str) -> list[str]:
    found = []
    for word in _WORD.findall(text):
        if word not in _STOP:
            found.append(word.lower())
            parts = subwords(word)
            if len(parts) > 1:
                found.extend(parts)
    return found


def _rarity(documents: Sequence[Sequence[str]]) -> dict[str, float]:
    """Inverse document frequency of each word."""
    counts: Counter[str] = Counter()
    for words in documents:
        counts.update(set(words))
    total = len(documents)
    return {word: math.log(1 + (total - count + 0.5) / (count + 0.5)) for word, count in counts.items()}


def _overlap(query: Sequence[str], words: set[str], rarity: dict[str, float]) -> float:
    """How much of the query's rarity the words cover; words that no candidate has do not count."""
    total = sum(rarity.get(word, 0.0) for word in set(query))
    return sum(rarity.get(word, 0.0) for word in set(query) if word in words) / total if total else 0.0


def _is_special(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last.startswith("__") and last.endswith("__") and last not in ("__init__", "__call__", "__new__")


__all__ = ["WEIGHTS", "Mention", "Scene", "Suspect", "localise", "place"]
