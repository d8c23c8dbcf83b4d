from scribekit.base.options import languages_said


def test_the_languages_are_counted_the_most_frequent_first():
    assert languages_said([]) == "language: none"
    assert languages_said([({"language_code": "fr"}, 1), ({"language_detection": True}, 1), ({}, 1)]) == "languages: detected 2, fr 1"
    assert languages_said([({"language_code": "fr", "punctuate": on}, 5) for on in (True, False)]) == "language: fr"


def test_many_languages_are_cut_short():
    codes = ["aa", "bb", "cc", "dd", "ee", "ff", "gg"]
    assert languages_said([({"language_code": code}, 1) for code in codes]) == "languages: aa 1, bb 1, cc 1, dd 1, ee 1 and 2 more"
