"""Which pairs of sounds are two people's, and where one has only what leaks from the other.

The sentences of the bundled talk are said in turn by two, each on a side of its own.
"""

import numpy as np
import pytest

from svs.media import bleed, pcm

SECONDS = 60


@pytest.fixture(scope="module")
def voice(talk_pcm):
    """Return the beginning of the talk."""
    return pcm.read(talk_pcm, 0, SECONDS * pcm.RATE)


@pytest.fixture(scope="module")
def turns(talk):
    """Return for each sample whose turn it is: 0 or 1."""
    whose = np.zeros(SECONDS * pcm.RATE, int)
    for number, sentence in enumerate(talk["sentences"]):
        whose[round((sentence["start"] - 0.2) * pcm.RATE) :] = number % 2
    return whose


@pytest.fixture(scope="module")
def sides(voice, turns):
    """Return the sound of both sides when each hears nothing of the other."""
    return np.stack([voice * (turns == 0), voice * (turns == 1)])


def noise(level, seed, shape=SECONDS * pcm.RATE):
    """Return noise of a level in dB."""
    return np.random.default_rng(seed).normal(0, 10 ** (level / 20), shape).astype(np.float32)


def in_room(sound, seed, delay=0.003, seconds=0.3):
    """Return what a microphone across a room has of a sound, at the same level."""
    fading = np.exp(-np.arange(seconds * pcm.RATE) / (0.14 * seconds * pcm.RATE))
    answer = noise(0, seed, len(fading)) * fading
    answer = np.concatenate([np.zeros(round(delay * pcm.RATE)), answer / np.sqrt(np.square(answer).sum())])
    size = 1 << (len(sound) + len(answer)).bit_length()
    return np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(answer, size), size)[: len(sound)]


def with_leak(sides, decibels, seed=None):
    """Return both sides with each other's sound, so much quieter: by wire, or with a seed across a room."""
    heard = sides if seed is None else np.stack([in_room(side, seed + n) for n, side in enumerate(sides)])
    return sides + heard[::-1] * 10 ** (-decibels / 20) + noise(-60, 1, sides.shape)


def compared(sounds):
    sounds = np.asarray(sounds, np.float32)
    chunks = (sounds[:, first : first + bleed.CHUNK] for first in range(0, sounds.shape[1], bleed.CHUNK))
    return bleed.compare(bleed.measure(chunks))


@pytest.mark.parametrize("seed", [None, 1, 5], ids=["wire", "room", "another-room"])
@pytest.mark.parametrize("decibels", [10, 15, 20, 60])
def test_two_who_take_turns_are_separate_whatever_leaks(sides, decibels, seed):
    assert compared(with_leak(sides, decibels, seed)).separate


@pytest.mark.parametrize("gain", [0.25, 1, 4])
def test_they_are_separate_with_unequal_microphones_too(sides, gain):
    assert compared(with_leak(sides, 15, 1) * [[1], [gain]]).separate


def test_they_are_separate_when_they_speak_at_once(voice):
    assert compared([voice, np.roll(voice, 17 * pcm.RATE) + noise(-60, 1)]).separate


def test_they_are_separate_when_one_hardly_speaks(sides, voice):
    few = slice(20 * pcm.RATE, 24 * pcm.RATE)
    guest, host = np.zeros_like(voice), voice.copy()
    guest[few], host[few] = voice[few], 0
    assert compared(with_leak(np.stack([host, guest]), 15, 1)).separate


ORDINARY = {
    "dual mono": lambda voice, sides: [voice, voice],
    "inverted": lambda voice, sides: [voice, -0.9 * voice],
    "quieter": lambda voice, sides: [voice, voice / 4],
    "late": lambda voice, sides: [voice, np.roll(voice, 240)],
    "one silent": lambda voice, sides: [voice, 0 * voice],
    "one noise": lambda voice, sides: [voice, noise(-40, 1)],
    "one hum": lambda voice, sides: [voice, 0.02 * np.sin(np.arange(len(voice)) * 2 * np.pi * 50 / pcm.RATE)],
    "silence": lambda voice, sides: [0 * voice, 0 * voice],
    "nothing": lambda voice, sides: np.zeros((2, 0)),
    "centred": lambda voice, sides: voice + noise(-45, 1, (2, len(voice))),
    "two microphones": lambda voice, sides: [in_room(voice, 1), in_room(voice, 2, 0.004)],
    "two microphones, far": lambda voice, sides: [
        in_room(voice, 1, 0.01, 0.8),
        in_room(voice, 2, 0.012, 0.8),
    ],
    "two voices between two microphones": lambda voice, sides: with_leak(sides, 3, 1),
    "two voices panned by 5 dB": lambda voice, sides: [[1, 0.56], [0.56, 1]] @ sides,
    "film": lambda voice, sides: voice + effects(len(voice)),
    "wide music": lambda voice, sides: music(len(voice)),
    "voice over wide music": lambda voice, sides: voice + 0.5 * music(len(voice)),
    "crowd": lambda voice, sides: noise(-30, 1, (2, len(voice))),
    "from side to side": lambda voice, sides: voice * walk(len(voice)),
}


def walk(count):
    angle = (0.5 + 0.4 * np.sin(np.arange(count) / pcm.RATE / 3)) * np.pi / 2
    return np.stack([np.cos(angle), np.sin(angle)])


def effects(count):
    """Return bangs at places from left to right, one every 1.5 s."""
    random, sound = np.random.default_rng(1), np.zeros((2, count))
    for first in range(0, count - pcm.RATE, 3 * pcm.RATE // 2):
        angle = random.uniform(0, np.pi / 2)
        bang = noise(-20, first, pcm.RATE) * np.exp(-np.arange(pcm.RATE) / 3000)
        sound[:, first : first + pcm.RATE] += np.outer([np.cos(angle), np.sin(angle)], bang)
    return sound


def music(count):
    """Return twelve instruments, each at its place and in its rhythm."""
    random, time, sound = np.random.default_rng(1), np.arange(count) / pcm.RATE, np.zeros((2, count))
    for _ in range(12):
        angle, beat, tone = random.uniform(0.15, 1.4), random.uniform(0.2, 1), 110 * 2 ** random.uniform(0, 3)
        note = 0.05 * np.sin(2 * np.pi * tone * time) * np.exp(-3 * (time / beat % 1))
        sound += np.outer([np.cos(angle), np.sin(angle)], note)
    return sound


@pytest.mark.parametrize("kind", ORDINARY)
def test_ordinary_stereo_is_not_separate(voice, sides, kind):
    assert not compared(ORDINARY[kind](voice, sides)).separate


def blocks(samples):
    """Return the root mean square of each block."""
    cut = samples[: len(samples) // bleed.BLOCK * bleed.BLOCK].reshape(-1, bleed.BLOCK)
    return np.sqrt(np.square(cut).mean(axis=1))


@pytest.mark.parametrize("seed", [None, 1, 5], ids=["wire", "room", "another-room"])
@pytest.mark.parametrize("decibels", [10, 20])
def test_what_leaks_is_known_and_what_is_said_is_kept(sides, decibels, seed):
    foreign = bleed.foreign(compared(with_leak(sides, decibels, seed)))
    loud = np.stack([blocks(side) for side in sides]) > 0.02
    others = loud[::-1] & ~loud
    assert foreign[:, : loud.shape[1]][others].mean() > 0.9
    assert foreign[:, : loud.shape[1]][loud].mean() < 0.02


def test_of_two_who_speak_at_once_without_a_leak_nothing_is_foreign(voice):
    other = np.roll(voice, 17 * pcm.RATE)
    foreign = bleed.foreign(compared([voice, other]))
    loud = np.stack([blocks(voice), blocks(other)]) > 0.02
    assert foreign[:, : loud.shape[1]][loud].mean() < 0.02


@pytest.mark.parametrize("decibels", [20, 60])
def test_what_is_in_the_middle_belongs_to_one_of_two_channels(sides, voice, decibels):
    opening = slice(10 * pcm.RATE)
    sounds = with_leak(sides, decibels)
    sounds[:, opening] = voice[opening]
    foreign = bleed.foreign(compared(sounds))
    loud = blocks(voice[opening]) > 0.02
    assert foreign[:, : len(loud)][:, loud].sum(axis=0).tolist() == [1] * loud.sum()


@pytest.mark.parametrize("order", [1, -1], ids=["mix-first", "mix-last"])
def test_a_mix_repeats_those_who_are_in_it(sides, order):
    mixed, alone = sides.sum(axis=0), sides[0]
    repeated = bleed.repeated(compared([mixed, alone][::order]))[::order]
    loud = blocks(alone) > 0.02
    assert repeated[0][: len(loud)][loud].mean() > 0.9
    assert not repeated[1].any()


@pytest.mark.parametrize("copy", [1, -1, 0.3])
def test_of_the_same_sound_twice_the_second_repeats(voice, copy):
    first, second = bleed.repeated(compared([voice, copy * voice]))
    assert not first.any()
    assert second[: SECONDS * 10][blocks(voice) > 0.02].all()


def test_silence_takes_blocks_out_and_leaves_the_others_as_they_were(tmp_path, voice):
    file = tmp_path / "sound.pcm"
    before = (voice * 32768).astype("<i2")
    file.write_bytes(before.tobytes())
    where = np.zeros(SECONDS * 10, bool)
    where[100:200] = True
    bleed.silence(file, where, lambda: None)
    after = np.frombuffer(file.read_bytes(), "<i2")
    first, last = 100 * bleed.BLOCK, 200 * bleed.BLOCK
    assert not after[first + 2 * bleed.BLOCK : last - 2 * bleed.BLOCK].any()
    assert np.array_equal(after[:first], before[:first])
    assert np.array_equal(after[last:], before[last:])


def test_of_two_files_the_shorter_one_ends_with_silence(tmp_path):
    for name, count in (("long", 3), ("short", 1)):
        (tmp_path / name).write_bytes(np.full(count * bleed.BLOCK, 16384, "<i2").tobytes())
    found = bleed.measure(
        bleed.chunks([tmp_path / "short", tmp_path / "long"], 3 * bleed.BLOCK, lambda: None)
    )
    assert found.powers.tolist() == [[0.25, 0, 0], [0.25, 0.25, 0.25]]
    assert found.products.tolist() == [0.25, 0, 0]
