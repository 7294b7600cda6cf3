"""Failures as JavaScript prints them: stack traces of Node and of browsers, and what Jest, Vitest, Mocha and node:test
write around them.

A stack has its innermost frame first; here frames go the other way round, as everywhere. Frames of `async` functions
are frames like others. Must not know files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from analyzers.evidence.failures import Error, Failure, Frame, Relation

FAILURES_MAX = 500
FRAMES_MAX = 400
MESSAGE_LINES_MAX = 60
"""What is kept of one error."""

LINE_CHARACTERS_MAX = 2_000
"""Longer lines are no frames."""

_PLACE = r"(?P<path>\S(?:.*?\S)??):(?P<line>\d+)(?::\d+)?"
_AT = r"^\s*at (?:async )?(?:new )?"
_FRAMES = (
    re.compile(rf"{_AT}(?P<name>[^\s(][^(]*?)(?: \[as [^\]]+\])? \((?:async )?{_PLACE}\)(?: \{{)?\s*$"),
    re.compile(rf"{_AT}(?P<name>){_PLACE}(?: \{{)?\s*$"),
    re.compile(rf"^\s*❯ (?P<name>[\w$.<>#]+(?: [\w$.<>#]+)?) {_PLACE}\s*$"),
    re.compile(rf"^\s*❯ (?P<name>){_PLACE}\s*$"),
    re.compile(rf"^\s*(?P<name>[^@\s(/:]*)@(?=\w+:|/){_PLACE}\s*$"),
)
"""Node and Chromium, with and without a name; Vitest; Firefox and Safari."""
_TAP_FRAMES = (
    re.compile(rf"^\s+(?P<name>[\w$.<>\[\]]+(?: [\w$.<>\[\]]+)*) \({_PLACE}\)\s*$"),
    re.compile(rf"^\s+(?P<name>)(?=file:|/|[A-Za-z]:\\){_PLACE}\s*$"),
)
_NO_PATH = re.compile(r"[\w\s]*")
_NATIVE = re.compile(
    r"^\s*at (?:async )?.+? \((?:<anonymous>|native|index \d+)\)\s*$|^\s*at (?:<anonymous>|new Promise.*)\s*$"
)
_ERROR = re.compile(
    r"^(?P<before>.*?(?:Uncaught |\(in promise\) |Unhandled\w*(?: \w+)*: |\[cause\]: )*)"
    r"(?P<type>[A-Z][\w$.]*(?:Error|Exception|Warning)|Error)(?: \[[\w ]+\])?(?:: (?P<message>.*)|\s*\{?)$"
)
_JEST_TITLE = re.compile(r"^\s*● (?P<title>.+)$")
_VITEST_TITLE = re.compile(
    r"^\s*(?:FAIL|×|❯)\s+(?:\|[^|]*\|\s+)?(?P<path>\S+\.[cm]?[jt]sx?) > (?P<title>.+?)(?:\s+\[[^\]]*\])?\s*$"
)
_FILE_TITLE = re.compile(r"^\s*FAIL\s+(?:\S+ )?(?P<path>\S+\.[cm]?[jt]sx?)(?:\s|$)")
_MOCHA_TITLE = re.compile(r"^\s{1,6}(?P<number>\d+)\) (?P<title>.+?)(?P<colon>:?)$")
_NODE_TITLE = re.compile(r"^\s*✖ (?P<title>.+?) \([\d.]+m?s\)\s*$")
_TAP_TITLE = re.compile(r"^\s*not ok \d+ - (?P<title>.+?)(?: # .*)?$")
_WRAPPED = re.compile(r"^\s*\[?Error \[ERR_TEST_FAILURE\]: .*?\{ cause: ")
"""What node:test puts around the error of a test."""
_CAUSE = re.compile(r"\[cause\]: |Caused by: ?|^\s*\[errors\]: ")
_COMPARED = re.compile(r"^\s*(?:Expected|Received|[-+] )")
_CODE_FRAME = re.compile(r"^\s*(?:>\s*)?\d+\s*\||^\s*\|")
_MARKED_CODE = re.compile(r"^\s*>\s*(?P<line>\d+)\s*\|(?P<source>.*)$")


@dataclass(slots=True)
class _Open:
    """One error while its lines are read."""

    type: str = ""
    message: list[str] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    relation: Relation = ""
    done: bool = False
    """Set at the first frame: what follows is no message."""

    def close(self) -> Error:
        while self.message and not self.message[-1].strip():
            self.message.pop()
        return Error(self.type, "\n".join(self.message), tuple(reversed(self.frames)), self.relation)


@dataclass(slots=True)
class _Section:
    """One failing test, or what is printed outside all of them, while it is read."""

    title: str = ""
    path: str = ""
    errors: list[Error] = field(default_factory=list)
    details: list[str] = field(default_factory=list)


def frame(line: str) -> Frame | None:
    """The frame that a line of a stack trace shows; None for any other line, and for what is built in."""
    return _frame(line, _FRAMES)


def place(printed: str) -> str:
    """A printed place as a path: without scheme, host, query and a bundler's own prefixes."""
    path = printed.removeprefix("async ")
    path = re.sub(r"^webpack-internal:///(?:\([\w-]+\)/)?|^webpack://(?:[^/]*/)?", "", path)
    path = re.sub(r"^https?://[^/]+/(?:@fs(?=/))?", "", path)
    path = re.sub(r"^file://(?:/(?=[A-Za-z]:))?", "", path)
    return path.partition("?")[0].removeprefix("./")


def failures(lines: Sequence[str]) -> list[Failure]:
    """Every failure printed in these lines; empty where they show no stack of JavaScript's."""
    if not any(frame(line) is not None or _TAP_TITLE.match(line) or _JEST_TITLE.match(line) for line in lines):
        return []
    found: list[Failure] = []
    for section in _sections(lines):
        if not section.errors:
            continue
        chain = tuple(section.errors)
        if section.title:
            found.append(Failure(chain, section.title, section.path, "call", tuple(section.details)))
            continue
        start = 0
        for end in range(1, len(chain) + 1):
            if end == len(chain) or not chain[end].relation:
                found.append(Failure(chain[start:end]))
                start = end
    # A runner may tell of a failure where it happens and again at its end.
    unique = {(each.test, each.errors[-1].type, each.errors[-1].message[:200], _last(each)): each for each in found}
    return list(unique.values())[:FAILURES_MAX]


def _last(failure: Failure) -> tuple[str, int]:
    frames = failure.errors[-1].frames
    return (frames[-1].path, frames[-1].line) if frames else ("", 0)


def _sections(lines: Sequence[str]) -> Iterator[_Section]:
    section, path = _Section(), ""
    body: list[str] = []
    titles: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        if match := _VITEST_TITLE.match(line):
            yield _filled(section, body)
            section, body = _Section(" ".join(match["title"].split(" > ")), match["path"]), []
        elif match := _FILE_TITLE.match(line):
            path = match["path"]
        elif match := _JEST_TITLE.match(line):
            yield _filled(section, body)
            section, body = _Section(" ".join(match["title"].split(" › ")).strip(), path), []
        elif (match := _MOCHA_TITLE.match(line)) and (read := _mocha_title(lines, index)) is not None:
            yield _filled(section, body)
            titles, index = read
            section, body = _Section(" ".join(titles), ""), []
        elif (match := _NODE_TITLE.match(line)) or (match := _TAP_TITLE.match(line)):
            yield _filled(section, body)
            section, body = _Section(match["title"], ""), []
        else:
            body.append(line)
        index += 1
    yield _filled(section, body)


def _mocha_title(lines: Sequence[str], index: int) -> tuple[list[str], int] | None:
    """The titles from the outermost group to the test, and the index of the last of their lines, which ends in `:`."""
    titles: list[str] = []
    for at in range(index, min(index + 12, len(lines))):
        text = lines[at].strip()
        if at == index:
            text = text.partition(") ")[2]
        if not text:
            return None
        titles.append(text.removesuffix(":"))
        if text.endswith(":"):
            return titles, at
    return None


def _filled(section: _Section, body: Sequence[str]) -> _Section:
    """Reads the errors in a section's lines."""
    current: _Open | None = None
    source, marked = "", 0
    for at, line in enumerate(body):
        if match := _MARKED_CODE.match(line):
            source, marked = match["source"].strip(), int(match["line"])
            continue
        found = frame(line) or (_tap_frame(body, at) if section.title else None)
        if found is not None:
            if current is None:
                current = _Open()
            if len(current.frames) < FRAMES_MAX:
                if found.line == marked and source and not current.frames:
                    found = Frame(found.path, found.line, found.function, source)
                current.frames.append(found)
            current.done = True
            continue
        if _NATIVE.match(line):
            continue
        match = _ERROR.match(_WRAPPED.sub("", line).strip())
        if match is not None and (current is None or current.done or not current.type):
            related = current is not None and _CAUSE.search(line) is not None
            if current is not None and (current.type or current.frames):
                section.errors.append(current.close())
            current = _Open(match["type"], [match["message"] or ""], relation="cause" if related else "")
        elif current is not None and current.type and not current.done and len(current.message) < MESSAGE_LINES_MAX:
            if not _CODE_FRAME.match(line):
                current.message.append(line.strip())
        elif current is None and section.title and line.strip() and not _CODE_FRAME.match(line):
            # An assertion's own words come without a type.
            current = _Open("", [line.strip()])
        if _COMPARED.match(line):
            section.details.append(line.strip())
    if current is not None and (current.type or current.frames or any(current.message)):
        section.errors.append(current.close())
    # A cause is printed after what it caused; everywhere else the last error is the one that left.
    if any(each.relation for each in section.errors):
        section.errors = _causes_first(section.errors)
    if section.errors and section.title:
        section.details += [line for line in section.errors[-1].message.split("\n")[1:] if line.strip()]
    return section


def _frame(line: str, patterns: Sequence[re.Pattern[str]]) -> Frame | None:
    if len(line) > LINE_CHARACTERS_MAX:
        return None
    for pattern in patterns:
        match = pattern.match(line)
        if match is not None and not _NO_PATH.fullmatch(match["path"]):
            name = match["name"].removeprefix("async ").removeprefix("new ").strip()
            return Frame(place(match["path"]), int(match["line"]), "" if "<anonymous>" in name else name)
    return None


def _tap_frame(body: Sequence[str], at: int) -> Frame | None:
    """A line under node:test's `stack: |-`."""
    found = _frame(body[at], _TAP_FRAMES)
    if found is None or not any(line.strip().startswith("stack:") for line in body[max(0, at - FRAMES_MAX) : at]):
        return None
    return found


def _causes_first(errors: list[Error]) -> list[Error]:
    """Chains turned round: the cause, then what it led to."""
    found: list[Error] = []
    chain: list[Error] = []
    for each in [*errors, None]:
        if each is None or not each.relation:
            turned = list(reversed(chain))
            found += [
                Error(it.type, it.message, it.frames, "cause" if place_ else "") for place_, it in enumerate(turned)
            ]
            chain = []
        if each is not None:
            chain.append(each)
    return found
