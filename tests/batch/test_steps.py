from dataclasses import replace

import pytest
from examples import examples
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from scribekit.api.answers import Accepted, NoAnswer, NotFound, Refused, StatusReport, Unusable, Uploaded
from scribekit.api.limits import Limits
from scribekit.batch import steps
from scribekit.batch.steps import Action, Claimed, Context, Overdue, next_step
from scribekit.corpus.job import Job

NOW = 1_000_000.0
CONTEXT = Context(now=NOW, jitter=1.0, newest="t-newest", limits=Limits(settle_s=5.0))
URL_JOB = Job("k", "https://a.example/a.mp3", "{}")
FILE_JOB = Job("k", "a.mp3", "{}", sha256="ab")
UPLOADED_JOB = replace(FILE_JOB, state=steps.UPLOADED, upload_url="https://cdn.example/u", uploaded_at=NOW - 60)
SUBMITTING = replace(URL_JOB, state=steps.SUBMITTING, intent_at=NOW - 1)
QUEUED = replace(URL_JOB, state=steps.QUEUED, transcript_id="t1", attempts=1, submitted_at=NOW - 10)

SERVER_ERROR = "Server error, developers have been alerted"
NO_KEY = Refused(401, "Authentication error, API token missing/invalid")

TABLE = [
    # where the job stands, what was done, what came of it → what follows
    ("a URL is submitted straight away", URL_JOB, None, Claimed(), Action.SUBMIT),
    ("a file is uploaded first", FILE_JOB, None, Claimed(), Action.UPLOAD),
    ("an upload is used", UPLOADED_JOB, None, Claimed(), Action.SUBMIT),
    ("an old upload is not trusted", replace(UPLOADED_JOB, uploaded_at=NOW - 23 * 3600), None, Claimed(), Action.UPLOAD),
    ("a job in doubt is searched for", SUBMITTING, None, Claimed(), Action.RECONCILE),
    ("a job at the service is waited for", QUEUED, None, Claimed(), Action.WAIT),
    ("uploaded, then submitted", FILE_JOB, Action.UPLOAD, Uploaded("u"), Action.SUBMIT),
    ("an upload may be repeated", FILE_JOB, Action.UPLOAD, NoAnswer(sent=True), Action.UPLOAD),
    ("a failing upload is repeated", FILE_JOB, Action.UPLOAD, Refused(503), Action.UPLOAD),
    ("a file that vanished", FILE_JOB, Action.UPLOAD, Unusable("missing", "gone"), Action.FAIL),
    ("accepted", SUBMITTING, Action.SUBMIT, Accepted("t1", "queued"), Action.WAIT),
    ("silence after a submission", SUBMITTING, Action.SUBMIT, NoAnswer(sent=True), Action.RECONCILE),
    ("an unreadable answer to a submission", SUBMITTING, Action.SUBMIT, NoAnswer(sent=True, unreadable=True), Action.RECONCILE),
    ("500 after a submission", SUBMITTING, Action.SUBMIT, Refused(500, "Internal Server Error"), Action.RECONCILE),
    ("504 after a submission", SUBMITTING, Action.SUBMIT, Refused(504), Action.RECONCILE),
    ("no connection: nothing was sent", SUBMITTING, Action.SUBMIT, NoAnswer(sent=False), Action.SUBMIT),
    ("429 is a plain no", SUBMITTING, Action.SUBMIT, Refused(429, "Too Many Requests", 7.0), Action.SUBMIT),
    ("a bad option", SUBMITTING, Action.SUBMIT, Refused(400, "Invalid endpoint schema, please …"), Action.FAIL),
    ("an unknown no: once more", SUBMITTING, Action.SUBMIT, Refused(418, "teapot"), Action.SUBMIT),
    ("an unknown no, again", replace(SUBMITTING, failures=1), Action.SUBMIT, Refused(418, "teapot"), Action.FAIL),
    ("a wrong key", SUBMITTING, Action.SUBMIT, NO_KEY, Action.STOP),
    ("a negative balance", SUBMITTING, Action.SUBMIT, Refused(400, "Your current account balance is negative."), Action.STOP),
    ("found in the list", SUBMITTING, Action.RECONCILE, Accepted("t1", "processing", found=True), Action.WAIT),
    ("not there yet: search again", SUBMITTING, Action.RECONCILE, NotFound(), Action.RECONCILE),
    ("a search that failed is repeated", SUBMITTING, Action.RECONCILE, Refused(503), Action.RECONCILE),
    ("a search that met silence is repeated", SUBMITTING, Action.RECONCILE, NoAnswer(sent=True), Action.RECONCILE),
    ("finished", QUEUED, Action.WAIT, StatusReport("completed"), Action.FETCH),
    ("fetched", QUEUED, Action.FETCH, StatusReport("completed"), Action.FINISH),
    ("not finished after all", QUEUED, Action.FETCH, StatusReport("processing"), Action.WAIT),
    ("a payload cut short", QUEUED, Action.FETCH, NoAnswer(sent=True, unreadable=True), Action.FETCH),
    ("the list says that it failed", QUEUED, Action.WAIT, StatusReport("error", SERVER_ERROR), Action.FETCH),
    ("the list was wrong", QUEUED, Action.FETCH, StatusReport("processing"), Action.WAIT),
    ("too short", QUEUED, Action.FETCH, StatusReport("error", "Audio duration is too short."), Action.FAIL),
    ("the service failed: again", QUEUED, Action.FETCH, StatusReport("error", SERVER_ERROR), Action.SUBMIT),
    ("and again", replace(QUEUED, attempts=3), Action.FETCH, StatusReport("error", SERVER_ERROR), Action.SUBMIT),
    ("but not for ever", replace(QUEUED, attempts=4), Action.FETCH, StatusReport("error", SERVER_ERROR), Action.FAIL),
    ("an unknown reason: once more", QUEUED, Action.FETCH, StatusReport("error", "new"), Action.SUBMIT),
    ("an unknown reason twice", replace(QUEUED, attempts=2), Action.FETCH, StatusReport("error", "new"), Action.FAIL),
    ("unknown at the service", QUEUED, Action.WAIT, Refused(400, "Transcript lookup error, transcript id not found"), Action.FAIL),
    ("overdue", QUEUED, Action.WAIT, Overdue(), Action.FAIL),
]


@pytest.mark.parametrize(("job", "action", "answer", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_follows(job, action, answer, expected):
    assert next_step(job, action, answer, CONTEXT).action is expected


@pytest.mark.parametrize("intent_at", [NOW - 1, NOW - 86_400, NOW + 86_400], ids=["a moment ago", "a day ago", "in a day"])
@pytest.mark.parametrize(
    ("in_doubt_s", "action", "after_s"), [(0.0, Action.RECONCILE, 5.0), (2.0, Action.RECONCILE, 3.0), (6.0, Action.SUBMIT, 0)]
)
def test_what_is_not_in_the_list_is_sent_again_once_the_list_has_settled_whatever_the_clock_says(intent_at, in_doubt_s, action, after_s):
    job = replace(SUBMITTING, intent_at=intent_at)
    step = next_step(job, Action.RECONCILE, NotFound(), replace(CONTEXT, in_doubt_s=in_doubt_s))
    assert (step.action, step.after_s if action is Action.RECONCILE else 0) == (action, after_s)


def test_an_upload_from_the_future_is_not_trusted():
    job = replace(UPLOADED_JOB, uploaded_at=NOW + 86_400)
    assert next_step(job, None, Claimed(), CONTEXT).action is Action.UPLOAD


def test_the_intent_is_part_of_the_step_that_submits():
    step = next_step(URL_JOB, None, Claimed(), CONTEXT)
    assert (step.job.state, step.job.intent_at, step.job.bookmark) == (steps.SUBMITTING, NOW, "t-newest")


def test_429_waits_for_as_long_as_the_service_says():
    assert next_step(SUBMITTING, Action.SUBMIT, Refused(429, None, 7.0), CONTEXT).after_s == 7.0


def test_429_never_uses_up_the_tries():
    worn = replace(SUBMITTING, failures=100)
    assert next_step(worn, Action.SUBMIT, Refused(429, None, 1.0), CONTEXT).action is Action.SUBMIT


@pytest.mark.parametrize("answer", [Refused(429, None, 1.0), Refused(429, None)])
def test_429_is_not_a_failure_of_the_job(answer):
    step = next_step(SUBMITTING, Action.SUBMIT, answer, CONTEXT)
    assert step.job.failures == SUBMITTING.failures
    assert step.after_s > 0


FROM_OUTSIDE = [NoAnswer(sent=True), NoAnswer(sent=False), NoAnswer(sent=True, unreadable=True), Refused(503), Refused(302)]


@pytest.mark.parametrize("answer", FROM_OUTSIDE)
@pytest.mark.parametrize(
    ("job", "action"), [(FILE_JOB, Action.UPLOAD), (SUBMITTING, Action.SUBMIT), (SUBMITTING, Action.RECONCILE), (QUEUED, Action.FETCH)]
)
def test_a_failure_that_is_not_its_own_never_ends_a_job(job, action, answer):
    worn = replace(job, failures=CONTEXT.limits.tries - 1)
    step = next_step(worn, action, answer, replace(CONTEXT, is_own=False))
    assert step.action in (action, Action.RECONCILE)
    assert step.job.failures == worn.failures


@pytest.mark.parametrize("answer", FROM_OUTSIDE)
@pytest.mark.parametrize(("job", "action"), [(FILE_JOB, Action.UPLOAD), (QUEUED, Action.FETCH)])
def test_a_failure_of_its_own_ends_a_job_after_its_tries(job, action, answer):
    assert next_step(replace(job, failures=CONTEXT.limits.tries - 1), action, answer, CONTEXT).action is Action.FAIL


def test_a_list_that_cannot_be_read_for_one_job_leaves_it_in_doubt():
    unreadable = NoAnswer(sent=True, unreadable=True, why="was a list whose pages repeat")
    worn = replace(SUBMITTING, failures=CONTEXT.limits.tries - 2)
    again = next_step(worn, Action.RECONCILE, unreadable, CONTEXT)
    assert (again.action, again.job.failures) == (Action.RECONCILE, CONTEXT.limits.tries - 1)
    ended = next_step(again.job, Action.RECONCILE, unreadable, CONTEXT)
    assert (ended.action, ended.job.error_kind) == (Action.FAIL, "in_doubt")
    assert "whose pages repeat" in ended.job.error
    assert next_step(again.job, Action.RECONCILE, unreadable, replace(CONTEXT, is_own=False)).action is Action.RECONCILE
    late = replace(CONTEXT, in_doubt_s=CONTEXT.limits.job_timeout_s + 1)
    assert next_step(SUBMITTING, Action.RECONCILE, Refused(503), late).job.error_kind == "in_doubt"
    assert next_step(SUBMITTING, Action.RECONCILE, Refused(503), replace(late, is_own=False)).action is Action.RECONCILE


def test_what_an_overdue_job_was_last_said_to_be_is_said():
    assert next_step(QUEUED, Action.WAIT, steps.Overdue("had the status 'x', which is unknown"), CONTEXT).job.error.endswith(
        "(The last answer had the status 'x', which is unknown.)"
    )


def test_a_search_of_the_list_never_ends_anything():
    long_ago = replace(SUBMITTING, intent_at=NOW - 24 * 3600, failures=100)
    assert next_step(long_ago, Action.RECONCILE, Refused(503), CONTEXT).action is Action.RECONCILE


@pytest.mark.parametrize(("action", "answer"), [(None, Claimed()), (Action.SUBMIT, NoAnswer(sent=True))], ids=["resumed", "answer lost"])
def test_the_list_has_its_time_from_when_the_request_may_have_left(action, answer):
    """An hour may be between the intent and the request: the run was paused, or something was away."""
    step = next_step(replace(SUBMITTING, intent_at=NOW - 3600), action, answer, CONTEXT)
    assert next_step(step.job, step.action, NotFound(), CONTEXT).action is Action.RECONCILE


@pytest.mark.parametrize("answer", [Refused(503), NoAnswer(sent=True, unreadable=True), Refused(418, "teapot")])
def test_what_could_not_be_fetched_is_told_from_what_the_service_failed_on(answer):
    worn = replace(QUEUED, failures=CONTEXT.limits.tries)
    step = next_step(worn, Action.FETCH, answer, CONTEXT)
    assert (step.action, step.job.error_kind, step.job.transcript_id) == (Action.FAIL, "not_fetched", "t1")
    assert "sk.retry" in step.job.error


def test_a_lost_upload_is_uploaded_once_more():
    job = replace(UPLOADED_JOB, state=steps.QUEUED, transcript_id="t1", attempts=1)
    gone = StatusReport("error", "Download error, unable to download https://cdn.example/u.")
    assert next_step(job, Action.FETCH, gone, CONTEXT).action is Action.UPLOAD
    assert next_step(replace(job, attempts=2), Action.FETCH, gone, CONTEXT).action is Action.FAIL


LINK = "https://a.example/a.mp3?X-Amz-Date=19700112T000000Z&X-Amz-Expires=3600&X-Amz-Signature=4f"


def test_a_link_that_had_expired_is_told_apart():
    gone = StatusReport("error", "Download error, unable to download it.")
    linked = replace(QUEUED, upload_url=LINK)
    step = next_step(linked, Action.FETCH, gone, CONTEXT)
    assert (step.action, step.job.error_kind) == (Action.FAIL, "download")
    assert "expired on 1970-01-12 at 01:00 UTC" in step.job.error
    assert step.job.error.count("The service said:") == 1
    assert "expired" not in next_step(linked, Action.FETCH, gone, replace(CONTEXT, now=NOW - 100_000)).job.error
    assert "expired" not in next_step(linked, Action.FETCH, StatusReport("error", "Transcoding failed"), CONTEXT).job.error


def test_the_link_of_an_address_is_kept_when_it_is_sent_again():
    job = replace(QUEUED, upload_url=LINK)
    again = next_step(job, Action.FETCH, StatusReport("error", SERVER_ERROR), CONTEXT).job
    assert again.audio_url == LINK
    assert next_step(replace(SUBMITTING, upload_url=LINK), Action.SUBMIT, Refused(429, "Too Many Requests"), CONTEXT).job.audio_url == LINK


def test_the_local_service_may_forget():
    forgotten = Refused(400, "Transcript lookup error, transcript id not found")
    assert next_step(QUEUED, Action.WAIT, forgotten, replace(CONTEXT, forgets_jobs=True)).action is Action.SUBMIT


def test_an_ended_job_is_never_driven():
    with pytest.raises(ValueError, match="ended"):
        next_step(replace(QUEUED, state=steps.COMPLETED), None, Claimed(), CONTEXT)


OUTCOMES = ["ok", "lost before", "lost after", "late", "500 before", "500 after", "429", "teapot", "no connection"]
LATE_S = 3.0


class OneCreateAtATime(RuleBasedStateMachine):
    """A service whose answers are lost, late or refused, and a client that may crash after any of them: never two live creations."""

    def __init__(self):
        super().__init__()
        self.now = 0.0
        self.job = URL_JOB
        self.action, self.answer = None, Claimed()
        self.created = []  # every transcript that the service made for the job
        self.failed = set()  # those that ended in the service's own error
        self.ours = set()  # those that the ledger has seen
        self.late_at = None  # when a request that seems lost takes effect

    @property
    def live(self):
        return [transcript for transcript in self.created if transcript not in self.failed]

    @precondition(lambda self: self.job.state not in steps.ENDED)
    @rule(outcome=st.sampled_from(OUTCOMES), crash=st.booleans())
    def go_on(self, outcome, crash):
        step = next_step(self.job, self.action, self.answer, replace(CONTEXT, now=self.now, newest=None))
        self.job, self.action = step.job, step.action
        if self.job.transcript_id:
            self.ours.add(self.job.transcript_id)
        self.now += step.after_s
        self.arrive()
        perform = {Action.SUBMIT: self.create, Action.RECONCILE: self.reconcile, Action.WAIT: self.wait, Action.FETCH: self.fetch}
        if self.action in perform:
            self.answer = perform[self.action](outcome)
        if crash or self.action is Action.STOP:
            self.action, self.answer = None, Claimed()
            self.now += 60.0

    @precondition(lambda self: self.job.state in steps.ENDED)
    @rule()
    def rest(self):
        self.now += 1.0

    def arrive(self):
        if self.late_at is not None and self.now >= self.late_at:
            self.created.append(f"t{len(self.created)}")
            self.late_at = None

    def create(self, outcome):
        assert not self.live, "a second create while the first lives"
        assert self.late_at is None, "a second create while the outcome of the first is unknown"
        if outcome in ("ok", "lost after", "500 after"):
            self.created.append(f"t{len(self.created)}")
        if outcome == "late":
            self.late_at = self.now + LATE_S
        answers = {
            "429": Refused(429, None, 1.0),
            "teapot": Refused(418, "odd"),
            "no connection": NoAnswer(sent=False),
            "500 before": Refused(500),
            "500 after": Refused(500),
        }
        return Accepted(self.created[-1], "queued") if outcome == "ok" else answers.get(outcome, NoAnswer(sent=True))

    def reconcile(self, outcome):
        if outcome in ("lost before", "lost after", "no connection"):
            return NoAnswer(sent=True)
        if outcome in ("500 before", "500 after"):
            return Refused(503)
        unknown = [transcript for transcript in self.created if transcript not in self.ours]
        return Accepted(unknown[0], "processing", found=True) if unknown else NotFound()

    def wait(self, outcome):
        assert self.job.transcript_id in self.created
        if outcome in ("500 before", "500 after"):
            self.failed.add(self.job.transcript_id)
        return StatusReport("error", SERVER_ERROR) if self.job.transcript_id in self.failed else StatusReport("completed")

    def fetch(self, outcome):
        if outcome != "ok":
            return NoAnswer(sent=True, unreadable=True)
        return StatusReport("error", SERVER_ERROR) if self.job.transcript_id in self.failed else StatusReport("completed")

    @invariant()
    def at_most_one_lives(self):
        assert len(self.live) <= 1

    @invariant()
    def a_completed_job_has_its_transcript(self):
        assert self.job.state != steps.COMPLETED or self.live == [self.job.transcript_id]


TestOneCreateAtATime = OneCreateAtATime.TestCase
TestOneCreateAtATime.settings = examples(150, stateful_step_count=30)
