"""`python -m benchmarks.fault_localisation --data BUGS.jsonl --repo CLONE`: first 1, 3, 5 and 10, function level.

For each bug the buggy commit is checked out into a scratch clone (the failing test's file comes from the fixing
commit, as the test came with the fix), `explain` is given the test's recorded output, and a bug counts as found at k
when one of the first k suspects is a function that the fix changed. Nothing of the repository is run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from lsp_server.explain import explain

CUTS = (1, 3, 5, 10)
PEERS = (
    ("Ochiai, running every test under coverage (32 bugs)", (0.531, 0.906, 0.938, 1.0)),
    ("names, imports and frames alone (75 bugs)", (0.613, 0.760, 0.760, 0.800)),
)
"""What others reach on bugs of this kind, as the project's issue on evidence states them."""

DATA_HELP = """one bug a line: project, bug, buggy_commit, fixed_commit, test_file (several joined by ;), output,
gold_functions as [path, qualified name] pairs. The bugs are BugsInPy's (github.com/soarsmu/BugsInPy); the outputs come
from running its failing tests"""


def main() -> int:
    """Measures and prints; returns an exit code."""
    options = _options()
    bugs = [json.loads(line) for line in options.data.read_text("utf-8").splitlines() if line.strip()]
    if options.bug:
        bugs = [bug for bug in bugs if bug["bug"] == options.bug]
    with tempfile.TemporaryDirectory(prefix="forethought-bugs-") as scratch:
        clone = Path(scratch) / "clone"
        _git(None, "clone", "--quiet", "--shared", "--no-checkout", str(options.repo.resolve()), str(clone))
        results = [_measure(bug, clone) for bug in bugs]
    if options.json:
        print(json.dumps({"results": results, "shares": _shares(results), "peers": dict(PEERS)}, indent=2))
    else:
        _print_table(results)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fault_localisation", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="FILE", help=DATA_HELP)
    parser.add_argument("--repo", type=Path, required=True, metavar="CLONE", help="a git clone of the bugs' project")
    parser.add_argument("--bug", type=int, default=0, metavar="N", help="only this bug")
    parser.add_argument("--json", action="store_true", help="print JSON for a program to read")
    return parser.parse_args()


def _measure(bug: dict[str, Any], clone: Path) -> dict[str, Any]:
    """The rank of the first suspect that the fix changed; 0 where none of those shown is."""
    _git(clone, "checkout", "--quiet", "--force", "--detach", bug["buggy_commit"])
    _git(clone, "clean", "-fdxq")
    for path in bug["test_file"].split(";"):
        _git(clone, "checkout", "--quiet", bug["fixed_commit"], "--", path)
    started = time.perf_counter()
    suspects = explain(clone, bug["output"]).suspects
    seconds = time.perf_counter() - started
    changed = {tuple(pair) for pair in bug["gold_functions"]}
    ranks = [rank for rank, suspect in enumerate(suspects, 1) if (suspect.path, suspect.name) in changed]
    return {
        "project": bug["project"],
        "bug": bug["bug"],
        "rank": min(ranks, default=0),
        "seconds": round(seconds, 3),
        "first": f"{suspects[0].path}:{suspects[0].name}" if suspects else "",
        "changed": [":".join(pair) for pair in sorted(changed)],
    }


def _shares(results: list[dict[str, Any]]) -> dict[str, float]:
    count = max(1, len(results))
    return {str(cut): round(sum(1 for each in results if 0 < each["rank"] <= cut) / count, 3) for cut in CUTS}


def _print_table(results: list[dict[str, Any]]) -> None:
    for each in results:
        if each["rank"] != 1:
            print(
                f"{each['project']} {each['bug']}: rank {each['rank'] or '-'}; first {each['first']}; {each['changed']}"
            )
    seconds = [each["seconds"] for each in results] or [0.0]
    print(f"{len(results)} bugs, median {statistics.median(seconds):.2f} s, slowest {max(seconds):.2f} s\n")
    print(f"{'':52}" + "".join(f"{f'@{cut}':>8}" for cut in CUTS))
    shares = _shares(results)
    print(f"{'forethought explain, running nothing':52}" + "".join(f"{shares[str(cut)]:8.3f}" for cut in CUTS))
    for name, values in PEERS:
        print(f"{name:52}" + "".join(f"{value:8.3f}" for value in values))


def _git(folder: Path | None, *arguments: str) -> None:
    where = ["-C", str(folder)] if folder else []
    safe = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "advice.detachedHead=false"]
    subprocess.run(["git", *where, *safe, *arguments], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
