import pytest

from scribekit.base.errors import OptionError
from scribekit.transcripts.formats import FORMATS, resolve


def test_names_give_their_formats_once_and_in_order():
    assert [found.name for found in resolve(["vtt", "txt", "vtt"])] == ["vtt", "txt"]
    assert [found.name for found in resolve("srt")] == ["srt"]
    assert resolve(list(FORMATS)) == list(FORMATS.values())


def test_no_two_formats_write_the_same_file():
    suffixes = [found.suffix for found in FORMATS.values()]
    assert len(set(suffixes)) == len(suffixes)
    assert all(name == found.name for name, found in FORMATS.items())


@pytest.mark.parametrize(
    ("name", "hint"), [("str", "Did you mean 'srt'?"), ("speaker", "Did you mean 'speakers'?"), ("docx", "Known are: ")]
)
def test_an_unknown_name_is_refused_with_the_nearest(name, hint):
    with pytest.raises(OptionError) as caught:
        resolve(["txt", name])
    assert repr(name) in str(caught.value)
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"srt": {"speaker": True}}, "Did you mean 'speakers'?"),
        ({"srt": {"colour": True}}, "no option 'colour'. Known are: speakers."),
        ({"txt": {"speakers": True}}, "'txt' has no option 'speakers'. It has none."),
        ({"srt": {"speakers": "yes"}}, "is True or False, not 'yes'"),
        ({"srt": True}, "The options of 'srt' are True"),
        ({"vtt": {"speakers": True}}, "options for 'vtt', but that is not among the formats: srt, txt"),
        ("speakers", "options= is str"),
        ({"strt": {}}, "'strt'"),
    ],
)
def test_wrong_options_are_refused(options, part):
    with pytest.raises(OptionError) as caught:
        resolve(["srt", "txt"], options)
    assert part in str(caught.value)


def test_no_options_change_nothing():
    assert resolve(["srt", "vtt"], {}) == resolve(["srt", "vtt"], {"srt": {}}) == resolve(["srt", "vtt"])


def test_no_name_at_all_is_refused():
    with pytest.raises(OptionError, match="txt, srt, vtt, speakers, json"):
        resolve([])
