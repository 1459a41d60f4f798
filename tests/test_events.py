"""The weights of the stages, and listeners."""

from hypothesis import given
from hypothesis import strategies as st

from svs.events import WEIGHTS, ProgressEvent, Stage, fan_out, ignore, overall

fractions = st.dictionaries(st.sampled_from(Stage), st.floats(-1, 2))


def test_the_weights_are_those_of_the_design_and_make_100():
    assert list(WEIGHTS.values()) == [20, 50, 30]


@given(fractions)
def test_overall_is_between_0_and_100(done):
    assert 0 <= overall(done) <= 100


@given(fractions, st.sampled_from(Stage), st.floats(0, 1))
def test_more_of_a_stage_is_never_less_of_the_whole(done, stage, more):
    before = {**done, stage: done.get(stage, 0.0)}
    assert overall({**before, stage: before[stage] + more}) >= overall(before)


def test_all_stages_done_are_exactly_100():
    assert overall(dict.fromkeys(Stage, 1.0)) == 100
    assert overall({Stage.EXTRACT: 1.0, Stage.TRANSCRIBE: 0.5}) == 45


def test_fan_out_passes_each_event_to_all_in_their_order():
    heard = []
    event = ProgressEvent(job_id="x", stage=None, kind="done", at=0.0)
    fan_out(lambda e: heard.append(("a", e)), ignore, lambda e: heard.append(("b", e)))(event)
    assert heard == [("a", event), ("b", event)]
