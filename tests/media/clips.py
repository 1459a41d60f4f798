"""Made recordings to look at: slides, a speaker, a film, a page that is scrolled, people in a meeting."""

import numpy as np

from svs.media import ffmpeg

WIDTH, HEIGHT, RATE = 320, 180, 5
WHITE, INK = 235, 40


def clip(target, frames, *arguments, keys=10):
    """Write grey pictures as a video of RATE pictures a second, with a key frame every `keys` seconds."""
    raw = target.with_suffix(".raw")
    with raw.open("wb") as file:
        for frame in frames:
            file.write(np.clip(frame, 0, 255).astype(np.uint8).tobytes())
    form = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDTH}x{HEIGHT}", "-r", RATE]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", 23, "-pix_fmt", "yuv420p"]
    gop = ["-g", keys * RATE, "-sc_threshold", 0]
    ffmpeg.run([*map(str, [*form, "-i", f"file:{raw}", *arguments, *coded, *gop]), f"file:{target}"])
    raw.unlink()
    return target


def slide(random, lines=8):
    """Return a slide: a title and lines of words, as dark boxes on white."""
    picture = np.full((HEIGHT, WIDTH), float(WHITE))
    words(picture, random, 12, 26, 20, 8)
    for line in range(lines):
        words(picture, random, 44 + 16 * line, 51 + 16 * line, 28, 5)
    return picture


def words(picture, random, top, bottom, left, most):
    """Draw some words side by side."""
    for _ in range(random.integers(most // 2, most + 1)):
        right = left + int(random.integers(10, 42))
        if right > WIDTH - 20:
            return
        picture[top:bottom, left:right] = INK + 60 * (np.arange(right - left) % 3 == 0)
        left = right + 6


def texture(random, height, width, roughness=1.5):
    """Return what a camera sees: shades that are alike nearby, 40 to 210."""
    noise = np.fft.fft2(random.standard_normal((height, width)))
    far = np.hypot(*np.meshgrid(np.fft.fftfreq(height), np.fft.fftfreq(width), indexing="ij"))
    field = np.fft.ifft2(noise / np.maximum(far, 1 / width) ** roughness).real
    low, high = np.percentile(field, (2, 98))
    return np.clip(40 + 170 * (field - low) / (high - low), 20, 235)


class Person:
    """Someone who speaks in front of a camera: the head moves all the time, the room does not."""

    def __init__(self, random, height, width):
        self.random, self.height, self.width = random, height, width
        self.room, self.face = texture(random, height, width, 1.8), texture(random, height, width)
        self.at = np.zeros(2)

    def frame(self):
        """Return the next picture."""
        self.at = 0.8 * self.at + self.random.normal(0, 1.6, 2)
        rows, columns = np.mgrid[: self.height, : self.width]
        y, x = (np.array([0.55, 0.5]) + self.at / 60) * (self.height, self.width)
        head = ((rows - y) / (self.height * 0.32)) ** 2 + ((columns - x) / (self.width * 0.2)) ** 2 < 1
        body = (rows > y + self.height * 0.25) & (abs(columns - x) < self.width * 0.33)
        moved = np.roll(self.face, self.at.round().astype(int), (0, 1))
        picture = np.where(head | body, moved, self.room)
        return picture + self.random.normal(0, 2.5, picture.shape)


def lecture(random, lengths, *, webcam=True):
    """Yield slides of so many seconds, with a speaker in a corner, a clock and a bar of progress."""
    person = Person(random, 45, 80)
    total, count = sum(lengths), 0
    for seconds in lengths:
        still = slide(random, int(random.integers(4, 9)))
        for _ in range(round(seconds * RATE)):
            picture = still.copy()
            if webcam:
                picture[-45:, -80:] = person.frame()
            picture[4:10, -40 : -40 + 3 * (count // RATE % 10)] = INK  # a clock
            picture[-2:, : int(WIDTH * count / (total * RATE))] = INK  # a bar
            count += 1
            yield picture


def talking_head(random, seconds):
    """Yield a speaker that fills the picture."""
    person = Person(random, HEIGHT, WIDTH)
    for _ in range(seconds * RATE):
        yield person.frame()


def film(random, seconds):
    """Yield shots of 2 to 9 seconds: still ones, ones that pan, ones with someone in them."""
    left = seconds * RATE
    while left > 0:
        count = min(left, int(random.integers(2 * RATE, 9 * RATE)))
        kind, left = int(random.integers(3)), left - count
        person = Person(random, HEIGHT, WIDTH)
        for step in range(count):
            if kind == 0:
                yield person.room + random.normal(0, 2.5, person.room.shape)
            elif kind == 1:
                yield np.roll(person.room, 3 * step, 1)
            else:
                yield person.frame()


def scrolled(random, seconds):
    """Yield a long page that is read for some seconds, then moved on, again and again."""
    page = np.full((HEIGHT * 8, WIDTH), float(WHITE))
    for top in range(8, len(page) - 16, 14):
        words(page, random, top, top + 5, 24, 7)
    at, left = 0, seconds * RATE
    while left > 0:
        for _ in range(min(left, 7 * RATE)):
            yield page[at : at + HEIGHT]
        left -= 7 * RATE
        for _ in range(RATE):
            at = min(at + 9, len(page) - HEIGHT)
            yield page[at : at + HEIGHT]


def gallery(random, seconds):
    """Yield nine people in a meeting, who now and then change their places."""
    people = [Person(random, 54, 96) for _ in range(9)]
    for step in range(seconds * RATE):
        if step % (20 * RATE) == 0:
            random.shuffle(people)
        picture = np.full((HEIGHT, WIDTH), 26.0)
        for number, person in enumerate(people):
            top, left = 4 + 59 * (number // 3), 8 + 104 * (number % 3)
            picture[top : top + 54, left : left + 96] = person.frame()
        yield picture


def tiles(picture, names, columns, speaker=None):
    """Draw names on dark tiles side by side, the last row centred, with a frame around the speaker's.

    A name is a number: an initial's shade and the length of a label.
    """
    height, width = picture.shape
    rows = -(-len(names) // columns)
    high, wide = height // rows - 4, width // columns - 4
    picture[:] = 20
    for place, name in enumerate(names):
        row, column = divmod(place, columns)
        shorter = columns - min(columns, len(names) - row * columns)
        top, left = 2 + row * (high + 4), 2 + column * (wide + 4) + shorter * (wide + 4) // 2
        picture[top : top + high, left : left + wide] = 200 if name == speaker else 60
        tile = picture[top + 3 : top + high - 3, left + 3 : left + wide - 3]
        tile[:] = 60
        size = min(tile.shape) // 3
        middle, across = tile.shape[0] // 2, tile.shape[1] // 2
        tile[middle - size // 2 : middle + size // 2, across - size // 2 : across + size // 2] = (
            90 + name * 37 % 120
        )
        tile[-6:-3, 3 : 10 + name * 7 % 13] = 150
    return picture


def names_only(random, seconds):
    """Yield a meeting without cameras: who speaks has a frame, people join and leave."""
    people = list(range(4))
    for step in range(seconds * RATE):
        if step % (9 * RATE) == 0:
            people = list(range(int(random.integers(2, 13))))
        columns = next(columns for columns in (2, 3, 4) if columns**2 >= len(people))
        yield tiles(np.zeros((HEIGHT, WIDTH)), people, columns, step // (9 * RATE) % len(people))


def plain_room(random, seconds):
    """Yield a speaker before a plain wall, from two cameras in turn."""
    cameras = [Person(random, HEIGHT, WIDTH) for _ in range(2)]
    for shade, person in zip((215.0, 190.0), cameras, strict=True):
        person.room = shade + np.linspace(0, 6, WIDTH)
    for step in range(seconds * RATE):
        yield cameras[step // (8 * RATE) % 2].frame()
