"""The sound on disk is read by sample numbers, only as much as is asked for."""

import numpy as np
import pytest

from svs.media import pcm


@pytest.fixture
def sound(tmp_path):
    path = tmp_path / "audio.pcm"
    path.write_bytes(np.array([0, 16384, -32768, 32767, 1], "<i2").tobytes())
    return path


def test_samples_are_numbers_between_minus_one_and_one(sound):
    samples = pcm.read(sound, 0, 5)
    assert samples.dtype == np.float32
    assert samples.tolist() == [0.0, 0.5, -1.0, 32767 / 32768, 1 / 32768]


def test_the_first_sample_is_in_and_the_last_is_not(sound):
    assert pcm.read(sound, 1, 3).tolist() == [0.5, -1.0]
    assert pcm.read_bytes(sound, 1, 3) == sound.read_bytes()[2:6]


def test_no_samples_are_no_samples(sound):
    assert pcm.read(sound, 2, 2).size == 0
    assert pcm.read(sound, 3, 2).size == 0


def test_the_sound_ends_where_it_ends(sound):
    assert pcm.read(sound, 3, 1000).size == 2
    assert pcm.read(sound, 100, 200).size == 0


def test_half_a_sample_is_not_read(sound):
    sound.write_bytes(sound.read_bytes() + b"\x01")
    assert pcm.read(sound, 0, 100).size == 5
    assert pcm.seconds(sound) == 5 / pcm.RATE


def test_the_length_is_in_seconds(tmp_path):
    path = tmp_path / "audio.pcm"
    path.write_bytes(bytes(2 * pcm.RATE * 3))
    assert pcm.seconds(path) == 3.0
