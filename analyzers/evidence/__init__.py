"""What happened outside the source: tracebacks, test reports, coverage, history. Text and values in, values out.

Reading order: `failures` (the values), `tracebacks` (Python's own format), `pytest_sections` and `report` (what test
runners print), `junit`, `last_failed`, `coverage` and `run_record` (what they leave behind), `paths` (whose file a
printed path means), `localise` (from a failure to ranked suspects).
"""
