"""How a job gets its transcript: decided once, when it first runs."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from svs.engines import caption_choice, captions, select
from svs.errors import InputError, NoModelError, SvsError, UsageError
from svs.events import Tick
from svs.languages import code, name
from svs.media import tracks
from svs.media.fingerprint import describe
from svs.media.input_check import held
from svs.media.probe import probe
from svs.model.job import REMOVED_ENGINE, Job, Options, Plan
from svs.model.media import MediaInfo
from svs.model.speech import Chapter
from svs.models import choice, installed
from svs.stages.captions import choose as choose_captions

_MAX_CHAPTERS = 500  # a recording with more has none that are of use to people


def probe_source(source: Path, options: Options) -> MediaInfo:
    """Return a recording's metadata; a subtitle file has none."""
    if captions.is_caption_file(source):
        captions.check(source, options.language, options.encoding, options.max_size)
        return MediaInfo(duration=None, title="", audio=(), subtitles=())
    return probe(source, formats=options.allow_formats, largest=options.max_size)


def check(source: Path, options: Options) -> None:
    """Refuse a recording, track, model or language that cannot be used. Raises SvsError."""
    media = probe_source(source, options)
    if captions.is_caption_file(source):
        return
    if options.model:
        installed.find(options.model)
    if options.track:
        tracks.ranked(source, media.audio, options.track, options.language)
    wanted = select.wants_captions(options)
    if options.language and not (wanted and caption_choice.candidates(source, media)):
        _check_language(options.language)


def _check_language(language: str) -> None:
    from svs.engines.whisper import languages

    if language not in languages():
        raise UsageError(f"Whisper does not know {name(language)}", f"It knows {', '.join(languages())}.")


def plan(
    source: Path,
    options: Options,
    media: MediaInfo,
    warn: Callable[[str], None],
    note: Callable[[str], None],
    prepare: Callable[[str], None],
    folder: Path | None = None,
    tick: Tick = lambda *_: None,
    speeds: Mapping[str, float] | None = None,
) -> Plan:
    """Decide how the recording's transcript is made, and make sure that the model is installed.

    If there is a `folder` for temporary files, subtitle tracks are read, to check that they make sense.
    `speeds` are those of the models on this machine, as in `svs.models.choice`.
    """
    if captions.is_caption_file(source):
        if options.engine not in ("auto", "captions") or options.subtitles == "never" or options.track:
            raise UsageError(f"{source} contains subtitles, not audio", "Leave out --engine and --track.")
        return Plan(
            engine="captions",
            model=source.name,
            model_digest=describe(source).fingerprint,
            captions_file=str(source),
            language=options.language,
        )
    english = _english_will_do(options)
    model = installed.find(options.model) if options.model else choice.best(english=english, speeds=speeds)
    if options.model and model and not english and not model.multilingual:
        raise UsageError(
            f"the model {model.name} only knows English", "Choose another: see `svs models list`."
        )
    wanted = select.wants_captions(options)
    found = select.choose(
        options,
        choose_captions(source, media, options, folder, warn, note, tick) if wanted else None,
        (model.name, model.folder) if model else None,
    )
    if found.model_folder:
        if model and media.audio and not model.multilingual:
            _warn_of_other_languages(source, media, options, warn)
        file = installed.ready(Path(found.model_folder), prepare).folder / "model.bin"
    elif found.captions_file:
        file = Path(found.captions_file)
    else:
        return found
    return replace(found, model_digest=describe(file).fingerprint)


def check_model(source: Path, options: Options) -> None:
    """Raise NoModelError if a recording needs a Whisper model and no suitable one is installed.

    Other problems are left to the job, which records them.
    """
    if best_model(options):
        return
    try:
        plan(source, options, probe_source(source, options), lambda _: None, lambda _: None, lambda _: None)
    except NoModelError:
        raise
    except SvsError:
        return


def check_engine(job: Job) -> None:
    """Raise UsageError for a job that an earlier version began with an engine that no longer exists."""
    if REMOVED_ENGINE in (job.options.engine, job.plan and job.plan.engine):
        raise UsageError(
            f"job {job.id} was begun with {REMOVED_ENGINE}, which svs no longer has",
            f"Summarize {job.source.path} again.",
        )


def best_model(options: Options) -> installed.Model | None:
    """Return the model that is taken where the user names none."""
    return choice.best(english=_english_will_do(options))


def _english_will_do(options: Options) -> bool:
    return options.language in (None, "en") and not options.translate


def _warn_of_other_languages(
    source: Path, media: MediaInfo, options: Options, warn: Callable[[str], None]
) -> None:
    """Warn if the audio is tagged as not English, which a model that only knows English cannot notice."""
    candidates = tracks.ranked(source, media.audio, options.track, options.language)
    languages = [code(track.language) for track in candidates]
    if options.language is None and all(len(short) == 2 and short != "en" for short in languages):
        spoken = name(languages[0])
        warn(f"the audio is in {spoken} by its tag, and this model only knows English: see `svs models list`")


def given_chapters(media: MediaInfo) -> tuple[Chapter, ...]:
    """Return the chapters in the recording's metadata."""
    return media.chapters if len(media.chapters) <= _MAX_CHAPTERS else ()


@contextmanager
def captions_opened(plan: Plan) -> Iterator[None]:
    """Hold the subtitle file that a job was planned with. Raises InputError if it was changed."""
    file = Path(plan.captions_file)
    with held(file):
        if plan.model_digest and describe(file).fingerprint != plan.model_digest:
            raise InputError(f"{file} has changed since the job began", "Summarize it as a new job.")
        yield
