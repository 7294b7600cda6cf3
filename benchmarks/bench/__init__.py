"""How fast Forethought is on Django: `make bench` prints a table and writes it as JSON.

Times that depend on the machine are also given as ratios to parsing alone, in the same run on the same cores.
`parsing` measures the yardstick, `cold` and `warm` the command line, `editor` the server as an editor sees it,
`report` lays out.
"""
