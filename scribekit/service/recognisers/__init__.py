"""Recognisers turn audio into words, behind one small protocol (`base`).

`pocketsphinx` recognises US English offline, at demonstration quality. `scripted` invents words, or reads them from a script, and takes as
long as the vendor would: for tests, rehearsals and load. `audio` reads audio files for both. A new recogniser is a new folder here and one
line in the command line's table.
"""
