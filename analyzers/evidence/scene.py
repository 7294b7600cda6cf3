"""One failing test or traceback, placed in the workspace's code: its frames, its test, and what that reaches.

Owns which statements of a failing function count and how much. Must not score anybody.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from analyzers.evidence.code import Names, Node
from analyzers.evidence.failures import Failure, Frame
from analyzers.evidence.in_play import InPlay
from analyzers.evidence.lexing import assigns, mentions, statement_at, statements
from analyzers.evidence.paths import Known
from analyzers.evidence.reach import Reach, reach, targets
from analyzers.facts import MODULE

FIXTURE = 0.55
HELPER = 0.35
HEADING = 0.85
BEFORE = 0.6
FLOWS = 0.85
AFTER = 0.06
NAMESAKE = 0.5
"""What mentions weigh: in fixtures, in a test class's other methods and decorators, and in statements of the
failing function before the failing one, before it and feeding it, and after it; and the class that a test's is named
after."""
NAMESAKES_MAX = 3

_SETUP = frozenset(
    ["setUp", "setUpClass", "asyncSetUp", "setup", "setup_method", "setup_class", "setUpModule", "setup_module"]
)
SIBLINGS_MIN = 3
SIBLINGS_MAX = 200
"""Other tests of the failing test's file that it is compared with."""
DETAILS_MAX = 200
TITLED_FILES_MAX = 400
"""Test files that are searched for a title where no file was printed."""
_WORD = re.compile(r"[^\W\d]\w+")
_ABOUT_CLASS = re.compile(r"^[Tt]ests?_?|_?[Tt]est(?:s|_?[Cc]ases?)?$")
VALUE_WORD = re.compile(r"[\w-]{3,}")
_COMPARED = re.compile(r"(?:AssertionError: )?(?:assert )?(.+?) (?:==|!=|in|not in) (.+)")


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
    specific: Reach = field(default_factory=Reach)
    """The same by the names that the other tests of its file do not mention: what all mention leads everywhere."""
    common: dict[str, float] = field(default_factory=dict)
    """In what share of the other tests of its file a word stands."""
    differing: frozenset[str] = frozenset()
    """Words that only one of the expected and the actual value has."""
    in_play: InPlay = field(default_factory=InPlay)
    """Classes of which there are objects: named in the test and around it, or a frame's own."""


def place(failure: Failure, names: Names, known: Known, is_test: Callable[[str], bool], root: str = "") -> Scene:
    """Finds the frames and the test of a failure in the workspace."""
    scene = Scene(failure)
    for error in failure.errors:
        for frame in error.frames:
            path = known.find(frame.path, root)
            if path and (node := _frame_node(names, path, frame)):
                scene.frames.append((frame, path, node))
    test = failure.test.partition("[")[0].partition(" ")[0].partition("(")[0]
    titled = _titled(scene, names, known, is_test, root)
    if titled is not None:
        scene.test = titled
    elif test:
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
    scene.differing = differing(failure)
    return scene


def _titled(scene: Scene, names: Names, known: Known, is_test: Callable[[str], bool], root: str) -> Node | None:
    """The test whose title a runner printed, in the file that it printed or in any that may hold it."""
    failure = scene.failure
    if not failure.test:
        return None
    printed = known.find(failure.path, root) if failure.path else None
    paths = [printed] if printed else [path for _, path, _ in scene.frames if is_test(path)]
    if not paths:
        last = failure.test.split()[-1].encode()
        tests = [path for path in names.code.paths() if is_test(path)][:TITLED_FILES_MAX]
        paths = [path for path in tests if last in names.code.source(path)]
    return next((found for path in dict.fromkeys(paths) if (found := names.titled(path, failure.test))), None)


def differing(failure: Failure) -> frozenset[str]:
    """The words in which two compared values differ, from an assertion's diff or from its `==`."""
    removed: set[str] = set()
    added: set[str] = set()
    for line in failure.details[:DETAILS_MAX]:
        text = line.strip()
        if text.startswith("- "):
            removed.update(VALUE_WORD.findall(text))
        elif text.startswith("+ ") and not text.startswith("+  where"):
            added.update(VALUE_WORD.findall(text))
        elif match := _COMPARED.match(text):
            removed.update(VALUE_WORD.findall(match[1]))
            added.update(VALUE_WORD.findall(match[2]))
    return frozenset(removed ^ added)


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


def follow(scene: Scene, names: Names, is_test: Callable[[str], bool]) -> None:
    """Fills in what the failing test reaches, weighed by where in its code a name stands."""
    seeds: list[tuple[Node, float, Node | None]] = []
    total = len(scene.frames)
    if scene.test is not None and scene.test.at != MODULE:
        _give(names, scene.test)
    scene.in_play = _in_play(scene, names)
    for position, (frame, path, node) in enumerate(scene.frames):
        innermost = position == total - 1
        seeds.extend(_of_statements(scene, names, node, frame, innermost=innermost, in_test=is_test(path)))
        if not is_test(path):
            seeds.append((node, 1.0, None))
    test = scene.test
    if test is not None and test.at != MODULE:
        if not any(node == test for _, _, node in scene.frames):
            seeds.extend((target, weight * BEFORE, test) for target, weight in _mentioned(names, test, scene.in_play))
        seeds.extend(
            (target, HEADING * weight, test)
            for target, weight in _mentioned(names, test, scene.in_play, names.heading(test))
        )
        seeds.extend(_of_surroundings(names, test, scene.in_play))
    seeds = [seed for seed in seeds if seed[0] != seed[2]]
    scene.reached = scene.specific = reach(names, seeds, scene.in_play)
    scene.common = _common_words(names, test) if test is not None else {}
    if scene.common:
        scene.specific = reach(
            names,
            [
                (node, weight * (1.0 - scene.common.get(names.symbol(node).name, 0.0)), origin)
                for node, weight, origin in seeds
                if node.at != MODULE
            ],
            scene.reached.in_play,
        )


def _common_words(names: Names, test: Node) -> dict[str, float]:
    """In what share of the other tests of the file each word stands; nothing where there are too few of them."""
    file = names.file(test.path)
    others = [
        Node(test.path, at)
        for at, symbol in enumerate(file.facts.symbols if file else ())
        if symbol.kind in ("function", "method") and symbol.name.lower().startswith("test") and at != test.at
    ][:SIBLINGS_MAX]
    if len(others) < SIBLINGS_MIN:
        return {}
    counts: Counter[str] = Counter()
    for other in others:
        counts.update(set(_WORD.findall(names.text(other))))
    return {word: count / len(others) for word, count in counts.items()}


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
    for target, weight in _mentioned(names, node, scene.in_play, failing):
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
        for target, weight in _mentioned(names, node, scene.in_play, piece):
            seeds.append((target, factor * scale * weight, node))
    return seeds


def _of_surroundings(names: Names, test: Node, in_play: InPlay) -> list[tuple[Node, float, Node | None]]:
    """Seeds from what runs around a test: its fixtures by the names of its parameters, its class's set-up."""
    seeds: list[tuple[Node, float, Node | None]] = []
    for _, fixture in _fixtures(names, test):
        seeds.extend((target, FIXTURE * weight, test) for target, weight in _mentioned(names, fixture, in_play))
    seeds.extend((each, NAMESAKE, test) for each in _classes_named(names, test))
    owner = names.owner(test)
    file = names.file(test.path)
    if owner is None or file is None:
        return seeds
    for name, index in file.members.get(owner.at, {}).items():
        method = Node(test.path, index)
        if file.facts.symbols[index].kind not in ("function", "method") or name.startswith("test") or method == test:
            continue
        factor = FIXTURE if name in _SETUP else HELPER
        seeds.extend((target, factor * weight, test) for target, weight in _mentioned(names, method, in_play))
    return seeds


def _in_play(scene: Scene, names: Names) -> InPlay:
    """The classes of which there are objects before anything is followed."""
    found = InPlay()
    for _, _, node in scene.frames:
        if (owner := names.owner(node)) is not None:
            found.bring(names, [owner])
    test = scene.test
    if test is None or test.at == MODULE:
        return found
    found.bring(names, [*_classes_named(names, test), *names.given.get(test, {}).values()])
    for node in (test, *_set_up(names, test)):
        for mention in names.mentions(node):
            resolved = names.resolve(node, mention)
            if resolved is not None:
                found.bring(names, [resolved])
    return found


def _set_up(names: Names, test: Node) -> list[Node]:
    """What runs before a test in its class."""
    owner = names.owner(test)
    file = names.file(test.path)
    members = file.members.get(owner.at, {}) if file is not None and owner is not None else {}
    return [Node(test.path, index) for name, index in members.items() if name in _SETUP]


def _classes_named(names: Names, test: Node) -> list[Node]:
    """The classes that a test is about by its class's name: `Cart` for `TestCart`, `CartTests` and `test_Cart`."""
    owner = names.owner(test)
    written = names.symbol(owner).name if owner is not None else ""
    name = _ABOUT_CLASS.sub("", written)
    if not name or name == written:
        return []
    found = []
    for path in names.code.paths_defining(name)[:NAMESAKES_MAX]:
        node = names.named(path, name)
        if node is not None and node != owner and names.symbol(node).kind == "class":
            found.append(node)
    return found


def _give(names: Names, test: Node) -> None:
    """Tells of which class the objects are that a test's fixtures give it."""
    given = names.given.setdefault(test, {})
    for name, fixture in _fixtures(names, test):
        if kind := names.result(fixture):
            given[name] = kind


def _fixtures(names: Names, test: Node) -> Iterator[tuple[str, Node]]:
    """A test's parameters, with the fixture that gives each."""
    for parameter in names.symbol(test).parameters:
        name = parameter.strip("*").partition(":")[0].partition("=")[0].strip()
        if fixture := _fixture(names, test, name):
            yield name, fixture


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


def _mentioned(names: Names, node: Node, in_play: InPlay, text: str | None = None) -> list[tuple[Node, float]]:
    """What a piece of the node's code mentions; dotted names inside strings (`patch("a.b.c")`) count a little."""
    found: dict[Node, float] = {}
    for mention in names.mentions(node) if text is None else mentions(text):
        for target, weight in targets(names, node, mention, in_play):
            found[target] = max(weight, found.get(target, 0.0))
    return list(found.items())
