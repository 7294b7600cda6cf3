"""What source text says: values in, values out.

Nothing here opens a file, reads a clock, starts a thread or knows the language server protocol; this package can be
wrong but cannot fail. Reading order: `text` (positions), `syntax` (trees), `facts` (what one blob says), `languages`
(how a language's trees become facts), `graph` (facts of many files, linked), `records` (what is prepared for each
symbol), `questions` (how a record answers a developer's question).
"""
