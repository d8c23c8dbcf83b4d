"""What was said where: search and corpus linguistics over the transcripts of a corpus.

A search asks the index (``index``, SQLite's FTS5) which recordings answer, and makes a line of each match. ``indexed`` brings the
index up to date with the ledger first, and says which recordings are meant. ``concordance`` is the pure part: the query language, terms,
lines, n-grams and the formulas. ``translated`` gives the words of translations, which have an index for each language. The index files
``search.sqlite``, ``search.de.sqlite`` and so on belong to ``index`` only; they can be deleted and built again.

Doors: ``search`` (sk.search, sk.build_index), ``statistics`` (sk.collocates, sk.keyness, sk.dispersion, sk.ngrams), ``citation`` (sk.cite),
``play`` (sk.play), ``facets``, ``concordance`` and ``index`` (to check it).
"""
