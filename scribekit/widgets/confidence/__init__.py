"""The confidence explorer: ``widget`` answers the page, ``data`` reads the corpus for it, ``static`` is its picture without a kernel."""
