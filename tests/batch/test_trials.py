from dataclasses import replace

import pytest

from scribekit.api.answers import Refused
from scribekit.api.failures import Recovery, http_failure
from scribekit.batch.trials import ENOUGH, KnownRefusal, Trials, named_options, stop_of
from scribekit.corpus.job import QUEUED, Job

MODELS = '"speech_models" must be a non-empty list containing one or more of: "universal-2"'
OPTIONS = '{"speech_models":["universal-9"]}'


def urls(count, options=OPTIONS, name="a"):
    return [Job(f"{name}{number}", f"https://host.example/{number}.mp3", options) for number in range(count)]


def files(count, options=OPTIONS):
    return [Job(f"f{number}", f"{number}.wav", options, duration_s=100.0 - number, sha256=str(number)) for number in range(count)]


def refuse(trials, job, said=MODELS, status=400):
    stop = trials.refused(job, Refused(status, said), http_failure(status, said))
    trials.left(job)
    return stop


def sent(trials, jobs):
    return [job for job in jobs if trials.admit(job)]


def test_no_more_than_five_are_under_way_until_one_was_accepted():
    trials, jobs = Trials({OPTIONS: (200, False)}, unsent=None), urls(200)
    assert sent(trials, jobs) == jobs[:ENOUGH]
    assert trials.accepted(jobs[3])
    assert len(sent(trials, jobs[ENOUGH:])) == 195


def test_a_refused_job_makes_no_room_for_a_sixth():
    trials, jobs = Trials({OPTIONS: (200, False)}, unsent=None), urls(200)
    sent(trials, jobs)
    assert not any(refuse(trials, job) for job in jobs[:4])
    assert sent(trials, jobs[ENOUGH:]) == []
    stop = refuse(trials, jobs[4])
    assert (stop.options, stop.is_whole, list(stop.jobs)) == (OPTIONS, True, jobs[:ENOUGH])
    assert stop.failure.recovery is Recovery.STOP_BATCH
    assert stop.failure.advice.endswith(f"The service said: {MODELS}")
    assert sent(trials, jobs[ENOUGH:]) == []


def test_a_job_that_ended_otherwise_makes_room():
    trials, jobs = Trials({OPTIONS: (200, False)}, unsent=None), urls(200)
    sent(trials, jobs)
    assert trials.left(jobs[0])
    assert sent(trials, jobs[ENOUGH:]) == [jobs[ENOUGH]]


def test_groups_are_tried_independently():
    other = '{"speech_models":["universal-2"]}'
    trials = Trials({OPTIONS: (100, False), other: (100, False)}, unsent=None)
    sent(trials, urls(100))
    assert len(sent(trials, urls(100, other, "b"))) == ENOUGH
    assert sent(trials, urls(3, '{"prompt":"few"}', "c"))


def test_five_different_sentences_stop_nothing():
    trials, jobs = Trials({OPTIONS: (200, False)}, unsent=None), urls(200)
    sent(trials, jobs)
    assert not any(refuse(trials, job, f"punctuate is wrong in {job.key}") for job in jobs[:ENOUGH])
    assert sent(trials, jobs[ENOUGH:])


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "Authentication error"),
        (403, "Cannot access uploaded file"),
        (403, "Too Many Requests"),
        (429, "Too Many Requests"),
        (400, "audio_url should start with http"),
        (400, None),
    ],
)
def test_what_options_do_not_cause_stops_nothing(status, said):
    trials, jobs = Trials({OPTIONS: (200, False)}, unsent=None), urls(20)
    assert not any(refuse(trials, job, said, status) for job in jobs)


def test_one_file_is_uploaded_at_once_the_smallest_first_and_two_are_enough():
    trials, jobs = Trials({OPTIONS: (40, False)}, unsent=40), files(40)
    ordered = trials.in_order(jobs)
    assert [job.key for job in ordered[:3]] == ["f39", "f38", "f0"]
    assert sent(trials, ordered) == [ordered[0]]
    assert refuse(trials, ordered[0]) is None
    assert sent(trials, ordered[1:]) == [ordered[1]]
    assert refuse(trials, ordered[1])


def test_a_few_files_fail_one_by_one():
    trials, jobs = Trials({}, unsent=None), files(3)
    sent(trials, jobs)
    assert not any(refuse(trials, job) for job in jobs)
    assert not trials.may_stop(jobs[0])


def known(job, said=MODELS, kind="refused_model"):
    return KnownRefusal(job.key, job.options, job.is_local, f"Advice. The service said: {said}", kind)


def test_what_earlier_runs_saw_counts():
    trials, jobs = Trials({OPTIONS: (40, False)}, unsent=None, known=map(known, urls(4, name="earlier"))), urls(40)
    assert sent(trials, jobs) == [jobs[0]]
    assert refuse(trials, jobs[0]).jobs == (jobs[0],)


def test_rows_with_options_of_their_own_share_what_the_sentence_names():
    jobs = [replace(job, options=f'{{"prompt":"{job.key}","speech_models":["universal-9"]}}') for job in urls(40)]
    trials = Trials({}, unsent=40)
    assert sent(trials, jobs) == jobs[:ENOUGH]
    stop = [refuse(trials, job) for job in jobs[:ENOUGH]][-1]
    assert (stop.options, stop.is_whole) == (OPTIONS, False)


def test_what_not_all_rows_share_is_their_own():
    jobs = [replace(job, options=f'{{"prompt":"{job.key}","speech_models":["universal-9"]}}') for job in urls(40)]
    trials = Trials({}, unsent=40, is_shared=lambda options: options != OPTIONS)
    sent(trials, jobs)
    assert not any(refuse(trials, job) for job in jobs[:ENOUGH])
    assert sent(trials, jobs[ENOUGH:])


def test_a_language_is_not_what_the_sentence_names():
    said = "The following models are not available in this language: speaker_labels"
    jobs = [replace(job, options=f'{{"prompt":"{job.key}","speaker_labels":true}}') for job in urls(40)]
    trials = Trials({}, unsent=40)
    sent(trials, jobs)
    assert not any(refuse(trials, job, said) for job in jobs[:ENOUGH])


def test_options_that_were_accepted_lately_need_no_trial_but_may_still_be_refused():
    trials, jobs = Trials({OPTIONS: (200, True)}, unsent=None), urls(200)
    assert sent(trials, jobs) == jobs
    assert [bool(refuse(trials, job)) for job in jobs[:ENOUGH]] == [False] * 4 + [True]


def test_refusals_in_a_row_stop_the_batch_also_after_an_acceptance():
    trials, jobs = Trials({OPTIONS: (200, False)}, unsent=200), urls(200)
    trials.accepted(jobs[0])
    assert not any(refuse(trials, job) for job in jobs[1:5])
    trials.accepted(jobs[5])
    stops = [refuse(trials, job) for job in jobs[6:11]]
    assert stops[:4] == [None] * 4
    assert stops[4]


def test_an_unknown_sentence_about_accepted_options_is_about_something_else():
    trials, jobs = Trials({OPTIONS: (200, False)}, unsent=200), urls(200)
    trials.accepted(jobs[0])
    assert not any(refuse(trials, job, "This host is not known to us.") for job in jobs[1:20])


def test_a_failure_may_be_that_of_all_while_enough_others_are_left():
    trials, jobs = Trials({OPTIONS: (6, False)}, unsent=None), urls(6)
    sent(trials, jobs)
    refuse(trials, jobs[0])
    assert trials.may_stop(jobs[0])
    trials.left(jobs[1])
    assert trials.may_stop(jobs[0])
    trials.left(jobs[2])
    trials.left(jobs[3])
    assert sent(trials, jobs[5:]) == jobs[5:]
    assert not trials.may_stop(jobs[0])


def test_a_job_at_the_service_needs_no_turn():
    trials = Trials({OPTIONS: (6, False)}, unsent=6)
    waiting = replace(urls(1)[0], state=QUEUED)
    assert not trials.left(waiting)
    assert trials.in_order([waiting]) == [waiting]


def test_the_named_options():
    options = '{"keyterms_prompt":["a"],"prompt":"b","speech_models":["universal-9"]}'
    assert named_options(options, "prompt must be a String") == '{"prompt":"b"}'
    assert named_options(options, 'The "universal-9" speech model(s) have been deprecated.') == OPTIONS
    assert named_options(options, "Invalid endpoint schema, please refer to documentation for examples.") is None


def test_what_other_processes_were_refused_counts_once():
    trials, jobs = Trials({OPTIONS: (200, False)}, unsent=None), urls(200)
    sent(trials, jobs[:2])
    for job in jobs[:2]:
        refuse(trials, job)
    mine, theirs = [known(job) for job in jobs[:2]], [known(job) for job in jobs[10:13]]
    assert trials.learn([], [*mine, *theirs[:2]], is_any_accepted=False) is None
    assert trials.learn([], [*mine, *theirs[:2]], is_any_accepted=False) is None
    stop = trials.learn([], [*mine, *theirs], is_any_accepted=False)
    assert (stop.options, stop.is_whole, list(stop.jobs)) == (OPTIONS, True, jobs[:2])
    assert stop.failure.recovery is Recovery.STOP_BATCH
    assert "refused 5 recordings" in stop.failure.advice
    assert sent(trials, jobs[20:]) == []


def test_what_earlier_runs_were_refused_stops_nothing_until_it_is_asked_again():
    refused = [known(job) for job in urls(9)]
    trials = Trials({OPTIONS: (200, False)}, unsent=None, known=refused)
    assert trials.learn([], refused, is_any_accepted=False) is None
    assert len(sent(trials, urls(200, name="b"))) == 1


def test_what_other_processes_had_accepted_needs_no_trial():
    trials, jobs = Trials({OPTIONS: (200, False)}, unsent=200), urls(200)
    assert trials.is_open(jobs[0])
    trials.learn([OPTIONS], [], is_any_accepted=True)
    assert not trials.is_open(jobs[0])
    assert sent(trials, jobs) == jobs


def test_trying_is_to_have_jobs_under_way_while_a_question_is_open():
    trials, (first, second) = Trials({OPTIONS: (200, False)}, unsent=None), urls(2)
    assert not trials.is_trying
    trials.admit(first)
    assert trials.is_trying
    trials.left(first)
    assert not trials.is_trying
    trials.admit(second)
    trials.accepted(second)
    assert not trials.is_trying


def test_a_file_that_cannot_be_uploaded_gives_way_to_others():
    trials, (first, second, third) = Trials({OPTIONS: (6, False)}, unsent=6), files(3)
    assert sent(trials, [first, second]) == [first]
    trials.give_way(first)
    assert sent(trials, [second, first]) == [second]
    trials.give_way(second)
    assert sent(trials, [first, third]) == [first]
    trials.left(third)
    trials.accepted(first)
    assert sent(trials, [second, third]) == [second, third]


def test_a_run_whose_jobs_another_one_holds_back_ends_as_that_one():
    refusals = [
        KnownRefusal(str(number), OPTIONS, False, f'Advice. The service said: "{said}"', "refused_model")
        for number, said in enumerate("abab")
    ]
    stop = stop_of([*refusals, KnownRefusal("5", OPTIONS, False, "no sentence of the service", "unknown")])
    assert (stop.kind, stop.recovery, stop.said) == ("refused_model", Recovery.STOP_BATCH, refusals[-1].said)
    assert "the service refused 2 recordings with the same options" in stop.advice
    assert refusals[-1].error in stop.advice
    assert stop_of([]) is None
