"""Files that are made to do harm, all of our own making: what each one is, and what must come of it."""

import os
import random
import socket
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from svs.media import ffmpeg

SECRET = "xylophone"
"""What only another file on this machine says."""


class Case(NamedTuple):
    """One hostile file."""

    name: str
    make: Callable[[Path, "Shelf"], object]
    """Writes it to the path."""
    said: str
    """What must be in the error, or in the warning of a recording that can be read in part."""
    code: int = 3
    options: tuple[str, ...] = ()


class Shelf(NamedTuple):
    """What the generators make their files of."""

    folder: Path
    excerpt: dict[str, bytes]
    """By suffix: the first 12 s of the bundled talk."""
    url: str
    """A server of ours, which must never be asked."""

    @property
    def secret(self) -> Path:
        return self.folder / "secret.mkv"


def shelf(folder: Path, talk: Path, url: str) -> Shelf:
    """Make the good files that bad ones are made of, and the one that must not be read."""
    cues = folder / "cues.txt"
    cues.write_text(f"1\n00:00:00,000 --> 00:00:02,000\nThe word is {SECRET}.\n")
    sound = ["-f", "lavfi", "-i", "sine=duration=2"]
    ffmpeg.run([*sound, "-f", "srt", "-i", str(cues), "-c:s", "srt", str(folder / "secret.mkv")])
    for number in range(1, 4):
        frame = ["-frames:v", "1", "-update", "1", str(folder / f"frame-{number:03}.png")]
        ffmpeg.run(["-f", "lavfi", "-i", "testsrc=s=32x32", *frame])
    excerpt = {}
    for suffix in ("mkv", "mp4", "mp3", "ogg", "wav", "flac", "ts"):
        path = folder / f"talk.{suffix}"
        front = ["-movflags", "faststart"] if suffix == "mp4" else []
        ffmpeg.run(["-i", str(talk), "-t", "12", "-vn", "-ac", "1", *front, str(path)])
        excerpt[suffix] = path.read_bytes()
    return Shelf(folder, excerpt, url)


# Texts that name other files


def text(content: str) -> Callable[[Path, Shelf], object]:
    return lambda path, on: path.write_text(content.format(secret=on.secret, url=on.url, self=path))


HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n"


def mov_with_reference(path: Path, on: Shelf) -> None:
    """A film whose sound lies, so it says, in another file."""
    ffmpeg.run(["-f", "lavfi", "-i", "anullsrc=r=16000", "-t", "3", "-f", "mov", ffmpeg.url(path)])
    name = os.fsencode(on.secret)
    record = bytes(10) + bytes(28) + bytes(12) + bytes(64) + bytes(16)
    record += (
        struct.pack(">hh", 1, 1) + bytes(16) + struct.pack(">hh", 2, len(name)) + name + bytes(len(name) % 2)
    )
    record += struct.pack(">hh", -1, 0)
    path.write_bytes(_with_alias(path.read_bytes(), record))


def _with_alias(data: bytes, record: bytes) -> bytes:
    """Replace the one data reference of a film by an alias, and mend the sizes of the atoms around it."""
    at = data.rindex(b"dref") + 16  # behind the size of its one entry
    (old,) = struct.unpack_from(">I", data, at - 4)
    entry = b"alis" + bytes(4) + record
    patched = bytearray(data[: at - 4] + struct.pack(">I", len(entry) + 4) + entry + data[at - 4 + old :])
    for atom in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        place = data.rindex(atom) - 4
        (size,) = struct.unpack_from(">I", data, place)
        struct.pack_into(">I", patched, place, size + len(entry) + 4 - old)
    return bytes(patched)


PLAYLISTS = [
    Case("hls.mp4", text(HLS + "{secret}\n#EXT-X-ENDLIST\n"), "a playlist (HLS)"),
    Case("live.mp4", text(HLS + "{secret}\n"), "a playlist (HLS)"),
    Case("key.mp4", text('#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{url}"\n#EXTINF:9,\n{url}\n'), "HLS"),
    Case("marked.mp4", text("\ufeff\n " + HLS + "{secret}\n#EXT-X-ENDLIST\n"), "a playlist (HLS)"),
    Case("ffconcat.mp4", text("ffconcat version 1.0\nfile '{secret}'\n"), "a playlist (ffconcat)"),
    Case("many.mp4", text("ffconcat version 1.0\n" + "file '{secret}'\n" * 9999), "a playlist (ffconcat)"),
    Case("nested.mp4", text("ffconcat version 1.0\nfile '{self}'\n"), "a playlist (ffconcat)"),
    Case("plain.mp4", text("file '{secret}'\nfile '{secret}'\n"), "a playlist"),
    Case("session.mp4", text("v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
                             "m=audio 5004 RTP/AVP 0\n"), "a playlist (SDP)"),
    Case("dash.mp4", text('<?xml version="1.0"?>\n<MPD><BaseURL>{url}</BaseURL></MPD>\n'), "XML"),
    Case("xspf.mp4", text("<playlist><track><location>{secret}</location></track></playlist>"), "XML"),
    Case("smil.mp4", text('<smil><body><audio src="{url}"/></body></smil>'), "XML"),
    Case("asx.mp4", text('<asx><entry><ref href="{url}"/></entry></asx>'), "XML"),
    Case("pls.mp4", text("[playlist]\nFile1={secret}\nNumberOfEntries=1\n"), "a playlist"),
    Case("asf.mp4", text("[Reference]\r\nRef1={url}\r\n"), "a playlist"),
    Case("m3u.mp3", text("{secret}\n{url}\n"), "a playlist, a picture, a text"),
    Case("sheet.mp4", text('TITLE "x"\nFILE "{secret}" WAVE\n'), "a playlist (cue sheet)"),
    Case("subtitles.mp4", text("# VobSub index file, v7\nid: en, index: 0\ntimestamp: 00:00:01:000, "
                               "filepos: 000000000\n"), "an index of subtitles"),
    Case("data.mp4", text("data:audio/wav;base64,UklGRg=="), "an address"),
    Case("address.mp4", text("gopher://127.0.0.1/{url}\n"), "an address"),
    Case("frame-%03d.png", lambda path, on: None, "there is no file"),
    Case("reference.mov", mov_with_reference, "no audio could be read"),
]  # fmt: skip


# Small files that are large inside


def bits(*fields: tuple[int, int]) -> bytes:
    """Return numbers, each with its width in bits, one after the other."""
    number = width = 0
    for value, size in fields:
        number, width = number << size | value, width + size
    return number.to_bytes(width // 8, "big")


def flac(rate: int, samples: int, claimed: int) -> bytes:
    """Return silence as FLAC: each frame of 65,535 samples takes 14 bytes."""
    block = 65535
    info = bits((block, 16), (block, 16), (0, 24), (0, 24), (rate, 20), (0, 3), (15, 5), (claimed, 36))
    head = b"fLaC" + b"\x80" + (34).to_bytes(3, "big") + info + bytes(16)
    return head + b"".join(_frame(number, block) for number in range(-(-samples // block)))


def _frame(number: int, block: int) -> bytes:
    utf8 = chr(number).encode("utf-8", "surrogatepass")
    head = b"\xff\xf8" + bits((7, 4), (0, 4), (0, 4), (4, 3), (0, 1)) + utf8 + struct.pack(">H", block - 1)
    body = head + bytes([_crc(head, 8, 0x07)]) + bytes([0]) + bytes(2)  # one constant subframe, of zeros
    return body + _crc(body, 16, 0x8005).to_bytes(2, "big")


def _crc(data: bytes, width: int, polynomial: int) -> int:
    value = 0
    for byte in data:
        value ^= byte << width - 8
        for _ in range(8):
            value = (value << 1) ^ (polynomial if value >> width - 1 else 0)
            value &= (1 << width) - 1
    return value


def tagged(tags: int) -> bytes:
    """Return a FLAC file with this many tags."""
    comments = b"".join(struct.pack("<I", 9) + b"K%05d=xx" % number for number in range(tags))
    block = struct.pack("<II", 0, tags) + comments
    whole = flac(16000, 160_000, 160_000)
    return whole[:4] + b"\x00" + whole[5:42] + b"\x84" + len(block).to_bytes(3, "big") + block + whole[42:]


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_huge_cover(path: Path, on: Shelf) -> None:
    """A sound with a picture of 16,000 x 16,000 points that takes 250 KB."""
    rows = zlib.compressobj(9)
    data = b"".join(rows.compress(bytes(16001) * 100) for _ in range(160)) + rows.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 16000, 16000, 8, 0, 0, 0, 0))
    cover = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    picture = b"\x00image/png\x00\x03\x00" + cover
    frame = b"APIC" + struct.pack(">IH", len(picture), 0) + picture
    size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    path.write_bytes(b"ID3\x03\x00\x00" + size + frame + on.excerpt["mp3"])


def claim(data: bytes, seconds: float) -> bytes:
    """Change the duration that a Matroska file claims."""
    at = data.index(b"\x44\x89\x88") + 3
    return data[:at] + struct.pack(">d", seconds * 1000) + data[at + 8 :]


def gap(claimed: float, apart: float) -> Callable[[Path, Shelf], object]:
    """Two sounds far apart in time, in a file that claims to be so long."""

    def make(path: Path, on: Shelf) -> None:
        later = [
            "-af",
            f"asetpts=if(gt(N\\,20)\\,PTS+{apart}/TB\\,PTS)",
            "-c:a",
            "pcm_s16le",
            "-f",
            "matroska",
        ]
        ffmpeg.run(["-f", "lavfi", "-i", "sine=duration=2", *later, ffmpeg.url(path)])
        path.write_bytes(claim(path.read_bytes(), claimed))

    return make


def with_tracks(path: Path, on: Shelf) -> None:
    maps = ["-map", "0:a"] * 400
    options = ["-c:a", "pcm_u8", "-f", "matroska", ffmpeg.url(path)]
    ffmpeg.run(["-f", "lavfi", "-i", "sine=duration=0.1:r=8000", *maps, *options])


def nested_atoms(path: Path, on: Shelf) -> None:
    """Atoms within atoms, 100,000 deep."""
    depth = 100_000
    boxes = b"".join(struct.pack(">I", 8 * (depth - n)) + b"moov" for n in range(depth))
    path.write_bytes(struct.pack(">I", 16) + b"ftypisom" + bytes(4) + boxes)


def sparse_wav(path: Path, on: Shelf) -> None:
    """A header, and a hole of 30 hours."""
    wav(16000, 1, seconds=30 * 3600)(path, on)


def wav(rate: int, channels: int, bits: int = 16, seconds: int = 0) -> Callable[[Path, Shelf], object]:
    """Silence in a WAV file with such a header: 60,000 bytes, or a hole of so many seconds."""
    align = channels * bits // 8
    size = seconds * rate * align or 60000
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", size + 36, b"WAVE", b"fmt ", 16, 1, channels, rate,
                       (rate * align) & 0xFFFFFFFF, align & 0xFFFF, bits, b"data", size)  # fmt: skip

    def make(path: Path, on: Shelf) -> None:
        path.write_bytes(head + bytes(60000))
        os.truncate(path, len(head) + size)

    return make


WEEK = 7 * 86_400
BOMBS = [
    Case("one-hertz.flac", lambda p, on: p.write_bytes(flac(1, 650_000, 650_000)), "lasts 180:33:20"),
    Case("one-hertz-lying.flac", lambda p, on: p.write_bytes(flac(1, 650_000, 60)), ""),
    Case("week.flac", lambda p, on: p.write_bytes(flac(8000, 65535, WEEK * 8000)), "lasts 168:00:00"),
    Case("week-lying.flac", lambda p, on: p.write_bytes(flac(8000, WEEK * 800, 80_000)),
         "more than --max-duration", options=("--max-duration", "30m")),
    Case("cover.mp3", with_huge_cover, "", 0),
    Case("tags.flac", lambda p, on: p.write_bytes(tagged(4_000)), "no speech"),
    Case("gap.mkv", gap(864_002, 864_000), "lasts 240:00:0"),
    Case("gap-lying.mkv", gap(2, 3_000), "more than --max-duration", options=("--max-duration", "30m")),
    Case("tracks.mkv", with_tracks, "has more than 200 tracks"),
    Case("nested.mp4", nested_atoms, "cut off or damaged"),
    Case("sparse.wav", sparse_wav, "lasts "),
    Case("large.mp4", lambda p, on: p.write_bytes(on.excerpt["mp4"]), "more than --max-size",
         options=("--max-size", "10K")),
    Case("fast.wav", wav(2_000_000_000, 1), ""),
    Case("channels.wav", wav(16000, 65535), ""),
    Case("slow.wav", wav(1, 1, 8), "lasts 16:40:00", options=("--max-duration", "1h")),
]  # fmt: skip


# Damage


def half(suffix: str) -> Callable[[Path, Shelf], object]:
    return lambda path, on: path.write_bytes(on.excerpt[suffix][: len(on.excerpt[suffix]) // 2])


def changed(suffix: str, change: Callable[[bytearray], object]) -> Callable[[Path, Shelf], object]:
    def make(path: Path, on: Shelf) -> None:
        data = bytearray(on.excerpt[suffix])
        change(data)
        path.write_bytes(data)

    return make


def noise(first: float, last: float) -> Callable[[bytearray], object]:
    """Overwrite a part of a file, given in fractions of it."""

    def change(data: bytearray) -> None:
        span = slice(int(len(data) * first), int(len(data) * last))
        data[span] = random.Random(1).randbytes(span.stop - span.start)

    return change


def flips(data: bytearray) -> None:
    """Flip one bit in a thousand bytes, behind the header."""
    chance = random.Random(2)
    for at in range(5000, len(data), 1000):
        data[at] ^= 1 << chance.randrange(8)


def put(place: bytes, value: bytes, offset: int = 4) -> Callable[[bytearray], object]:
    """Overwrite what stands behind the first such word."""

    def change(data: bytearray) -> None:
        at = data.index(place) + offset
        data[at : at + len(value)] = value

    return change


def moov_last(path: Path, on: Shelf) -> None:
    data = on.excerpt["mp4"]
    path.write_bytes(data[: data.index(b"moov") - 4] + data[data.index(b"mdat") - 4 :])


DAMAGED = [
    Case("half.mp4", half("mp4"), "the rest is missing", 0),
    Case("half.mkv", half("mkv"), "the rest is missing", 0),
    Case("half.mp3", half("mp3"), "the rest is missing", 0),
    Case("half.ogg", half("ogg"), "the rest is missing", 0),
    Case("half.wav", half("wav"), "the rest is missing", 0),
    Case("half.flac", half("flac"), "the rest is missing", 0),
    Case("no-index.mp4", moov_last, "cut off or damaged: moov atom not found"),
    Case("noise.mp4", changed("mp4", noise(0.5, 0.55)), "damaged: parts of its audio", 0),
    Case("flips.flac", changed("flac", flips), "damaged: parts of its audio", 0),
    Case("head.mkv", lambda p, on: p.write_bytes(on.excerpt["mkv"][:100]), ""),
    Case("beheaded.mkv", changed("mkv", noise(0, 0.01)), "is not a recording"),
    Case("long-claim.mkv", lambda p, on: p.write_bytes(claim(on.excerpt["mkv"], 3600)), "of 1:00:00", 0),
    Case("longest-claim.mkv", lambda p, on: p.write_bytes(claim(on.excerpt["mkv"], 1e12)), ""),
    Case("nan-claim.mkv", lambda p, on: p.write_bytes(claim(on.excerpt["mkv"], float("nan"))), "", 0),
    Case("negative-claim.mkv", lambda p, on: p.write_bytes(claim(on.excerpt["mkv"], -9e9)), "", 0),
    Case("astray.mp4", changed("mp4", put(b"stco", b"\x7f\xff\xff\xff" * 3, 12)), ""),
    Case("countless.mp4", changed("mp4", put(b"stts", b"\xff\xff\xff\xff", 8)), ""),
    Case("no-channels.wav", wav(16000, 0), ""),
    Case("no-rate.wav", wav(0, 1), ""),
]  # fmt: skip


# What is no file


def sock(path: Path, on: Shelf) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(path.parent)  # the names of sockets are short
        server.bind(path.name)
        os.chdir(here)


def hollow(path: Path, on: Shelf) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 30)


SPECIAL = [
    Case("pipe.mp4", lambda path, on: os.mkfifo(path), "is not a regular file"),
    Case("socket.mp4", sock, "is not a regular file"),
    Case("folder.mp4", lambda path, on: path.mkdir(), "is a folder"),
    Case("loop.mp4", lambda path, on: path.symlink_to(path), "its links form a loop"),
    Case("nowhere.mp4", lambda path, on: path.symlink_to("none"), "there is no file"),
    Case("kernel.mp4", lambda path, on: path.symlink_to("/proc/kmsg"), ""),
    Case("zero.mp4", lambda path, on: path.symlink_to("/dev/zero"), "is not a regular file"),
    Case("stdin.mp4", lambda path, on: path.symlink_to("/dev/stdin"), "is not a regular file"),
    Case("hollow.mp4", hollow, "has a size but no data"),
    Case("empty.mp4", lambda path, on: path.touch(), "is empty"),
]  # fmt: skip
CASES = [*PLAYLISTS, *BOMBS, *DAMAGED, *SPECIAL]
