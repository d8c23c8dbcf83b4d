"""The vendor's REST contract over HTTP: a request in, an answer out.

`app` routes a request, counts it, checks its key and the request limit, and hands it to `endpoints`, or to `faulty_answers` when a fault
hits it. The rest is pure: `validation` checks the body of a new transcript, `pages` reads a list query and writes its page, `rendering`
writes a transcript as the contract does, `sentences` groups words, `captions` writes SRT and WebVTT, `word_search` finds words.
"""
