"""The scripted recogniser plays the vendor's part for tests, rehearsals and load, without listening to anything.

`script` reads what is known of an audio, `recogniser` waits as long as the vendor would take, and `speech` makes the words, from the script
or from the sentences of `phrases`. The same audio always gives the same words.
"""
