"""What touches the world: the protocol, files, git, processes, stores.

Reading order: `cli` (how it is started), `server` and `features` (one file for each LSP method), `session` (what the
server knows), `channel` and `children` (how the processes talk and end), `sleeper` (watches, analyses, writes),
`store` (the index and the journal).
"""

__version__ = "0.1.0"
