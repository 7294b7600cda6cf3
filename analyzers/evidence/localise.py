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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from analyzers.evidence.code import Names, Node
from analyzers.evidence.failures import Failure, Frame
from analyzers.evidence.hints import Hint, hints
from analyzers.evidence.lexing import KEYWORDS, strings, subwords
from analyzers.evidence.paths import Known
from analyzers.evidence.scene import VALUE_WORD, Scene, follow, place
from analyzers.facts import MODULE

WEIGHTS: dict[str, float] = {
    "trace": 1.0,
    "reach": 0.5,
    "specific": 0.5,
    "statement": 0.4,
    "name": 1.0,
    "text": 0.3,
    "dense": 0.7,
    "message": 0.5,
    "hint": 0.8,
    "literal": 0.2,
    "changed": 1.5,
    "recent": 0.5,
    "together": 0.6,
    "about": 0.4,
    "module": 0.3,
    "size": 0.3,
    "general": -0.1,
    "trivial": -0.3,
    "support": -0.5,
    "unreached": -0.3,
}
"""How much each feature counts. Few and round on purpose: they were chosen on several projects, not fitted to one."""

NEAR_FILES_MAX = 20
NAMESAKES_MAX = 3
TESTS_MAX = 8
"""Failing tests that are looked into; parametrised cases of one test count once."""
TEST_FILES_MAX = 3
"""Files of failing tests whose past is looked into."""
SUSPECTS_MAX = 50
WORDS_MAX = 400

TRACE_DECAY = 0.7
WORDS_OF_CRASH = 0.5
"""How much names and words count where a traceback already leads into the code."""
_WORD = re.compile(r"[^\W\d]\w+")
_QUOTED = re.compile(r"['\"`]([^\W\d][\w.]*)['\"`(]|\b([^\W\d][\w.]*)\(\)")
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


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of the code's past, as far as it says where to look."""

    recent: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """Of the (path, qualified name) that the newest commits changed, how lately, between 0 and 1."""
    together: Callable[[str], Mapping[str, float]] = lambda _: {}
    """Given a test's file: the files that changed in the same commits, by how often."""


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
    """Words that its code shares with the failing test or the assertion, the rarest first."""
    named: tuple[str, ...] = ()
    """Words that its name shares with the test's."""
    hints: tuple[Hint, ...] = ()
    """What the error itself says about it, the weightiest first."""


def localise(
    failures: Sequence[Failure],
    names: Names,
    is_test: Callable[[str], bool],
    root: str = "",
    changed: frozenset[tuple[str, str]] = frozenset(),
    past: Past | None = None,
) -> tuple[list[Suspect], list[Scene]]:
    """The suspects, best first, and what was understood of each failing test (the parametrised cases of one as one).

    `changed` holds the (path, qualified name) of what changed since the tests last passed, where that is known.
    """
    known = Known(names.code.paths())
    scenes = [place(failure, names, known, is_test, root) for failure in _distinct(failures)]
    for scene in scenes:
        follow(scene, names, is_test)
    suspects = _candidates(scenes, names, is_test)
    _take_hints(suspects, scenes, names, is_test)
    _score(suspects, scenes, names, is_test)
    past = past or Past()
    together = _together(scenes, past, is_test)
    for suspect in suspects:
        suspect.features["together"] = together.get(suspect.path, 0.0)
        suspect.features["changed"] = 1.0 if (suspect.path, suspect.name) in changed else 0.0
        suspect.features["recent"] = past.recent.get((suspect.path, suspect.name), 0.0)
        suspect.score = sum(WEIGHTS.get(name, 0.0) * value for name, value in suspect.features.items())
    suspects.sort(key=lambda suspect: (-suspect.score, suspect.path, suspect.line))
    # Overloads and conditional definitions share a name; the best of them stands for all.
    distinct = {(suspect.path, suspect.name): suspect for suspect in reversed(suspects)}
    suspects = [suspect for suspect in suspects if distinct[suspect.path, suspect.name] is suspect]
    return suspects[:SUSPECTS_MAX], scenes


def _together(scenes: Sequence[Scene], past: Past, is_test: Callable[[str], bool]) -> dict[str, float]:
    """How often each file changed with the failing tests' files: for each of these, the most frequent 1."""
    paths: dict[str, None] = {}
    for scene in scenes:
        if scene.test is not None:
            paths[scene.test.path] = None
        paths.update(dict.fromkeys(path for _, path, _ in scene.frames if is_test(path)))
    known = [each for path in list(paths)[:TEST_FILES_MAX] if (each := past.together(path))]
    found: dict[str, float] = {}
    for shares in known:
        most = max(shares.values())
        for path, share in shares.items():
            found[path] = found.get(path, 0.0) + share / most / len(known)
    return found


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


def _candidates(scenes: Sequence[Scene], names: Names, is_test: Callable[[str], bool]) -> list[Suspect]:
    """Every function outside tests that was reached, stands in a frame, or lives in a file that the tests name."""
    nodes: dict[Node, None] = {}
    for scene in scenes:
        nodes.update(dict.fromkeys(node for _, _, node in scene.frames))
        nodes.update(dict.fromkeys(scene.reached.weight))
        for path in [*_tested_paths(scene, names), *_near_paths(scene)]:
            file = names.file(path)
            nodes.update(dict.fromkeys(Node(path, index) for index in range(len(file.facts.symbols) if file else 0)))
    suspects = []
    for node in nodes:
        if node.at == MODULE or is_test(node.path) or names.file(node.path) is None:
            continue
        if names.symbol(node).kind in ("function", "method"):
            suspects.append(_suspect(node, names))
    return suspects


def _near_paths(scene: Scene) -> list[str]:
    """The files of what is reached most surely: what names miss (dispatch by strings) is likely beside it."""
    best: dict[str, float] = {}
    for node, weight in scene.reached.weight.items():
        best[node.path] = max(weight, best.get(node.path, 0.0))
    return sorted(best, key=lambda path: -best[path])[:NEAR_FILES_MAX]


def _take_hints(suspects: list[Suspect], scenes: Sequence[Scene], names: Names, is_test: Callable[[str], bool]) -> None:
    """Gives each suspect what the errors say about it, and adds functions that only an error points at."""
    by_node = {suspect.node: suspect for suspect in suspects}
    for scene in scenes:
        for hint in hints(scene, names, is_test):
            suspect = by_node.get(hint.node)
            if suspect is None:
                suspect = _suspect(hint.node, names)
                by_node[hint.node] = suspect
                suspects.append(suspect)
            if all(hint.text != known.text for known in suspect.hints):
                suspect.hints = tuple(sorted((*suspect.hints, hint), key=lambda hint: -hint.weight))


def _suspect(node: Node, names: Names) -> Suspect:
    symbol = names.symbol(node)
    file = names.file(node.path)
    line = file.source.count(b"\n", 0, symbol.name_start) + 1 if file else 0
    return Suspect(node, node.path, symbol.qualname, line)


def _tested_paths(scene: Scene, names: Names) -> list[str]:
    """The files that a test is about, by its own file's name and by what its code imports or patches by a string."""
    if scene.test is None:
        return []
    found = dict.fromkeys(_patched(scene, names))
    stem = _about(scene)
    found.update(dict.fromkeys(_namesakes(stem, scene.test.path, names)))
    file = names.file(scene.test.path)
    for item in file.facts.imports if file else ():
        for dotted in (f"{item.module}.{item.name}" if item.name else item.module, item.module):
            path = names.code.module_path(dotted, scene.test.path)
            if path:
                if path in scene.failure.errors[-1].message:
                    found.setdefault(path)
                break
    return list(found)[:6]


def _about(scene: Scene) -> str:
    """What the test's file is about, by its name: `cart` for `test_cart.py`."""
    stem = _stem(scene.test.path) if scene.test else ""
    return stem.removeprefix("test_").removesuffix("_test").removesuffix("_tests").removeprefix("tests_")


def _namesakes(stem: str, test_path: str, names: Names) -> list[str]:
    """The files outside tests of that name; of several, those that share most folders with the test."""
    folders = set(test_path.split("/"))
    found = [path for path in names.code.paths() if stem and _stem(path) == stem and path != test_path]
    shared = {path: len(folders & set(path.split("/"))) for path in found}
    best = max(shared.values(), default=0)
    return [path for path in found if shared[path] == best][:NAMESAKES_MAX]


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
    literals = [set(_literals(names.text(suspect.node))) for suspect in suspects]
    held_rarity = _rarity([list(words) for words in literals])
    query = [_query(scene, names) for scene in scenes]
    titles = [_title(scene) for scene in scenes]
    for suspect, body, held in zip(suspects, bodies, literals, strict=True):
        features = suspect.features
        for scene in scenes:
            for name, value in _of_scene(suspect, scene, names, is_test, rarity).items():
                features[name] = features.get(name, 0.0) + value / len(scenes)
        lines = names.text(suspect.node).count("\n") + 1
        features["hint"] = max((hint.weight for hint in suspect.hints), default=0.0)
        features["size"] = min(1.0, math.log2(1 + lines) / 6)
        features["support"] = 1.0 if "test" in _stem(suspect.path) else 0.0
        features["trivial"] = 1.0 if lines <= 2 or _is_special(suspect.name) else 0.0
        callers = set().union(*(scene.reached.callers.get(suspect.node, set()) for scene in scenes))
        features["general"] = min(1.0, math.log2(1 + len(callers)) / 5)
        features["literal"] = sum(_overlap(list(scene.differing), held, held_rarity) for scene in scenes) / len(scenes)
        features["text"] = sum(_overlap(words, body, body_rarity) for words in query) / max(1, len(query))
        features["dense"] = sum(
            _shared_and_own(words, body, body_rarity, scene.common) for scene, words in zip(scenes, query, strict=True)
        ) / math.log2(4 + len(body))
        features["about"] = sum(_overlap(title, body, body_rarity) for title in titles) / max(1, len(titles))
        reached = features.get("reach", 0.0) > 0 or features.get("trace", 0.0) > 0
        features["unreached"] = 0.0 if reached else 1.0
        shared = {word for words in query for word in words if word in body}
        suspect.shared = tuple(sorted(shared, key=lambda word: (-body_rarity.get(word, 0.0), word))[:5])
    crashed = sum(1 for scene in scenes if any(not is_test(path) for _, path, _ in scene.frames)) / max(1, len(scenes))
    factor = 1.0 - (1.0 - WORDS_OF_CRASH) * crashed
    for name in ("text", "dense"):
        top = max((suspect.features[name] for suspect in suspects), default=0.0)
        for suspect in suspects:
            suspect.features[name] = factor * suspect.features[name] / top if top else 0.0
    for suspect in suspects:
        suspect.features["name"] *= factor


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
    test_words = [word for word in subwords(scene.failure.test.partition("[")[0]) if word not in _STOP]
    own = subwords(suspect.name) + subwords(_stem(suspect.path))
    suspect.named = suspect.named or tuple(word for word in dict.fromkeys(test_words) if word in own)
    about = _about(scene)
    return {
        "trace": trace,
        "reach": scene.reached.weight.get(node, 0.0),
        "specific": scene.specific.weight.get(node, 0.0),
        "statement": scene.direct.get(node, 0.0),
        "name": _overlap(test_words, set(own), rarity),
        "message": _named_in(scene.failure, suspect),
        "module": 1.0 if about and about == _stem(suspect.path) else 0.0,
    }


def _title(scene: Scene) -> list[str]:
    """The words of the test's own name."""
    name = scene.failure.test.partition("[")[0].rpartition(".")[2]
    return [word for word in subwords(name) if word not in _STOP]


def _named_in(failure: Failure, suspect: Suspect) -> float:
    """Whether the error's message names the function, or its class."""
    message = failure.errors[-1].message[:2000]
    found = {part for match in _QUOTED.finditer(message) for part in (match[1] or match[2]).split(".")}
    name = suspect.name.rpartition(".")[2]
    owner = suspect.name.rpartition(".")[0].rpartition(".")[2]
    return 1.0 if name in found else 0.5 if owner and owner in found else 0.0


def _literals(text: str) -> list[str]:
    """The words inside a function's string literals, docstrings included, as an assertion's values are cut."""
    return VALUE_WORD.findall(" ".join(strings(text)))


def _query(scene: Scene, names: Names) -> list[str]:
    """The words of a failure: its introspection, its parameters, its test's name and code."""
    words: Counter[str] = Counter()
    for line in scene.failure.details:
        words.update(_words(line))
    words.update(_words(scene.failure.test))
    if scene.test is not None and scene.test.at != MODULE:
        words.update(_words(f"{names.heading(scene.test)}\n{names.text(scene.test)}"))
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


def _shared_and_own(
    query: Sequence[str], words: set[str], rarity: dict[str, float], common: Mapping[str, float]
) -> float:
    """`_overlap`, by the words that the other tests of the file do not have."""
    weights = {word: rarity.get(word, 0.0) * (1.0 - common.get(word, 0.0)) for word in set(query)}
    total = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in words) / total if total else 0.0


def _is_special(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last.startswith("__") and last.endswith("__") and last not in ("__init__", "__call__", "__new__")


__all__ = ["WEIGHTS", "Scene", "Suspect", "localise"]
