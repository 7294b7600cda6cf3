"""Which functions a failing test reaches, and how surely: best-first over what each function's code mentions.

Shallow on purpose: names are resolved as `code` can, an unknown receiver means every method of that name, weighed by
how many there are. Must not know failures or scores; the seeds bring the weights.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from analyzers.evidence.code import Names, Node
from analyzers.evidence.in_play import InPlay
from analyzers.evidence.lexing import Mention, strings
from analyzers.facts import MODULE

NODES_MAX = 1200
"""Functions that are looked into; beyond them only the way there is known."""
FILES_MAX = 150
"""Files whose facts are read while following names."""
WEIGHT_MIN = 0.01
CANDIDATES_MAX = 12
"""A method name with more definitions than this says nothing about which is meant."""

CALL = 0.86
"""A step along a name that was resolved."""
NESTED = 0.95
CONSTRUCT = 0.9
SPECIAL = 0.3
"""A class's operators and other special methods, which run without being named."""
IN_BODY = 0.5
"""What a class's body names."""
OVERRIDE = 0.7
GUESS = 0.5
COMMON_GUESS = 0.1
"""A method by its name alone, and one whose name is also a built-in type's."""

IN_PLAY = 0.9
IN_PLAY_GUESS = 0.6
OUT_OF_PLAY = 0.4
"""An override, and a method by its name, in a class of which the code reached so far makes objects; and how much less
those of other classes count where there is one."""

DISPATCHED_MIN = 0.15
DISPATCHED_MAX = 300

_PREFIX = re.compile(r"([a-z]\w*_)(?:%s|\{|$)", re.IGNORECASE)
_BUILTIN_METHODS = frozenset(
    name for kind in (str, bytes, list, dict, set, int, float, re.Pattern, re.Match) for name in dir(kind)
) | {
    # Of files, paths and threads, whose types are not imported here: this package touches no file.
    *("close", "exists", "flush", "is_alive", "mkdir", "name", "open", "put", "read", "readline", "readlines", "recv"),
    *("resolve", "result", "run", "seek", "send", "start", "stat", "tell", "touch", "unlink", "wait", "write"),
}


@dataclass(slots=True)
class Reach:
    """What is reached: each node's weight, its distance in calls and the node that it was reached from."""

    weight: dict[Node, float] = field(default_factory=dict)
    distance: dict[Node, int] = field(default_factory=dict)
    parent: dict[Node, Node] = field(default_factory=dict)
    callers: dict[Node, set[Node]] = field(default_factory=dict)
    """Which reached nodes mention a node, for its generality."""
    in_play: InPlay = field(default_factory=InPlay)
    """The classes that reached code mentions by name."""

    def way(self, node: Node) -> list[Node]:
        """The nodes on the best way to a node, the first reached first."""
        way = [node]
        while node in self.parent and self.parent[node] not in way:
            node = self.parent[node]
            way.append(node)
        return way[::-1]


def reach(names: Names, seeds: Iterable[tuple[Node, float, Node | None]], in_play: InPlay | None = None) -> Reach:
    """Follows (node, weight, from) seeds, the weightiest first, until nothing weighs anything or limits are met."""
    found = Reach(in_play=InPlay(in_play))
    heap: list[tuple[float, int, int, Node, Node | None]] = []
    order = 0
    for node, weight, origin in seeds:
        heapq.heappush(heap, (-weight, order, 1, node, origin))
        order += 1
        found.in_play.bring(names, [node])
    looked_into = 0
    while heap and looked_into < NODES_MAX:
        negative, _, distance, node, origin = heapq.heappop(heap)
        if origin is not None:
            found.callers.setdefault(node, set()).add(origin)
        if node in found.weight:
            continue
        weight = -negative
        found.weight[node] = weight
        found.distance[node] = distance
        if origin is not None:
            found.parent[node] = origin
            if origin.at == MODULE or names.symbol(origin).kind != "class":
                found.in_play.bring(names, [node])
        looked_into += node.at == MODULE or names.symbol(node).kind not in ("field", "variable")
        names.reads_more = len(names.read) < FILES_MAX
        for target, factor in expand(names, node, found.in_play):
            following = weight * factor
            if following >= WEIGHT_MIN and target != node:
                heapq.heappush(heap, (-following, order, distance + 1, target, node))
                order += 1
    names.reads_more = True
    return found


def expand(names: Names, node: Node, in_play: InPlay) -> list[tuple[Node, float]]:
    """What one node leads to, with how likely that is."""
    if node.at == MODULE or names.file(node.path) is None:
        return []
    symbol = names.symbol(node)
    found: dict[Node, float] = {}
    if symbol.kind == "class":
        found.update(_of_class(names, node))
    registered = [other for other in names.decorated.get(symbol.name, ()) if _registers(names, other, node)]
    for other in registered[:DISPATCHED_MAX]:
        _add(found, other, max(DISPATCHED_MIN, GUESS / len(registered) ** 0.5))
    if symbol.kind == "class":
        return list(found.items())
    file = names.file(node.path)
    for child in file.children.get(node.at, ()) if file else ():
        if file and file.facts.symbols[child].kind in ("function", "class"):
            _add(found, Node(node.path, child), NESTED)
    for mention in names.mentions(node):
        for target, factor in targets(names, node, mention, in_play):
            _add(found, target, CALL * factor)
        if mention.name == "getattr":
            for target, factor in _dispatched(names, node, in_play):
                _add(found, target, factor)
    return list(found.items())


def _registers(names: Names, decorated: Node, registry: Node) -> bool:
    """Whether a decoration `@registry.register` means this registry."""
    if names.symbol(registry).kind == "field":
        return False
    scope = Node(decorated.path, names.symbol(decorated).parent)
    return names.resolve(scope, Mention(names.symbol(registry).name, 0)) == registry


def _dispatched(names: Names, node: Node, in_play: InPlay) -> list[tuple[Node, float]]:
    """Methods that `getattr(self, "visit_" + name)` may mean: those with that prefix in the files read so far."""
    found: list[Node] = []
    for text in strings(names.text(node)):
        match = _PREFIX.match(text)
        if match:
            for path in names.read:
                file = names.file(path)
                for index, symbol in enumerate(file.facts.symbols if file else ()):
                    if symbol.kind == "method" and symbol.name.startswith(match[1]) and symbol.name != match[1]:
                        found.append(Node(path, index))
    playing = [target for target in found if names.owner(target) in in_play.classes]
    likely = max(DISPATCHED_MIN, GUESS / max(1, len(playing) or len(found)) ** 0.5)
    return [
        (target, likely if not playing or target in playing else DISPATCHED_MIN * OUT_OF_PLAY)
        for target in (playing + [each for each in found if each not in playing])[:DISPATCHED_MAX]
    ]


def targets(names: Names, node: Node, mention: Mention, in_play: InPlay) -> list[tuple[Node, float]]:
    """The nodes that a mention in the code of `node` can mean, with how likely each is."""
    resolved = names.resolve(node, mention)
    if resolved is not None:
        if resolved.at == MODULE:
            return []
        return [(resolved, 1.0), *_overriding(names, resolved, in_play)]
    head, _, name = mention.name.rpartition(".")
    if not head and not mention.after:
        return []
    candidates = names.defining(name)
    playing = in_play.named(name)
    if len(candidates) > CANDIDATES_MAX:
        candidates = ()
    if len(playing) > CANDIDATES_MAX:
        playing = []
    if not candidates and not playing:
        return _of_head(names, node, head) if head else []
    guess = COMMON_GUESS if name in _BUILTIN_METHODS else GUESS
    scale = 1.0 if mention.called else 0.5
    weights = {candidate: scale * guess / len(candidates) ** 0.5 for candidate in candidates}
    own = [candidate for candidate in candidates if candidate.path == node.path]
    for candidate in own:
        weights[candidate] = scale * guess / len(own) ** 0.5
    if playing:
        for candidate in weights:
            weights[candidate] *= OUT_OF_PLAY
        for candidate in playing:
            weights[candidate] = scale * (guess + IN_PLAY_GUESS) / 2 / len(playing) ** 0.5
    return [*weights.items(), *(_of_head(names, node, head) if head else [])]


def _of_head(names: Names, node: Node, dotted: str) -> list[tuple[Node, float]]:
    """What the known part of a dotted name leads to: `settings.load().x` reads `settings.load` in any case."""
    while dotted and dotted not in ("self", "cls", "super()"):
        resolved = names.resolve(node, Mention(dotted, 0))
        if resolved is not None:
            return [(resolved, 1.0)] if resolved.at != MODULE else []
        dotted = dotted.rpartition(".")[0]
    return []


def _of_class(names: Names, node: Node) -> list[tuple[Node, float]]:
    """Mentioning a class runs its constructor, here or in a base, and makes its special methods possible."""
    found: dict[Node, float] = {}
    for name in ("__init__", "__new__", "__post_init__", "__call__", "__enter__", "__exit__"):
        if method := names.method(node, name):
            _add(found, method, CONSTRUCT if name in ("__init__", "__new__", "__post_init__") else 2 * SPECIAL)
    file = names.file(node.path)
    for name, index in file.members.get(node.at, {}).items() if file else ():
        kind = file.facts.symbols[index].kind if file else ""
        if kind in ("function", "method"):
            _add(found, Node(node.path, index), SPECIAL if name.startswith("__") else 0.5 * SPECIAL)
    for base in names.bases(node):
        _add(found, base, SPECIAL)
    # Validators, factories and defaults that stand in a class's body.
    for mention in names.mentions(node):
        resolved = names.resolve(node, mention)
        if resolved is not None and resolved.at != MODULE and resolved != node:
            _add(found, resolved, IN_BODY)
    return list(found.items())


def _overriding(names: Names, node: Node, in_play: InPlay) -> list[tuple[Node, float]]:
    """Methods that override a resolved one, by name and by the names of the bases of their classes."""
    symbol = names.symbol(node)
    owner = names.owner(node)
    if symbol.kind != "method" or owner is None or symbol.name.startswith("__"):
        return []
    owner_name = names.symbol(owner).name
    playing = []
    for candidate in in_play.named(symbol.name):
        other = names.owner(candidate)
        if other is not None and owner in names.ancestors(other):
            playing.append(candidate)
    found = []
    for candidate in names.defining(symbol.name):
        other = names.owner(candidate)
        if candidate == node or other is None or candidate in playing:
            continue
        if any(base.rpartition(".")[2] == owner_name for base in names.symbol(other).bases):
            found.append(candidate)
    scale = OVERRIDE * (OUT_OF_PLAY if playing else 1.0)
    return [
        *((candidate, IN_PLAY / len(playing) ** 0.5) for candidate in playing),
        *((candidate, scale / len(found) ** 0.5) for candidate in found[:CANDIDATES_MAX]),
    ]


def _add(found: dict[Node, float], node: Node, factor: float) -> None:
    found[node] = max(factor, found.get(node, 0.0))
