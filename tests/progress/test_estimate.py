"""The time left: from measured speed, never from the weights."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from svs.events import Stage
from svs.model.job import Job, Metrics, Options, Plan, StageRecord
from svs.model.media import Source
from svs.progress import estimate as timeleft
from svs.progress.estimate import Fit, TimeLeft, fit
from svs.times import remaining

PAST = {
    Stage.EXTRACT: Fit(0.2, 0.001, 0.0),
    Stage.TRANSCRIBE: Fit(2.0, 0.1, 0.0),
    Stage.SUMMARIZE: Fit(1.0, 0.0, 0.0),
}
times = st.floats(0.01, 1e5)


def job(**changes):
    return Job(
        id="20261123T000000-0000",
        source=Source(path="/talk.mp4", size=1, mtime_ns=1),
        options=Options(),
        created="2026-11-23T00:00:00+00:00",
        status="done",
        plan=Plan(engine="whisper", model="small"),
        **changes,
    )


def stages(amount, *seconds):
    return {
        stage: StageRecord(key="k", started="s", finished="f", seconds=took, amount=amount)
        for stage, took in zip(Stage, seconds, strict=True)
    }


def middle(left):
    return sum(left) / 2


@given(times, times, st.lists(st.floats(1, 1e5), min_size=1, max_size=8))
def test_a_line_is_found_again(fixed, pace, amounts):
    found = fit([(amount, fixed + pace * amount) for amount in amounts])
    assert all(found.seconds(a) == pytest.approx(fixed + pace * a, rel=0.25) for a in amounts)
    assert found.fixed >= 0
    assert found.pace >= 0


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6))))
def test_whatever_earlier_jobs_took_a_fit_is_sound(points):
    found = fit(points)
    assert (found is None) == all(min(point) <= 0.001 for point in points)
    assert found is None or (found.fixed >= 0 and found.pace >= 0 and found.error >= 0)


@given(st.lists(st.tuples(st.floats(0, 1e4), st.floats(0.001, 1e3)), min_size=1, max_size=20), st.booleans())
def test_it_is_never_negative_and_a_range(steps, known):
    estimate = TimeLeft(PAST if known else {}, 1e4)
    estimate.begin(Stage.EXTRACT, 0.0, 0.0)
    at = 0.0
    for done, passed in steps:
        at += passed
        estimate.step(done, 1e4, at)
        left = estimate.left(at)
        assert left is None or 0 <= left[0] <= left[1]


def test_without_earlier_jobs_there_is_no_estimate_before_the_longest_stage():
    estimate = TimeLeft(length=100.0)
    estimate.begin(Stage.EXTRACT, 0.0, 0.0)
    estimate.step(50.0, 100.0, 1.0)
    assert estimate.left(1.0) is None
    estimate.end(Stage.EXTRACT)
    estimate.begin(Stage.TRANSCRIBE, 0.0, 2.0)
    assert estimate.left(2.5) is None
    estimate.step(0.0, 100.0, 3.0)  # the model is loaded
    assert estimate.left(3.0) is None
    estimate.step(10.0, 100.0, 8.0)
    least, most = estimate.left(8.0)
    assert least < 45 < most


def test_while_the_length_of_the_recording_is_unknown_nobody_knows():
    estimate = TimeLeft(PAST)
    estimate.begin(Stage.EXTRACT, 0.0, 0.0)
    assert estimate.left(0.0) is None
    estimate.length = 100.0
    assert estimate.left(0.0) is not None


def test_processes_that_end_their_first_pieces_together_do_not_look_like_speed():
    left = TimeLeft(length=600.0)
    left.end(Stage.EXTRACT)
    left.begin(Stage.TRANSCRIBE, 0.0, at=0.0)
    left.step(0.0, 600.0, at=0.0)
    for pair in range(1, 6):  # two processes, each of which takes 20 s for 30 s
        for which in range(2):
            left.step(60.0 * pair + 30.0 * which - 30.0, 600.0, at=20.0 * pair + 0.1 * which)
            if which:
                assert middle(left.left(at=20.1 * pair)) == pytest.approx(200 - 20 * pair, rel=0.15)


def test_stages_to_come_and_the_loading_of_models_are_counted():
    estimate = TimeLeft(PAST, 100.0)
    estimate.begin(Stage.EXTRACT, 0.0, 0.0)
    assert middle(estimate.left(0.0)) == pytest.approx(0.3 + 12 + 1, rel=0.01)
    estimate.end(Stage.EXTRACT)
    estimate.begin(Stage.TRANSCRIBE, 0.0, 10.0)
    assert middle(estimate.left(11.0)) == pytest.approx(12 - 1 + 1, rel=0.01)
    estimate.end(Stage.TRANSCRIBE)
    assert middle(estimate.left(30.0)) == pytest.approx(1, rel=0.01)
    estimate.end(Stage.SUMMARIZE)
    assert estimate.left(31.0) == (0, 0)


def test_a_run_that_is_slower_than_earlier_ones_is_believed_more_and_more():
    estimate = TimeLeft(PAST, 1000.0)
    estimate.end(Stage.EXTRACT)
    estimate.begin(Stage.TRANSCRIBE, 0.0, 0.0)
    errors = []
    for done in range(50, 1000, 50):
        at = 2 + done * 0.5  # five times slower than ever
        estimate.step(done, 1000.0, at)
        truth = 2 + 1000 * 0.5 - at + 1
        errors.append(abs(middle(estimate.left(at)) - truth) / truth)
    assert errors[5] < errors[1]
    assert errors[-1] < 0.15


def test_a_resumed_stage_counts_only_what_is_still_to_do():
    estimate = TimeLeft(PAST, 1000.0)
    estimate.end(Stage.EXTRACT)
    estimate.begin(Stage.TRANSCRIBE, 900.0, 0.0)
    assert middle(estimate.left(0.0)) == pytest.approx(2 + 10 + 1, rel=0.01)


def test_only_jobs_of_the_same_kind_count_and_only_what_they_did_themselves():
    like = job()
    slow = replace(job(stages=stages(100.0, 1.0, 50.0, 2.0)), id="20261123T000000-0001")
    other = replace(slow, plan=Plan(engine="whisper", model="tiny"))
    heir = replace(slow, origin="x", stages=stages(100.0, 9.0, 9.0, 2.0))
    found = timeleft.earlier([like, slow, other, heir], like)
    assert found[Stage.TRANSCRIBE].seconds(200.0) == pytest.approx(100.0)
    assert found[Stage.EXTRACT].seconds(100.0) == pytest.approx(1.0)
    assert timeleft.earlier([other], like) == {}


def test_the_error_is_that_of_what_was_said_last_before_the_moment():
    told = Metrics(wall=100.0, estimates=((10.0, 80.0, 120.0), (40.0, 40.0, 60.0), (80.0, 20.0, 20.0)))
    assert timeleft.error(told, 0.25) == pytest.approx(0.10)
    assert timeleft.error(told, 0.5) == pytest.approx(0.10)
    assert timeleft.error(told, 0.9) == pytest.approx(0.0)
    assert timeleft.error(told, 0.05) is None


@pytest.mark.parametrize(
    ("left", "text"),
    [
        ((0.0, 0.0), "about 1 s left"),
        ((40.0, 44.0), "40-44 s left"),
        ((60.0, 60.4), "about 60 s left"),
        ((100.0, 250.0), "2-4 min left"),
        ((170.0, 190.0), "about 3 min left"),
        ((7000.0, 30000.0), "1.9-8.3 h left"),
    ],
)
def test_people_read_a_range_while_it_is_uncertain(left, text):
    assert remaining(*left) == text
