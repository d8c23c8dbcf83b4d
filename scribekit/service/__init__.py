"""The embedded transcription service: AssemblyAI's REST contract on this machine's loopback address.

Clients are tested, rehearsed and demonstrated with it, without a key, a network or a cost; the official SDK works with it unchanged. The
client starts it as a process (``python -m scribekit.service``) and knows only its address: nothing of the client imports this package, and
this package imports only `base`.

`server` serves the application of `http`, which speaks the contract. `state` is what a running service holds. `recognisers` turn audio
into words: `pocketsphinx` really does, `scripted` makes them up at the vendor's pace. `faults` injects failures on request. `payload` is
the form that words have in a transcript.
"""
