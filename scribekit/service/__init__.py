"""The embedded transcription service: the vendor's REST contract on loopback, with recognisers of its own.

It stands apart from the rest of scribekit: it is reached by its address only.
"""
