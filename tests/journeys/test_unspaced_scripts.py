import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

import scribekit as sk
from scribekit.base.text import join_words

CHINESE, JAPANESE, THAI = "東京都日本人", "東京かがカガーの", "ไทยเมือง่า"
RECORDING = st.sampled_from([CHINESE, JAPANESE, THAI]).flatmap(
    lambda script: st.lists(st.text(st.sampled_from(script), min_size=1, max_size=6), min_size=1, max_size=6)
)


def scan(words, wanted):
    """The first and last word of every place of the wanted characters, however the text was cut into words."""
    text = "".join(words)
    word_of = [number for number, word in enumerate(words) for _ in word]
    starts = (at for at in range(len(text)) if text.startswith(wanted, at))
    return sorted({(word_of[at], word_of[at + len(wanted) - 1]) for at in starts})


@examples(60)
@given(recordings=st.lists(RECORDING, min_size=1, max_size=3), data=st.data())
def test_any_run_of_characters_is_found_wherever_it_stands(stored, recordings, data):
    text = "".join(data.draw(st.sampled_from(recordings)))
    start = data.draw(st.integers(0, len(text) - 1))
    wanted = text[start : start + data.draw(st.integers(1, 5))]
    corpus = stored({f"r{number}": " ".join(words) for number, words in enumerate(recordings)})
    lines = sk.search(corpus, wanted)
    found = []
    for recording_id, first, match in zip(lines["recording_id"], lines["word_index"], lines["match"], strict=True):
        words = recordings[int(recording_id[1:])]
        last = next(end for end in range(first, len(words)) if "".join(words[first : end + 1]) == match)
        found.append((recording_id, first, last))
    assert sorted(found) == [(f"r{n}", first, last) for n, words in enumerate(recordings) for first, last in scan(words, wanted)]


def test_words_of_both_kinds_stand_beside_each_other(stored):
    corpus = stored({"a": "the 東京タワー tower"})
    assert sk.search(corpus, '"the 東京"')["match"].tolist() == ["the 東京タワー"]
    assert sk.search(corpus, "タワー AND tower")["match"].tolist() == ["東京タワー", "tower"]


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("今天 我们 去 “北京。” 好", "今天我们去“北京。”好"),
        ("今日 は 「東京」 へ 行き ます 。", "今日は「東京」へ行きます。"),
        ("สวัสดี ครับ ไป", "สวัสดีครับไป"),
        ("我 买 iPhone 了", "我买 iPhone 了"),
        ("we saw Tokyo", "we saw Tokyo"),
    ],
)
def test_words_are_joined_by_one_rule_wherever_their_text_is_read(stored, tmp_path, said, text):
    corpus = stored({"a": [("A", said)]})
    assert sk.to_frame(corpus, "paragraphs")["text"].tolist() == [text]
    assert join_words(sk.to_frame(corpus, "sentences")["text"].tolist()) == text
    line = sk.search(corpus, said.split()[1]).iloc[0]
    assert join_words([part for part in line[["left", "match", "right"]] if part]) == text
    sk.export(corpus, tmp_path, formats=["srt"], progress=False)
    assert text in (tmp_path / "a.srt").read_text(encoding="utf-8")
    sk.review(corpus, "a").reassign("B", words=[0])
    assert join_words(sk.to_frame(corpus, "utterances")["text"].tolist()) == text
