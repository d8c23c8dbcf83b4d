"""Files and addresses of recordings: found, probed, located again, and decoded.

``scan`` makes a manifest of a folder, a table or a list, and ``find`` lists what is in folders; ``manifest`` has the rules (ids, problems),
purely. ``table_files`` reads files of tables, with ``delimited`` for text and ``xlsx`` for Excel; ``lengths`` is the one reader of lengths;
``spelling`` finds paths as people write them; ``pages`` knows addresses that are not recordings. ``probe`` reads the facts of a file,
``measure`` those of its sound, and ``probe_cache`` keeps them. ``locate`` finds a recording that was moved. ``media`` opens and decodes
files with FFmpeg, for ``clips`` (a few seconds of sound) and ``waveform`` (peaks to draw). An address is never opened here: only the
service fetches it.

Doors: ``scan`` (sk.scan, sk.read_manifest), ``manifest``, ``locate``, ``probe_cache`` (to forget facts that are wrong), ``clips`` and
``waveform``.
"""
