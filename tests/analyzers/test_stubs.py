"""Which stub a name means, and which parts of it apply."""

from __future__ import annotations

import pytest

from analyzers.languages.python.stubs import StubIndex, Target, decide, parse_versions

LINUX = Target((3, 12), "linux")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("sys.version_info >= (3, 11)", True),
        ("sys.version_info >= (3, 12)", True),
        ("sys.version_info < (3, 12)", False),
        ("sys.version_info > (3, 12)", True),
        ("sys.version_info[0] == 3", True),
        ("sys.version_info[:2] == (3, 12)", True),
        ("sys.version_info[0] < 3", False),
        ("sys.version_info >= (3,)", True),
        ("sys.platform == 'win32'", False),
        ("sys.platform != 'win32' and sys.version_info >= (3, 13)", False),
        ("sys.platform == 'darwin' or sys.platform == 'linux'", True),
        ("sys.platform.startswith('linux')", True),
        ("not TYPE_CHECKING", False),
        ("typing.TYPE_CHECKING", True),
        ("os.name == 'nt'", False),
        ("os.name == 'nt' and something()", False),
        ("something() and sys.platform == 'linux'", None),
        ("DEBUG", None),
        ("sys.version_info >= 3", None),
        ("not valid python(", None),
    ],
)
def test_a_condition_is_decided(condition: str, expected: bool | None) -> None:
    assert decide(condition, LINUX) is expected


def test_modules_of_the_target() -> None:
    versions = "# comment\nasyncio: 3.4-\nasyncio.timeouts: 3.11-\nimp: 3.0-3.11\n\nnew: 3.14-  # later\n"
    files = dict.fromkeys(
        ("asyncio/__init__.pyi", "asyncio/timeouts.pyi", "imp.pyi", "new.pyi", "builtins.pyi", "VERSIONS"), b"text"
    )
    index = StubIndex(files, files.get, LINUX, versions)
    assert sorted(index.names()) == ["asyncio", "asyncio.timeouts", "builtins"]
    module = index.find("asyncio.timeouts")
    assert module is not None
    assert index.read(module) == b"text"
    assert index.find("imp") is None


def test_malformed_versions_are_passed_over() -> None:
    assert parse_versions("a\nb: \nc: x-y\nd: 3.1-3.2") == {"d": ((3, 1), (3, 2))}
