"""What of a corpus is whole, what is damaged, and what can be repaired: ``sk.check_corpus``.

Each room knows its own files and their checksums; this one asks them all, and makes one table of the answers. It sends nothing.

There are no doors: other rooms say themselves that something is damaged, when they read it.
"""
