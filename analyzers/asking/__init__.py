"""Asking: what a question in a person's own words is about, and which kind of question it is.

Reading order: `routing` puts a question's anchors and kinds together and decides whether they are clear enough.
"""
