"""The embedded recogniser: CMU Pocketsphinx with its US English model. Offline, demonstration quality.

`recogniser` shares recordings among worker processes (`workers`); in each, `transcription` takes one recording through all steps. `request`
reads the options. `listening` takes each channel stretch by stretch: `levels` evens the loudness, `voice_activity` finds the speech,
`decoding` finds the words with the `keyterms` and their `pronunciation`, and `cepstra` describes the voices. At the end `diarization` (with
`clustering`) assigns speakers, and `punctuation` writes sentences.
"""
