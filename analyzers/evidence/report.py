"""Failures out of whatever was pasted or piped: pytest's and unittest's output, plain tracebacks, logs around them.

Owns how a text is cut into failures. Each format's lines are read by its own module.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from analyzers import languages
from analyzers.evidence.failures import Error, Failure, Report
from analyzers.evidence.pytest_sections import CAPTURED, HEADING, SUMMARY, read_place, read_section
from analyzers.evidence.tracebacks import looks_like_frame, read_tracebacks, without_colours, without_stamps

TEXT_CHARACTERS_MAX = 8_000_000
"""Of a longer text the end is read, where runners put the failures."""
FAILURES_MAX = 500

_TITLE = re.compile(r"^={3,} (?P<title>.+?) ={3,}$")
_SECTIONS = ("FAILURES", "ERRORS")
_UNITTEST = re.compile(r"^(?:FAIL|ERROR): (?P<name>\S+)(?: \((?P<owner>[\w.<>]+)\))?(?P<rest>.*)$")
_RULE = re.compile(r"^[-=]{70}$")
_STARS = re.compile(r"^\*{70}$")
_RAN = re.compile(r"^Ran \d+ tests? in ")
_THREAD = re.compile(r"^(?:Exception in thread (?P<thread>[^:]+)|Task exception was never retrieved)")
_LOADER = ("unittest.loader._FailedTest", "unittest.loader.ModuleImportFailure", "unittest.suite._ErrorHolder")


def read_report(text: str) -> Report:
    """Every failure in the text, in order. A text without any gives an empty report."""
    notes = []
    if len(text) > TEXT_CHARACTERS_MAX:
        text = text[-TEXT_CHARACTERS_MAX:]
        notes.append(f"only the last {TEXT_CHARACTERS_MAX} characters were read")
    lines = without_stamps(without_colours(text).split("\n"))
    failures = _pytest_failures(lines) + _unittest_failures(lines)
    if not failures:
        failures = _of_languages(lines) or _doctest_failures(lines) or _plain_failures(lines)
    failures = _with_paths(failures, lines)
    if len(failures) > FAILURES_MAX:
        notes.append(f"{len(failures)} failures, the first {FAILURES_MAX} were read")
    return Report(tuple(failures[:FAILURES_MAX]), notes=tuple(notes))


def _of_languages(lines: Sequence[str]) -> list[Failure]:
    """What the runners and stack traces of other languages tell, where the text has no traceback of Python's."""
    if any(looks_like_frame(line) for line in lines):
        return []
    for language in languages.LANGUAGES:
        if language.failures is not None and (found := language.failures(lines)):
            return found
    return []


def _pytest_failures(lines: Sequence[str]) -> list[Failure]:
    """The failures under pytest's headings, also where the text starts in the middle of them."""
    failures: list[Failure] = []
    title = ""
    listed = False
    body: list[str] = []
    for line in lines:
        section = _TITLE.match(line)
        heading = HEADING.match(line) if not section else None
        if heading and len(line) < 12 + len(heading["title"]) and not _is_title(heading["title"]):
            heading = None
        if not (section or heading):
            if title or listed:
                body.append(line)
            continue
        if title:
            failures.append(read_section(title, body))
        elif listed:
            failures.extend(_one_a_line(body, lines))
        title, body = (heading["title"] if heading else ""), []
        listed = section is not None and section["title"] in _SECTIONS
    if title:
        failures.append(read_section(title, body))
    return [failure for failure in failures if failure.errors]


def _one_a_line(body: Sequence[str], lines: Sequence[str]) -> list[Failure]:
    """pytest's `--tb=line`: a place and an error for each failure, their tests in the same order in the summary."""
    groups = {_last_place(group): group for group in _chains(body, "")}
    ended = [match for line in lines if (match := SUMMARY.match(line.strip())) and match["test"] and match["message"]]
    failures = []
    for failure in _places(body):
        match = next((each for each in ended if _same_start(each["message"], failure.details[0])), None)
        if match is not None:
            ended.remove(match)
        # A group's traceback stands whole above its line.
        errors = groups.get(_last_place(failure), failure).errors
        test, path = (_dotted(match["test"]), match["path"]) if match is not None else ("", failure.path)
        failures.append(Failure(errors, test, path, "call", failure.details))
    return failures


def _last_place(failure: Failure) -> tuple[str, int]:
    """Where a failure's outermost error was raised."""
    last = failure.errors[0].frames[-1:]
    return (last[0].path, last[0].line) if last else ("", 0)


def _same_start(short: str, whole: str) -> bool:
    """Whether a summary's message, which may be cut, is the beginning of an error's."""
    return whole.startswith(short.removesuffix("..."))


def _is_title(text: str) -> bool:
    """Whether a heading's text names a test; short underlines also occur in what tests print."""
    return bool(re.match(r"(?:ERROR |[\w./]*test|[\w.]+\.[\w]+|\[?doctest)", text, re.IGNORECASE))


def _unittest_failures(lines: Sequence[str]) -> list[Failure]:
    failures: list[Failure] = []
    index = 0
    while index < len(lines):
        match = _UNITTEST.match(lines[index])
        if not match or index == 0 or not _RULE.match(lines[index - 1]):
            index += 1
            continue
        end = index + 1
        # The rule below the heading comes after an optional docstring; the next one ends the failure.
        while end < len(lines) and not _RULE.match(lines[end]):
            end += 1
        start = end + 1
        end = start
        while end < len(lines) and not (_RULE.match(lines[end]) and _ends(lines, end)):
            end += 1
        failures.append(_unittest_failure(match, lines[start:end]))
        index = max(end, index + 1)
    return failures


def _ends(lines: Sequence[str], index: int) -> bool:
    following = lines[index + 1] if index + 1 < len(lines) else ""
    return bool(not following or _UNITTEST.match(following) or _RAN.match(following))


def _unittest_failure(match: re.Match[str], body: Sequence[str]) -> Failure:
    errors = tuple(read_tracebacks(body))
    owner, name = match["owner"] or "", match["name"]
    if owner in _LOADER:
        return Failure(errors, name, "", "collect")
    if name in ("setUpClass", "setUpModule", "tearDownClass", "tearDownModule"):
        return Failure(errors, owner, "", "setup" if name.startswith("setUp") else "teardown")
    parts = owner.split(".")
    if parts and parts[-1] == name:
        parts.pop()
    test_class = parts[-1] if parts and parts[-1][:1].isupper() else ""
    module = parts[:-1] if test_class else parts
    test = f"{test_class}.{name}" if test_class else name
    path = "/".join(module) + ".py" if module and module != ["__main__"] else ""
    details = tuple(line for error in errors for line in error.message.split("\n") if line)
    return Failure(errors, test + match["rest"].strip(), path, "call", details)


def _doctest_failures(lines: Sequence[str]) -> list[Failure]:
    """What `python -m doctest` prints: where an example stands, what was expected, and what came."""
    failures = []
    for index, line in enumerate(lines):
        if line != "Failed example:" or index == 0 or not looks_like_frame(lines[index - 1]):
            continue
        (place,) = read_tracebacks([lines[index - 1]])
        end = next((at for at in range(index, len(lines)) if _STARS.match(lines[at])), len(lines))
        body = lines[index + 1 : end]
        details = tuple(each.strip() for each in body if each.strip())
        errors = read_tracebacks(body)
        if not errors and "Expected:" in body and "Got:" in body:
            wanted, came = (" ".join(_below(body, title)) for title in ("Expected:", "Got:"))
            errors = [Error("", f"expected {wanted}, got {came}", place.frames)]
        if errors:
            inner = Error(errors[-1].type, errors[-1].message, place.frames, errors[-1].relation)
            failures.append(Failure((*errors[:-1], inner), place.frames[-1].function, "", "call", details))
    return failures


def _below(lines: Sequence[str], title: str) -> list[str]:
    """The indented lines under a title."""
    found = []
    for line in lines[lines.index(title) + 1 :]:
        if not line.startswith("    "):
            break
        found.append(line.strip())
    return found


def _plain_failures(lines: Sequence[str]) -> list[Failure]:
    """Tracebacks without a test runner: each chain of exceptions is one failure."""
    failures: list[Failure] = []
    thread = ""
    start = 0
    for index, line in enumerate(lines):
        if match := _THREAD.match(line):
            failures.extend(_chains(lines[start:index], thread))
            thread, start = match["thread"] or "a task", index + 1
    failures.extend(_chains(lines[start:], thread))
    return failures or _bare_places(lines)


def _chains(lines: Sequence[str], thread: str) -> list[Failure]:
    chains: list[list[Error]] = []
    for error in read_tracebacks(lines):
        if error.relation and chains:
            chains[-1].append(error)
        else:
            chains.append([error])
    return [Failure(tuple(chain), thread=thread) for chain in chains]


def _bare_places(lines: Sequence[str]) -> list[Failure]:
    """pytest's `--tb=line`, its short frames without a heading, and its summary: all that is left of some logs."""
    body = [line for line in lines if not CAPTURED.match(line)]
    if any((place := read_place(line)) and place[0].function for line in body):
        failure = read_section("", body)
        return [failure] if failure.errors else []
    return _places(body) or [found for line in lines if (found := _summary_failure(line))]


def _places(body: Sequence[str]) -> list[Failure]:
    """Lines like `path:12: ValueError: text`, each a failure."""
    failures = []
    for line in body:
        if (place := read_place(line)) and place[1]:
            frame, text = place
            name, _, message = text.partition(": ")
            is_type = bool(re.fullmatch(r"[A-Za-z_][\w.]*", name))
            error = Error(name if is_type else "", message if is_type else text, (frame,))
            failures.append(Failure((error,), "", frame.path, "call", (text,)))
    return failures


def _summary_failure(line: str) -> Failure | None:
    match = SUMMARY.match(line.strip())
    if match is None:
        return None
    kind, _, message = (match["message"] or "").partition(": ")
    is_type = bool(re.fullmatch(r"[A-Za-z_][\w.]*", kind))
    error = Error(kind if is_type else "", message if is_type else match["message"] or "")
    return Failure((error,), _dotted(match["test"] or ""), match["path"], "call" if match["test"] else "collect")


def _dotted(test: str) -> str:
    """A node id's part after the file, as pytest's headings write it."""
    name, bracket, parameters = test.partition("[")
    return name.replace("::", ".") + bracket + parameters


def _with_paths(failures: list[Failure], lines: Sequence[str]) -> list[Failure]:
    """Each failure with its test's file, where the summary names it."""
    known: dict[str, str] = {}
    for line in lines:
        if (match := SUMMARY.match(line.strip())) and match["test"]:
            known.setdefault(_dotted(match["test"]).partition("[")[0], match["path"])
    return [
        failure
        if failure.path or not failure.test
        else Failure(
            failure.errors,
            failure.test,
            known.get(failure.test.partition("[")[0], ""),
            failure.phase,
            failure.details,
            failure.thread,
        )
        for failure in failures
    ]
