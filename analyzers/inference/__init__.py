"""Inference: facts of many files become a graph and summaries, by running each body on sets of values.

Each function's body is interpreted over what its names may hold: functions, classes, instances, containers, None. What
flows between bodies goes through cells; a body runs again when a cell that it has read gains a value, until nothing
changes. The result says who calls whom, what each function returns, raises and changes.

Reading order: `values` (what a name may hold), `cells` (how values flow between bodies), `scopes` (modules, classes
and bodies), `program` (the files and the worklist), `frame` (one run of one body: statements), `expressions`, `calls`,
`attributes`, `protocols` (what syntax calls), `declarations`, `library` (what calls outside the repository do),
`escapes` (which exceptions leave), `summaries` (the records).
"""
