"""Quality: how good the transcripts are, and where a person should listen first.

The room measures and ranks; it changes nothing and sends no request. Given references, ``evaluate`` computes error rates, ``word_errors``
shows the alignment behind them, and ``calibrate`` learns how far a recogniser's confidence can be trusted. Without references,
``flag_for_review`` ranks the parts of a corpus by expected errors per minute of listening, and ``turn_statistics`` measures conversations.

Doors: ``evaluate``, ``references``, ``comparison``, ``calibration``, ``flag``, ``queue``, ``confidence`` (distributions for the confidence
explorer), ``turn_uncertainty`` (the order of turns in the diarization editor) and ``plots`` (``sk.plots``). A verb opens the corpus once
(``Corpus.reading``) and hands the view down; a module whose docstring says "Pure." takes and returns tables only.

The room owns the definitions of the measures (``error_rates``, ``speaker_errors``, ``conversation``) and of the signs of trouble
(``signs``, ``hallucinations``).
"""
