"""The experiments of the sleep-time-compute paper (arXiv 2504.13171), run by the code that thinks in the product.

    python -m benchmarks.sleep_time --base-url URL --model NAME --data FOLDER --limit N

Reading order: `problems` and `code_questions` (what is asked), `texts` (thinking about it asleep), `questions` (asking
awake), `recording` (every call is kept, so a rerun pays nothing twice), `scoring` and `bootstrap` (what is right, and
how surely), `experiments` (one file each), `report` and `plots` (what is written). Measured figures: RESULTS.md.
"""
