from scribekit.service.recognisers.audio.media import Span
from scribekit.service.recognisers.pocketsphinx.diarization import SpeakerCount
from scribekit.service.recognisers.pocketsphinx.request import Request

OPTIONS = ["multichannel", "speaker_labels", "speakers_expected", "speaker_options", "keyterms_prompt", "word_boost"]
OPTIONS += ["format_text", "punctuate", "audio_start_from", "audio_end_at"]


def test_null_means_the_default():
    assert Request.of(dict.fromkeys(OPTIONS)) == Request.of({})


def test_the_defaults_are_the_service_s():
    request = Request.of({})
    assert (request.split_channels, request.label_speakers) == (False, False)
    assert (request.capitals, request.full_stops) == (True, True)
    assert (request.speakers, request.span) == (SpeakerCount(), Span(0, None))


def test_channels_have_an_older_name():
    assert Request.of({"multichannel": True}).split_channels
    assert Request.of({"dual_channel": True}).split_channels


def test_the_number_of_speakers_is_exact_or_bounded():
    bounds = {"min_speakers_expected": 2, "max_speakers_expected": 5}
    assert Request.of({"speakers_expected": 3}).speakers == SpeakerCount(3, 3)
    assert Request.of({"speaker_options": bounds}).speakers == SpeakerCount(2, 5)
    assert Request.of({"speaker_options": {"min_speakers_expected": 40}}).speakers == SpeakerCount(40, 40)


def test_a_span_of_nothing_is_not_the_whole():
    assert Request.of({"audio_start_from": 500, "audio_end_at": 0}).span == Span(500, 0)
