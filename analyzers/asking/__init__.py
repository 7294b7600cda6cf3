"""Asking: what a question in a person's own words is about, and which kind of question it is.

Reading order: `words` cuts a question into words and things that look like code, `lexicon` says which kinds its words
speak of, `names` finds names that were typed wrongly or half remembered, `literals` the texts that a program says,
`anchors` weighs the symbols that may be meant, and `routing` decides what to do.
"""
