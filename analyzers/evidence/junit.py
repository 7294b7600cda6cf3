"""JUnit XML, as pytest and others write it, into failures.

The file comes from a repository, so nothing in it is expanded or fetched: a document type declaration, where entities
would be declared, is refused before the parser sees it.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from analyzers.evidence.failures import Error, Failure, Report
from analyzers.evidence.pytest_sections import read_section

XML_CHARACTERS_MAX = 64_000_000
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
    for case in root.iter("testcase"):
        failed = [(kind, element) for kind in ("failure", "error") for element in case.findall(kind)]
        failures += [_failure(case, element, kind) for kind, element in failed]
        if not failed and case.find("skipped") is None:
            passed.append(_named(case))
    return Report(tuple(failures), tuple(passed))


def _named(case: ElementTree.Element) -> tuple[str, str]:
    """(path, test); runners without a `file` attribute are taken to name modules as pytest does."""
    name = case.get("name", "")
    parts = case.get("classname", "").split(".")
    inside = next((at for at, part in enumerate(parts) if part[:1].isupper()), len(parts))
    path = case.get("file") or ("/".join(parts[:inside]) + ".py" if parts[0] and inside else "")
    return path, ".".join([*parts[inside:], name])


def _failure(case: ElementTree.Element, element: ElementTree.Element, kind: str) -> Failure:
    path, test = _named(case)
    body = (element.text or "").replace("\r\n", "\n")
    message = element.get("message", "")
    read = read_section(test, body.split("\n"))
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


def _split(message: str) -> tuple[str, str]:
    kind, colon, rest = message.partition(": ")
    return (kind, rest) if colon and re.fullmatch(r"[\w.]+", kind) else ("", message)
