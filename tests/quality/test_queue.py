"""The errors of data/embedded_payloads.json are the embedded recogniser's own, over the sample recordings."""

import json

import numpy as np
import pandas as pd
import pytest
from corpora import store
from hypothesis import given
from hypothesis import strategies as st
from places import DATA, SAMPLES

import scribekit as sk
from scribekit.base import schema
from scribekit.base.text import join_words
from scribekit.quality import calibration
from scribekit.quality.comparison import Recording, compare
from scribekit.quality.confidence import Distributions, Selection
from scribekit.quality.error_rates import DELETED
from scribekit.quality.hallucinations import is_stock_phrase
from scribekit.quality.queue import (
    LOW_CONFIDENCE,
    NO_CONFIDENCE,
    PARTS,
    SEEK_S,
    QueueSlices,
    error_from_confidence,
    review_queue,
    review_queues,
)
from scribekit.quality.references import as_reference
from scribekit.quality.word_signs import (
    DRAWN_OUT,
    DRAWN_OUT_MS,
    LANGUAGE,
    MISSING,
    PAUSE_MS,
    REPEATED,
    SILENCE,
    STOCK_PHRASE,
    STRAY,
    TURN_CHANGE,
    UNKNOWN,
    UNSURE_LANGUAGE,
    WORD_RATE,
    in_reading_order,
    unknown,
    word_signs,
)
from scribekit.transcripts import frames

PAYLOADS = json.loads((DATA / "embedded_payloads.json").read_text())


def words_of(*parts, step_ms=400, word_ms=300, recording="a"):
    """A words frame from parts (text, confidence, speaker), one utterance each."""
    rows = []
    for number, (text, confidence, speaker) in enumerate(parts):
        for word in text.split():
            start = len(rows) * step_ms
            rows.append({"utterance_index": number, "speaker": speaker, "text": word, "confidence": confidence, "start_ms": start})
    for index, row in enumerate(rows):
        row.update(recording_id=recording, word_index=index, end_ms=row["start_ms"] + word_ms)
    return schema.WORDS.frame(rows)


def reasons(words, by="utterance", **options):
    queue = review_queue(words, below=0.5, by=by, **options)
    return dict(zip(queue["text"], queue["reasons"], strict=True))


def language(code, confidence=None):
    row = {"recording_id": "a", "language_index": 0, "language": code, "confidence": confidence, "scope": "recording"}
    return schema.LANGUAGES.frame([row])


SURE = ("This was said quite clearly.", 0.99, "A")


# -- the queue beats other orders -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def heard():
    return frames.words_frame((name, json.dumps(payload).encode()) for name, payload in PAYLOADS.items())


@pytest.fixture(scope="module")
def errors(heard, samples_dir):
    """The words that are really wrong; a deletion counts at the word before it."""
    recordings = [
        Recording(name, as_reference((samples_dir / f"{name.replace('noisy', 'bridges')}.txt").read_text("utf-8")), words)
        for name, words in heard.groupby("recording_id", sort=False)
    ]
    wrong = {}
    for compared in compare(recordings, "basic"):
        counts = np.bincount(compared.row_of, ~compared.alignment.correct, minlength=len(compared.words))
        for deleted in np.flatnonzero(compared.alignment.outcome == DELETED):
            before = np.flatnonzero(compared.alignment.owner < deleted)
            counts[compared.row_of[before[-1]] if len(before) else 0] += 1
        wrong |= {(compared.recording.group, index): n for index, n in zip(compared.words["word_index"], counts, strict=True)}
    return wrong


@pytest.fixture(scope="module")
def samples_dir():
    return SAMPLES / "references"


def found(minutes, wrong, budget):
    """The share of all errors that are found within this many minutes."""
    heard_by, found_by = (np.concatenate([[0], np.cumsum(column)]) for column in (minutes, wrong))
    return np.interp(budget, heard_by, found_by) / found_by[-1]


def test_the_queue_finds_more_errors_than_other_orders_in_a_quarter_of_the_time(heard, errors):
    queue = review_queue(heard, below=1.0, by="sentence")
    wrong = np.array([sum(errors[row.recording_id, row.first_word + i] for i in range(row.n_words)) for row in queue.itertuples()])
    minutes = queue["minutes"].to_numpy()
    assert len(queue) > 50
    assert wrong.sum() == sum(errors.values()) == 96
    spans = heard.groupby("recording_id").agg(start=("start_ms", "min"), end=("end_ms", "max"))
    quarter = (spans["end"] - spans["start"]).sum() / 60_000 / 4

    in_queue = found(minutes, wrong, quarter)
    random = np.random.default_rng(0)
    by_chance = np.mean([found(minutes[order], wrong[order], quarter) for order in (random.permutation(len(queue)) for _ in range(300))])
    least_sure = np.argsort(queue["confidence"].to_numpy(), kind="stable")
    by_mean_confidence = found(minutes[least_sure], wrong[least_sure], quarter)
    words = heard.sort_values("confidence", kind="stable")
    word_minutes = ((words["end_ms"] - words["start_ms"]) / 1000 + SEEK_S) / 60
    word_errors = [errors[key] for key in zip(words["recording_id"], words["word_index"], strict=True)]
    word_by_word = found(word_minutes, word_errors, quarter)

    assert in_queue > 1.8 * by_chance  # 47 % of the errors against 23 %
    assert in_queue > 1.3 * word_by_word  # 32 %: from one uncertain word to the next, as editors offer it
    assert in_queue >= by_mean_confidence  # 45 %: the same sentences, least mean confidence first; no lead beyond chance


# -- the figures ------------------------------------------------------------------------------------------------------

PART = st.tuples(st.sampled_from(["Yes.", "well no", "One two. Three four five"]), st.floats(0, 1), st.sampled_from(["A", "B", None]))


@given(st.lists(PART, min_size=1, max_size=8), st.sampled_from(PARTS))
def test_every_word_is_in_one_part_and_the_sums_agree(parts, by):
    words = words_of(*parts)
    queue = review_queue(words, below=1.01, by=by)
    assert queue["n_words"].sum() == len(words)
    assert sorted(" ".join(queue["text"]).split()) == sorted(words["text"])
    assert queue["errors_per_minute"].is_monotonic_decreasing
    assert queue["cumulative_minutes"].to_numpy() == pytest.approx(queue["minutes"].cumsum())
    assert queue["expected_errors"].sum() >= error_from_confidence(words["confidence"]).sum() - 1e-9
    if queue["expected_errors"].sum():
        assert queue["share_of_errors"].iloc[-1] == pytest.approx(1)


@pytest.mark.parametrize("words", [schema.WORDS.frame(), words_of(SURE), words_of(("Hm.", 0.1, None))], ids=["empty", "sure", "unsure"])
@pytest.mark.parametrize("by", PARTS)
def test_the_queue_equals_its_table(words, by):
    queue = review_queue(words, below=0.5, by=by)
    assert queue.dtypes.astype(str).to_dict() == schema.REVIEW_QUEUE.dtypes
    assert list(queue.columns) == schema.REVIEW_QUEUE.names


def test_listening_costs_finding_ones_place():
    words = words_of(("Ten words that are quite as doubtful as all others.", 0.4, "A"), ("Sam queue.", 0.3, "A"))
    queue = review_queue(words, below=0.5, by="utterance")
    assert queue["confidence"].round(9).tolist() == [0.4, 0.3]  # so it is not the order of confidence
    assert queue["expected_errors"].round(9).tolist() == [6.0, 1.4]
    assert queue["minutes"].tolist() == pytest.approx([(3.9 + SEEK_S) / 60, (0.7 + SEEK_S) / 60])
    assert queue["errors_per_minute"].tolist() == pytest.approx([6.0 / 4.9 * 60, 1.4 / 1.7 * 60])


def test_what_is_not_in_the_queue_counts_among_all_errors():
    queue = review_queue(words_of(("Doubtful.", 0.2, "A"), ("Surely.", 0.8, "A")), below=0.5, by="utterance")
    assert queue["share_of_errors"].tolist() == [pytest.approx(0.8)]


def test_a_calibration_changes_what_is_expected():
    always_a_quarter = calibration.fit([0.2] * 1000, [True] * 750 + [False] * 250)
    queue = review_queue(words_of(("Well then.", 0.2, "A")), below=0.5, by="utterance", risk=always_a_quarter)
    assert queue["expected_errors"].tolist() == pytest.approx([0.5], abs=0.01)


def test_what_a_calibration_knows_of_signs_weighs():
    words = words_of(("Well then.", 0.9, "A"), ("Well then.", 0.9, "A"))
    words.loc[3, "end_ms"] += 900
    signs = word_signs(in_reading_order(words))
    many = pd.concat([signs] * 500, ignore_index=True)
    learnt = calibration.fit([0.9] * len(many), ~many[DRAWN_OUT], many)
    queue = review_queue(words, below=1, by="utterance", risk=learnt)
    assert queue["reasons"].iloc[0] == f"{LOW_CONFIDENCE}; {DRAWN_OUT}"
    assert queue["expected_errors"].iloc[0] > 1.2 * queue["expected_errors"].iloc[1]


@pytest.mark.parametrize("below", [0.0, 0.9, 1.0])
def test_a_part_without_confidence_is_in_the_queue(below):
    words = words_of(SURE, ("Nobody knows.", None, "A"))
    queue = review_queue(words, below=below, by="utterance")
    assert queue.loc[queue["text"] == "Nobody knows.", "reasons"].tolist() == [NO_CONFIDENCE]
    unrated = review_queue(words.iloc[-2:], below=below, by="transcript")
    assert unrated[["reasons", "expected_errors"]].to_numpy().tolist() == [[NO_CONFIDENCE, 1.0]]


def test_what_people_settled_is_out_of_the_queue():
    words = words_of(("Oh well.", 0.2, "A"), ("Who knows?", 0.2, "B"))
    queue = review_queue(words.assign(settled=[True, True, True, False]), below=0.5, by="utterance")
    assert queue[["text", "expected_errors"]].to_numpy().tolist() == [["Who knows?", 0.8]]


def test_the_sentences_are_those_of_the_level(heard):
    bodies = [(name, json.dumps(payload).encode()) for name, payload in PAYLOADS.items()]
    level = frames.sentences_frame(bodies)
    same = ["recording_id", "start_ms", "end_ms", "text", "n_words"]
    queue = review_queue(heard, below=1.01, by="sentence").sort_values(["recording_id", "start_ms"])
    assert queue[same].to_numpy().tolist() == level.sort_values(["recording_id", "start_ms"])[same].to_numpy().tolist()


def test_sentences_end_at_punctuation_and_parts_without_utterances_are_sentences():
    words = words_of(("He left. “Why?” Nobody knew", 0.1, "A"))
    sentences = ["He left.", "“Why?”", "Nobody knew"]
    assert sorted(reasons(words, by="sentence")) == sorted(sentences)
    assert len(reasons(words, by="utterance")) == 1
    assert sorted(reasons(words.assign(utterance_index=pd.array([pd.NA] * len(words), dtype="Int64")))) == sorted(sentences)


def test_recordings_are_never_joined():
    both = pd.concat([words_of(("so so", 0.1, "A")), words_of(("so so", 0.1, "A"), recording="b")], ignore_index=True)
    queue = review_queue(both, below=0.5, by="transcript")
    assert queue["recording_id"].tolist() == ["a", "b"]
    assert set(queue["reasons"]) == {LOW_CONFIDENCE}  # four times "so", yet not in one recording


# -- the reasons ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no no no no", REPEATED),
        ("and then we and then we and then we and then we", REPEATED),
        ("no no no", None),
        ("Thanks for watching!", STOCK_PHRASE),
        ("Untertitel im Auftrag des ZDF", STOCK_PHRASE),
        ("Thank you for waiting.", None),
        ("She closed her channel and told us all over dinner that thanks for watching was what she said each night", None),
        ("Продолжение следует, друзья", LANGUAGE),
    ],
)
def test_signs_of_hallucinated_text(text, reason):
    found_reasons = reasons(words_of(SURE, (text, 0.99, "A")), languages=language("en_us"))
    assert (reason in found_reasons.get(text, "").split("; ")) == (reason is not None)
    assert SURE[0] not in found_reasons


@pytest.mark.parametrize(
    ("text", "code"),
    [("请 不 吝 点 赞", "zh"), ("请不吝 点赞 订阅 转 发", "zh"), ("ご視聴 ありがとう ございました", "ja"), ("字 幕 由 志愿者 提供", "zh")],
)
def test_stock_phrases_of_scripts_without_spaces_are_known_however_words_are_cut(text, code):
    assert STOCK_PHRASE in reasons(words_of((text, 0.99, "A")), languages=language(code))[join_words(text.split())]
    assert not is_stock_phrase(text.replace("吝", "").replace("幕", "").replace("聴", ""))
    assert not is_stock_phrase("我" * 45 + text)


def test_sure_words_that_look_hallucinated_are_expected_to_be_half_wrong():
    queue = review_queue(words_of(SURE, ("Thanks for watching!", 0.99, "A")), below=0.5, by="utterance")
    assert queue["expected_errors"].tolist() == [1.5]


@pytest.mark.parametrize(("step_ms", "word_ms", "flagged"), [(100, 90, True), (400, 300, False), (5000, 4000, True)])
def test_impossible_word_rates(step_ms, word_ms, flagged):
    words = words_of(("one two three four five", 0.99, "A"), step_ms=step_ms, word_ms=word_ms)
    assert (WORD_RATE in "".join(reasons(words).values())) == flagged


def test_a_stray_turn_is_short_and_inside_anothers():
    words = words_of(SURE, ("mhm well", 0.99, "B"), SURE, ("I do not agree at all.", 0.99, "B"), SURE)
    assert STRAY in reasons(words)["mhm well"]
    assert STRAY not in "".join(reasons(words_of(SURE, ("mhm well", 0.99, "B"))).values())


def test_one_word_turns_and_close_changes_are_told():
    words = words_of(SURE, ("mhm", 0.99, "B"), ("I do not agree at all.", 0.99, "A"))
    assert reasons(words) == {"mhm": f"{STRAY}; {TURN_CHANGE}"}
    words.loc[len(SURE[0].split()) :, ["start_ms", "end_ms"]] += 700
    assert reasons(words) == {"mhm": f"{STRAY}; {TURN_CHANGE}"}  # still one word
    close = reasons(words_of(("Say what", 0.2, "A"), ("you like now", 0.2, "B")))
    assert close == {"Say what": f"{LOW_CONFIDENCE}; {TURN_CHANGE}", "you like now": f"{LOW_CONFIDENCE}; {TURN_CHANGE}"}
    assert set(reasons(words_of(("Say what", 0.2, "A"), ("you like", 0.2, "B"), word_ms=150)).values()) == {LOW_CONFIDENCE}


def test_a_drawn_out_word_and_a_pause_are_told():
    words = words_of(("He went", 0.2, "A"), ("there and back", 0.2, "A"))
    words.loc[2:, ["start_ms", "end_ms"]] += PAUSE_MS
    words.loc[4, "end_ms"] = words.loc[4, "start_ms"] + 4 * DRAWN_OUT_MS
    assert reasons(words) == {"He went": f"{LOW_CONFIDENCE}; {MISSING}", "there and back": f"{LOW_CONFIDENCE}; {DRAWN_OUT}"}


def test_speech_over_silence():
    words = words_of(SURE, ("Bless you all.", 0.99, "A"))
    assert reasons(words.assign(level_db=[-20.0] * 5 + [-55.0] * 3)) == {"Bless you all.": SILENCE}
    assert reasons(words.assign(level_db=-70.0)).keys() == {SURE[0], "Bless you all."}
    assert reasons(words.assign(level_db=np.nan)) == {}


def test_a_language_that_the_service_is_not_sure_of():
    assert reasons(words_of(SURE), languages=language("en", 0.3)) == {SURE[0]: UNSURE_LANGUAGE}
    assert reasons(words_of(SURE), languages=language("en", 0.9)) == {}


def test_words_out_of_a_vocabulary():
    words = words_of(SURE, ("Kjøbenhavn's twenty-one, 21", 0.99, "A"))
    known = ["this", "WAS", "said", "quite", "clearly", "Twenty", "one"]
    assert unknown(words["text"], known).tolist() == [False] * 5 + [True, False, False]
    assert unknown(words["text"], ["twenty"]).tolist() == [True] * 6 + [True, False]
    assert UNKNOWN in reasons(words.iloc[:6], vocabulary=known)["Kjøbenhavn's"]


def test_a_missing_confidence_is_as_risky_as_the_others():
    assert error_from_confidence([0.8, np.nan, 0.6]).tolist() == pytest.approx([0.2, 0.3, 0.4])
    assert error_from_confidence([np.nan]).tolist() == [0.5]


# -- shortcuts give the same result --------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", PARTS)
def test_several_thresholds_at_once_give_the_queue_of_each(heard, by):
    thresholds = (0.0, 0.5, 0.9, 1.0)
    for below, queue in zip(thresholds, review_queues(heard, thresholds, by=by), strict=True):
        pd.testing.assert_frame_equal(queue, review_queue(heard, below=below, by=by))


def test_rows_in_any_order_give_the_same_queue(heard):
    shuffled = heard.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(review_queue(shuffled, below=0.9, by="utterance"), review_queue(heard, below=0.9, by="utterance"))


# -- slices of a queue --------------------------------------------------------------------------------------------------

SAID = {
    "a.mp3": [("A", "well the old bridge was built in iron."), ("B", "yes."), ("A", "thank you thank you thank you thank you.")],
    "b.mp3": [("A", "the river runs below it."), ("B", "nobody knows who drew the plans.")],
    "c.mp3": "no speakers are told here. it is a lecture.",
}


def certainty(word):
    return 0.4 + 0.05 * len(word)


@pytest.fixture
def talks(tmp_path):
    return store(tmp_path / "corpus", SAID, {"kind": ["talk", "call", "talk"]}, confidence=certainty)


@pytest.fixture
def distributions(talks):
    kinds = pd.DataFrame({"kind": ["talk", "call", "talk"]}, index=list(SAID))
    return Distributions(sk.to_frame(talks, "words"), kinds, lambda confidence: 1 - confidence)


def slices_of(talks, part):
    whole, always = (sk.flag_for_review(talks, below=below, by=part) for below in (1.0, 0.0))
    return QueueSlices(whole, always, whole_recordings=part == "transcript")


@pytest.mark.parametrize("part", ["utterance", "sentence", "transcript"])
@pytest.mark.parametrize("below", [0.0, 0.5, 0.61, 0.65, 1.0])
def test_a_slice_of_the_whole_queue_is_the_queue_for_its_threshold(talks, distributions, part, below):
    slices = slices_of(talks, part)
    found = slices.slice(distributions, Selection(), below=below)
    expected = sk.flag_for_review(talks, below=below, by=part)
    rows = slices.rows.iloc[found.index]
    assert (
        rows[["recording_id", "start_ms", "text"]].to_numpy().tolist() == expected[["recording_id", "start_ms", "text"]].to_numpy().tolist()
    )
    assert found.minutes.tolist() == pytest.approx(expected["cumulative_minutes"].tolist())
    assert found.share.tolist() == pytest.approx(expected["share_of_errors"].tolist())
    assert [slices.reasons(at, below=below) for at in found.index] == expected["reasons"].tolist()


def test_a_selection_leaves_the_parts_that_hold_one_of_its_words(talks, distributions):
    queue = slices_of(talks, "utterance")

    def texts(selection):
        return set(queue.rows["text"].iloc[queue.slice(distributions, selection, below=1.0).index])

    assert texts(Selection(picked={"speaker": frozenset("B")})) == {"yes.", "nobody knows who drew the plans."}
    assert texts(Selection(picked={"speaker": frozenset("A"), "kind": frozenset(["call"])})) == {"the river runs below it."}
    assert texts(Selection(low=70)) == {
        "well the old bridge was built in iron.",
        "nobody knows who drew the plans.",
        "no speakers are told here.",
        "it is a lecture.",
    }


def test_whole_transcripts_are_narrowed_by_any_of_their_words(talks, distributions):
    queue = slices_of(talks, "transcript")
    found = queue.slice(distributions, Selection(picked={"speaker": frozenset("B")}), below=1.0)
    assert set(queue.rows["recording_id"].iloc[found.index]) == {"a.mp3", "b.mp3"}


def test_the_effort_is_the_first_row_by_which_a_share_is_found(talks, distributions):
    queue = slices_of(talks, "sentence")
    whole = queue.slice(distributions, Selection(), below=1.0)
    for share, rows, minutes in filter(None, whole.effort([0.25, 0.5, 1.0])):
        assert whole.share[rows - 1] >= share - 1e-9
        assert rows == 1 or whole.share[rows - 2] < share
        assert minutes == whole.minutes[rows - 1]
    assert queue.slice(distributions, Selection(picked={"speaker": frozenset("B")}), below=1.0).effort([0.9]) == [None]


def test_a_queue_without_rows_has_no_slice(distributions):
    found = QueueSlices(schema.REVIEW_QUEUE.frame(), schema.REVIEW_QUEUE.frame(), whole_recordings=False).slice(
        distributions, Selection(high=50), below=0.9
    )
    assert (len(found.index), found.effort([0.5])) == (0, [None])
