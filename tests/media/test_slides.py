"""Slides are found in the pictures, each once and in time; where nobody shows any, there are none."""

import os
import shlex
import shutil
from itertools import pairwise

import numpy as np
import pytest

from svs.errors import Stopped, SvsError
from svs.media import clock, ffmpeg, slides, tool
from svs.media.probe import probe
from svs.media.slides import find
from svs.media.thumbnails import HEIGHT, WIDTH, Reader, Thumbnails
from tests.media.clips import (
    RATE,
    clip,
    film,
    gallery,
    lecture,
    names_only,
    plain_room,
    scrolled,
    slide,
    talking_head,
    texture,
    tiles,
    words,
)

LENGTHS = (14, 9, 20, 12, 6, 8, 17, 11, 7, 13)
STARTS = [float(start) for start in np.cumsum((0, *LENGTHS[:-1]))]


def random(seed=7):
    return np.random.default_rng(seed)


def found(path, start=0.0, end=None):
    end = probe(path).duration if end is None else end
    return find(Reader(path, clock.origin(path), path.parent), start, end)


def assert_on_time(shown, starts, late):
    """Check that each slide is there, and begins no later than so many seconds after it does."""
    assert len(shown) == len(starts)
    for one, start in zip(shown, starts, strict=True):
        assert start - 0.5 <= one.start <= start + late
    for before, after in pairwise(shown):
        assert before.end <= after.start


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    """Return a lecture of ten slides, with a key frame every ten seconds."""
    return clip(tmp_path_factory.mktemp("talk") / "talk.mp4", lecture(random(), LENGTHS))


@pytest.mark.slow
@pytest.mark.parametrize(("keys", "late"), [(2, 2.0), (30, 1.0), (300, 1.0)])
def test_every_slide_of_a_lecture_is_found_beside_its_speaker(tmp_path, keys, late):
    made = clip(tmp_path / "talk.mp4", lecture(random(keys), LENGTHS), keys=keys)
    assert_on_time(found(made), STARTS, late)


def test_the_times_are_exact_although_key_frames_are_far_apart(talk):
    assert_on_time(found(talk), STARTS, 1.0)


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="no system ffmpeg")
def test_times_do_not_depend_on_ffmpegs_log(talk, tmp_path, monkeypatch):
    silent = tmp_path / "ffmpeg"
    # Its log goes to its standard input, which cannot be written.
    silent.write_text(f'#!/bin/sh\nexec {shlex.quote(str(tool.find()))} "$@" 2>&0\n')
    silent.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert_on_time(found(talk, end=float(sum(LENGTHS))), STARTS, 1.0)


def test_a_part_of_a_recording_has_its_own_slides_at_the_recordings_times(talk):
    assert [round(one.start) for one in found(talk, 21.0, 62.0)] == [23, 43, 55]


def test_times_are_counted_from_where_the_recording_begins(talk, tmp_path):
    late = tmp_path / "late.mkv"
    ffmpeg.run(["-i", f"file:{talk}", "-c", "copy", "-output_ts_offset", "5", f"file:{late}"])
    assert clock.origin(late) == pytest.approx(5.0)
    assert_on_time(found(late, end=float(sum(LENGTHS))), STARTS, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("shown", [talking_head, plain_room, film, gallery, names_only, scrolled])
@pytest.mark.parametrize("keys", [2, 10])
def test_people_films_and_pages_that_are_scrolled_have_no_slides(tmp_path, shown, keys):
    assert found(clip(tmp_path / "clip.mp4", shown(random(), 60), keys=keys)) == ()


def test_a_still_picture_is_no_slide_and_a_cover_is_no_picture(tmp_path):
    still = clip(tmp_path / "still.mp4", [slide(random())] * (40 * RATE), keys=300)
    assert found(still) == ()
    cover, podcast = tmp_path / "cover.png", tmp_path / "podcast.mp3"
    ffmpeg.run(["-i", f"file:{still}", "-frames:v", "1", f"file:{cover}"])
    tone = ["-f", "lavfi", "-i", "sine=d=3", "-i", f"file:{cover}", "-map", "0", "-map", "1"]
    ffmpeg.run([*tone, "-c:v", "copy", "-disposition:v:0", "attached_pic", f"file:{podcast}"])
    assert probe(still).pictures
    assert not probe(podcast).pictures
    with pytest.raises(SvsError):
        found(podcast)


def test_it_stops_when_asked_and_leaves_nothing_behind(talk):
    def stop():
        raise Stopped("enough")

    with pytest.raises(Stopped):
        find(Reader(talk, 0.0, talk.parent, stop=stop), 0.0, 60.0)
    assert list(talk.parent.iterdir()) == [talk]


def small(picture):
    """Return a picture of a clip as a thumbnail."""
    rows, columns = picture.shape[0] // HEIGHT, picture.shape[1] // WIDTH
    return picture.reshape(HEIGHT, rows, WIDTH, columns).mean(axis=(1, 3))


def shown_in_turn(*pictures, seconds=8):
    """Return thumbnails, one a second, of pictures that follow each other."""
    frames = [small(picture) for picture in pictures for _ in range(seconds)]
    return Thumbnails(np.arange(len(frames), dtype=float), np.array(frames, np.uint8))


def starts(*pictures, seconds=8):
    thumbnails = shown_in_turn(*pictures, seconds=seconds)
    return [one.start for one in slides.slides(thumbnails, float(len(thumbnails.times)))]


FIRST, SECOND, THIRD = (slide(random(seed)) for seed in (1, 2, 3))


def test_a_slide_that_comes_back_is_listed_once():
    assert starts(FIRST, SECOND, FIRST, THIRD, SECOND) == [0.0, 8.0, 24.0]


def test_lines_that_are_added_belong_to_the_slide():
    begun = FIRST.copy()
    begun[60:] = FIRST[-1, -1]
    assert starts(begun, FIRST, SECOND, THIRD) == [0.0, 16.0, 24.0]


def test_what_is_shown_briefly_is_no_slide():
    assert starts(FIRST, SECOND, THIRD, seconds=8) == [0.0, 8.0, 16.0]
    assert starts(FIRST, SECOND, THIRD, seconds=4) == []


def test_two_pictures_are_no_slides_yet():
    assert starts(FIRST, SECOND) == []


def test_a_page_that_is_moved_up_is_the_same_page():
    page = np.vstack([FIRST, SECOND, THIRD])
    moved = [page[top : top + len(FIRST)] for top in (0, 65, 130, 195, 260)]
    assert starts(*moved, slide(random(4)), slide(random(5))) == [0.0, 40.0, 48.0]


def test_a_line_of_words_alone_is_no_new_slide():
    other = FIRST.copy()
    words(other, random(9), 165, 170, 28, 5)
    assert starts(FIRST, other, SECOND, THIRD) == [0.0, 16.0, 24.0]


def meeting(count, speaker=None):
    """Return the name tiles of so many people."""
    columns = next(columns for columns in (2, 3, 4) if columns**2 >= count)
    return tiles(np.zeros((180, 320)), range(count), columns, speaker)


def speaking(name):
    """Return one large name tile below the small ones of others."""
    picture = np.zeros((180, 320))
    tiles(picture[:30], [other for other in range(7) if other != name], 6)
    tiles(picture[30:], [name], 1)
    picture[36:-6, 8:-8][picture[36:-6, 8:-8] == 60] = 30 + 25 * name
    return picture


def test_name_tiles_of_people_who_join_and_leave_are_no_slides():
    assert starts(*(meeting(count) for count in (2, 3, 4, 5, 6, 7, 9, 10, 12))) == []


def test_name_tiles_above_what_people_write_are_no_slides():
    written = slide(random(4))[:80]
    shown = [np.vstack([meeting(count)[::2][:90], written, written[:10]]) for count in (2, 4, 6, 9, 12)]
    assert starts(*shown) == []


def test_a_frame_that_moves_from_speaker_to_speaker_gives_no_slides():
    assert starts(*(meeting(4, speaker) for speaker in (0, 1, 0, 2, 3, 1, 2, 0))) == []


def test_large_name_tiles_of_people_who_speak_in_turn_are_no_slides():
    assert starts(*map(speaking, (0, 1, 0, 2, 3, 1, 2, 0, 3))) == []
    assert len(starts(*map(speaking, (0, 1, 2, 3)))) == 4
    assert len(starts(*map(speaking, (0, 2, 0, 2)), FIRST)) == 3


def test_slides_that_are_shown_in_a_meeting_of_name_tiles_are_found():
    shown = [FIRST, SECOND, THIRD]
    assert starts(meeting(3), meeting(5), *shown, meeting(7), meeting(8)) == [16.0, 24.0, 32.0]
    assert starts(meeting(6), *shown, meeting(6)) == [8.0, 16.0, 24.0]


def test_slides_below_a_row_of_name_tiles_are_found():
    def below(picture, speaker):
        row = tiles(np.zeros((30, 320)), range(6), 6, speaker)
        return np.vstack([row, picture[:150]])

    shown = [below(picture, speaker) for picture in (FIRST, SECOND, THIRD) for speaker in (0, 3, 1)]
    assert starts(*shown) == [0.0, 24.0, 48.0]


def test_one_slide_of_boxes_side_by_side_among_others_is_found():
    boxes = tiles(np.zeros((180, 320)), range(6), 3)
    camera = texture(random(), 180, 320)
    assert starts(FIRST, boxes, camera, boxes, SECOND, THIRD) == [0.0, 8.0, 32.0, 40.0]


def test_slides_to_which_the_speaker_goes_back_are_found():
    assert starts(FIRST, SECOND, FIRST, SECOND, THIRD, FIRST, THIRD, SECOND) == [0.0, 8.0, 32.0]


def test_only_what_changes_is_looked_at_closely():
    pictures = np.array([small(picture) for picture in (FIRST, FIRST, SECOND, SECOND)], np.uint8)
    unclear = slides.unclear(Thumbnails(np.array([0.0, 10.0, 20.0, 30.0]), pictures), 0.0, 31.5)
    assert unclear == [(10.0, 20.0)]
    nearby = slides.unclear(Thumbnails(np.array([0.0, 2.0, 4.0, 6.0]), pictures), 0.0, 7.0)
    assert nearby == []


def test_nothing_to_see_gives_no_slides():
    nothing = Thumbnails(np.array([]), np.zeros((0, HEIGHT, WIDTH), np.uint8))
    assert slides.slides(nothing, 10.0) == ()
    assert starts(FIRST, seconds=1) == []
