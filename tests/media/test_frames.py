"""Key frames are sharp, small, from the right moment, and never a reason to fail."""

import numpy as np
import pytest

from svs.errors import Stopped
from svs.media import ffmpeg
from svs.media.frames import Moment, key_frames, sharpness


def made(target, *arguments):
    ffmpeg.run([*map(str, arguments), "-pix_fmt", "yuv420p", f"file:{target}"])
    return target


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Return ten seconds of pictures of 640 x 360, out of focus but in the sixth."""
    blurred = "gblur=sigma=9:enable='not(between(t,4.5,5.49))'"
    return made(
        tmp_path_factory.mktemp("clip") / "clip.mp4",
        *("-f", "lavfi", "-i", "testsrc=s=640x360:r=10:d=10", "-vf", blurred, "-c:v", "libx264"),
    )


def size(jpeg, tmp_path):
    """Return the width and height of a JPEG, and that it is a whole one."""
    (tmp_path / "x.jpg").write_bytes(jpeg)
    graph = [
        "-i",
        f"file:{tmp_path / 'x.jpg'}",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "gray",
        f"file:{tmp_path / 'x'}",
    ]
    ffmpeg.run(graph)
    start = jpeg.index(b"\xff\xc0") + 5
    height, width = int.from_bytes(jpeg[start : start + 2]), int.from_bytes(jpeg[start + 2 : start + 4])
    assert (tmp_path / "x").stat().st_size == width * height
    return width, height


@pytest.mark.slow
def test_the_sharpest_picture_around_a_moment_is_taken_and_made_small(clip, tmp_path):
    (frame,) = key_frames(clip, [Moment(0.0, 4.0, 10.0)], tmp_path)
    assert frame.start == 5.0
    assert size(frame.jpeg, tmp_path) == (480, 270)
    assert len(frame.jpeg) <= 40_000
    assert not list(tmp_path.glob("*.part"))


def test_it_stays_between_its_bounds(clip, tmp_path):
    later, earlier = key_frames(clip, [Moment(6.0, 6.2, 8.0), Moment(0.0, 2.0, 4.0)], tmp_path)
    assert 6.0 <= later.start < 8.0
    assert 1.0 <= earlier.start < 4.0


def test_the_same_recording_gives_the_same_bytes(clip, tmp_path):
    moments = [Moment(0.0, 4.0, 10.0)]
    assert key_frames(clip, moments, tmp_path) == key_frames(clip, moments, tmp_path)


def test_a_picture_of_noise_is_small_too(tmp_path):
    noise = made(
        tmp_path / "noise.mp4",
        *(
            "-f",
            "lavfi",
            "-i",
            "color=gray:s=480x480:r=1:d=3,noise=alls=60:allf=t",
            "-c:v",
            "libx264",
            "-crf",
            1,
        ),
    )
    (frame,) = key_frames(noise, [Moment(0.0, 1.0, 3.0)], tmp_path)
    assert len(frame.jpeg) <= 40_000


@pytest.mark.parametrize(
    ("shape", "sar", "shown"), [("360x640", "1", (270, 480)), ("160x120", "2", (320, 120))]
)
def test_pictures_keep_their_shape_and_are_never_enlarged(tmp_path, shape, sar, shown):
    video = made(
        tmp_path / "video.mp4",
        *("-f", "lavfi", "-i", f"testsrc=s={shape}:r=2:d=3,setsar={sar}", "-c:v", "libx264"),
    )
    (frame,) = key_frames(video, [Moment(0.0, 1.0, 3.0)], tmp_path)
    assert size(frame.jpeg, tmp_path) == shown


@pytest.mark.slow
def test_nothing_is_shown_of_sound_covers_black_and_what_is_no_recording(tmp_path):
    black = made(tmp_path / "black.mp4", "-f", "lavfi", "-i", "color=black:s=64x64:d=3", "-c:v", "libx264")
    cover = made(
        tmp_path / "cover.jpg", "-f", "lavfi", "-i", "testsrc=s=64x64", "-frames:v", "1", "-f", "mjpeg"
    )
    sound = tmp_path / "sound.m4a"
    tone = ["-f", "lavfi", "-i", "sine=d=3"]
    ffmpeg.run([*tone, "-i", f"file:{cover}", "-map", "0", "-map", "1", "-c:v", "copy",
                "-disposition:v:0", "attached_pic", f"file:{sound}"])  # fmt: skip
    text = tmp_path / "text.mp4"
    text.write_text("no recording at all")
    for path in (black, sound, text, tmp_path / "missing.mp4", tmp_path):
        assert key_frames(path, [Moment(0.0, 1.0, 3.0)] * 5, tmp_path) == (), path


def test_a_moment_beyond_the_end_has_none_and_the_others_have(clip, tmp_path):
    frames = key_frames(clip, [Moment(60.0, 61.0, 70.0), Moment(0.0, 4.0, 10.0)], tmp_path)
    assert [frame.start for frame in frames] == [5.0]


def test_frames_stop_when_asked(clip, tmp_path):
    def stop():
        raise Stopped("enough")

    with pytest.raises(Stopped):
        key_frames(clip, [Moment(0.0, 4.0, 10.0)], tmp_path, stop=stop)
    assert not list(tmp_path.glob("*.part"))


def test_sharpness_is_the_variance_of_the_laplacian():
    flat = np.full((8, 8, 3), 100, np.uint8)
    ramp = np.repeat(np.arange(8, dtype=np.uint8)[None, :, None] * 10, 8, axis=0).repeat(3, axis=2)
    board = (np.indices((8, 8)).sum(axis=0) % 2 * 255).astype(np.uint8)[:, :, None].repeat(3, axis=2)
    assert sharpness(flat) == sharpness(ramp) == 0.0
    assert sharpness(board) == pytest.approx(
        1020.0**2
    )  # each inner one is 4 x 255 above or below its neighbours
    assert sharpness(flat[:2]) == 0.0
