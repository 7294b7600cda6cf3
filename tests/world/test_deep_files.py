"""What the deep analysis reads of the disk beside the repository's own files."""

from __future__ import annotations

from pathlib import Path

from lsp_server.whole import analysed
from tests.world.world import write

PACKAGES = {
    "package.json": '{"workspaces": ["packages/*"]}',
    "packages/shop/package.json": '{"name": "shop"}',
    "packages/shop/node_modules/tree/package.json": '{"name": "tree", "types": "index.d.ts"}',
    "packages/shop/node_modules/tree/index.d.ts": "export function find(name: string): string | undefined;\n",
    "packages/shop/src/main.ts": "import { find } from 'tree';\nexport function first() { return find('a'); }\n",
}


def test_a_package_of_the_repository_may_have_packages_of_its_own_installed(tmp_path: Path) -> None:
    write(tmp_path, PACKAGES)
    records = {record.name: record for record in analysed(tmp_path).records("packages/shop/src/main.ts")}
    assert records["first"].returns_none == "sometimes"
