"""JUnit XML, as pytest and others write it, into failures.

The file comes from a repository, so nothing in it is expanded or fetched: a document type declaration, where entities
would be declared, is refused before the parser sees it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from analyzers import languages
from analyzers.evidence.failures import Error, Failure, Report
from analyzers.evidence.pytest_sections import read_section

XML_CHARACTERS_MAX = 64_000_000
Suites = tuple[ElementTree.Element, ...]
_DECLARATIONS = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def read_junit(text: str) -> Report:
    """The failures of a JUnit report; what is not such a report gives none and a note."""
    if len(text) > XML_CHARACTERS_MAX:
        return Report(notes=(f"longer than {XML_CHARACTERS_MAX} characters: not read",))
    if _DECLARATIONS.search(text):
        return Report(notes=("declares a document type: not read",))
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        return Report(notes=(f"not well-formed XML: {error}",))
    failures: list[Failure] = []
    passed: list[tuple[str, str]] = []
    for case, suites in _cases(root):
        failed = [(kind, element) for kind in ("failure", "error") for element in case.findall(kind)]
        failures += [_failure(case, suites, element, kind) for kind, element in failed]
        if not failed and case.find("skipped") is None:
            passed.append(_named(case, suites))
    return Report(tuple(failures), tuple(passed))


def _cases(root: ElementTree.Element) -> Iterator[tuple[ElementTree.Element, tuple[ElementTree.Element, ...]]]:
    """Every case with the suites around it, the outermost first."""
    waiting: list[tuple[ElementTree.Element, tuple[ElementTree.Element, ...]]] = [(root, ())]
    while waiting:
        element, around = waiting.pop()
        if element.tag == "testcase":
            yield element, around
            continue
        within = (*around, element) if element.tag == "testsuite" else around
        waiting += [(child, within) for child in reversed(element)]


def _named(case: ElementTree.Element, suites: Suites) -> tuple[str, str]:
    """(path, test); runners that name no file are taken to name modules as pytest does."""
    name = case.get("name", "")
    written = [case.get("file"), case.get("classname"), *(each.get("file") or each.get("name") for each in suites)]
    paths = [each for each in written if each and (language := languages.for_path(each)) and language.title]
    if paths:
        return paths[0], _titles(case, suites, paths)
    parts = case.get("classname", "").split(".")
    inside = next((at for at, part in enumerate(parts) if part[:1].isupper()), len(parts))
    path = case.get("file") or ("/".join(parts[:inside]) + ".py" if parts[0] and inside else "")
    return path, ".".join([*parts[inside:], name])


def _titles(case: ElementTree.Element, suites: Suites, paths: Sequence[str] = ()) -> str:
    """A test's title after those of its groups, whichever attributes the runner has them in."""
    titles = ""
    own = case.get("name", "").replace(" > ", " ")
    for each in (*(suite.get("name", "") for suite in suites), case.get("classname", "")):
        # Runners repeat themselves: a class's name may hold the test's, and a test's all the others.
        known = not each or each in paths or each == "test" or each in titles or each in own or own in each
        titles += "" if known else f"{each} "
    return titles + own


def _failure(case: ElementTree.Element, suites: Suites, element: ElementTree.Element, kind: str) -> Failure:
    path, test = _named(case, suites)
    body = (element.text or "").replace("\r\n", "\n")
    message = element.get("message", "")
    read = read_section(test, body.split("\n"))
    if not any(error.frames for error in read.errors) and (told := _of_languages(body.split("\n"))):
        # The name of a class that is no module's is a group's title.
        language = languages.for_path(path)
        path = path if language is not None and language.title is not None else ""
        details = tuple(line for line in told[-1].errors[-1].message.split("\n")[1:] if line.strip())
        return Failure(told[-1].errors, _titles(case, suites, [path]), path, "call", details)
    errors = read.errors or (Error(*_split(message)),)
    details = read.details or tuple(message.split("\n"))
    phase = read.phase
    if kind == "error" and "setup" in message[:40]:
        phase = "setup"
    elif kind == "error" and "teardown" in message[:40]:
        phase = "teardown"
    elif kind == "error" and "collection" in message[:40]:
        phase = "collect"
    return Failure(errors, test, path, phase, details)


def _of_languages(lines: Sequence[str]) -> list[Failure]:
    for language in languages.LANGUAGES:
        if language.failures is not None and (found := language.failures(lines)):
            return found
    return []


def _split(message: str) -> tuple[str, str]:
    kind, colon, rest = message.partition(": ")
    return (kind, rest) if colon and re.fullmatch(r"[\w.]+", kind) else ("", message)
