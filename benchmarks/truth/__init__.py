"""How right the Python analysis is, measured against what programs did when they ran.

`score` judges an export against a recording, `callgraph` judges call graphs against expected ones, `recorder` is the
pytest plugin that makes recordings, `peers` says what others reach, and `python -m benchmarks.truth` runs it all.
"""
