from scribekit.service.recognisers.base import speaker_label


def test_labels_go_on_after_z():
    assert [speaker_label(number) for number in (0, 1, 25, 26, 27, 52)] == ["A", "B", "Z", "AA", "AB", "BA"]
