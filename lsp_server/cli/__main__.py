"""`python -m lsp_server.cli` is `forethought`."""

from lsp_server.cli import main

main()
