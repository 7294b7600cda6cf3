"""Hovers sampled at random from real packages and judged line by line against the source.

`python -m benchmarks.hover_review sample ROOT --count 50 --seed N` analyses a folder as the sleeper would and prints
what a hover shows, beside the source. With `--sheet FILE` it also writes the lines down, to be judged there. The judged
sheets are kept in this folder, each saying who judged it; `python -m benchmarks.hover_review summary` counts them, and
README.md says what came out.
"""
