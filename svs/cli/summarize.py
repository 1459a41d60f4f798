"""`svs summarize`: the main command."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from svs import times
from svs.cli import batch, completion, parsers
from svs.cli.notify import Notices, Notify, NotifyContent
from svs.cli.offer import offer_model
from svs.cli.store import open_store
from svs.model.job import Device, EngineChoice, Method, Options, SlidesChoice, Subtitles
from svs.ui.view import View


def summarize(
    videos: Annotated[
        list[Path],
        typer.Argument(
            metavar="VIDEO...",
            readable=False,
            help="Videos, audio recordings or subtitle files; folders of them.",
        ),
    ],
    length: Annotated[
        str, typer.Option("--length", "-l", help="short, medium, long, 12 (sentences), 10% or 150w (words).")
    ] = "medium",
    method: Annotated[Method, typer.Option(help="How the sentences are ranked.")] = "auto",
    chapters: Annotated[
        str, typer.Option(help="auto (the recording's own, else by topic), none, or a number.")
    ] = "auto",
    slides: Annotated[SlidesChoice, typer.Option(help="Look for slides in the pictures, or not.")] = "auto",
    verbatim: Annotated[
        bool, typer.Option("--verbatim", help="Keep fillers and repetitions: every word as it was said.")
    ] = False,
    speaker_names: Annotated[
        str, typer.Option(help="What to call the speakers that the captions name, as in 1=Anna,Guest=Ben.")
    ] = "",
    formats: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            envvar="SVS_FORMAT",
            autocompletion=completion.formats,
            help="Also write files: md,txt,html,json,srt,vtt,tsv,chapters.vtt,ffmetadata.",
        ),
    ] = "",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The folder for these files; default: the video's folder."),
    ] = None,
    embed: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Also write a copy of the recording with chapters and a subtitle track: .mp4, .mkv, ...",
        ),
    ] = None,
    strip_tags: Annotated[
        bool,
        typer.Option("--strip-tags", help="Leave the recording's tags (places, names) out of the copy."),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite existing files.")] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start from scratch, even if it was transcribed before.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", envvar="SVS_JSON", help="Print the whole result as JSON.")
    ] = False,
    no_paths: Annotated[
        bool, typer.Option("--no-paths", help="Leave the recording's folder out of the JSON.")
    ] = False,
    track: Annotated[
        str | None, typer.Option(help="The audio track: its number (from 1) or its language.")
    ] = None,
    start: Annotated[str | None, typer.Option(help="Start at this time: 90, 1:30 or 1:02:03.")] = None,
    end: Annotated[str | None, typer.Option(help="Stop at this time.")] = None,
    max_duration: Annotated[
        str, typer.Option(help="Refuse a longer recording: 90m, 24h or seconds.")
    ] = "24h",
    max_size: Annotated[
        str | None, typer.Option(help="Refuse a larger file: 500M, 20G or bytes; default: no limit.")
    ] = None,
    allow_format: Annotated[
        str, typer.Option(help="Also accept these ffmpeg formats, such as bink,smk.")
    ] = "",
    subtitles: Annotated[Subtitles, typer.Option(help="Use existing subtitles as the transcript.")] = "auto",
    encoding: Annotated[
        str | None,
        typer.Option(help="The encoding of subtitle files, such as cp1251; default: it is detected."),
    ] = None,
    engine: Annotated[
        EngineChoice, typer.Option(help="Where the words come from: Whisper or existing captions.")
    ] = "auto",
    model: Annotated[
        str | None,
        typer.Option(
            autocompletion=completion.models,
            help="The Whisper model: a name from `svs models list`, or a folder such as ./small.",
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(autocompletion=completion.languages, help="The spoken language, such as en or German."),
    ] = None,
    translate: Annotated[
        bool, typer.Option("--translate", help="Have Whisper translate to English.")
    ] = False,
    prompt: Annotated[
        str | None, typer.Option(help="A text in the style and spelling that Whisper should use.")
    ] = None,
    hotwords: Annotated[str | None, typer.Option(help="Names and terms that Whisper should expect.")] = None,
    device: Annotated[Device, typer.Option(help="The device that Whisper runs on.")] = "auto",
    compute_type: Annotated[
        str, typer.Option(help="Whisper's numeric type; default: int8 on CPU, float16 on GPU.")
    ] = "default",
    threads: Annotated[int, typer.Option(min=0, help="Threads to use; 0: all cores.")] = 0,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="How many of several recordings at a time; default: 1 with a GPU, else one for each core, "
            "at most 4, with 2 GB of memory each.",
        ),
    ] = None,
    recursive: Annotated[
        bool, typer.Option("--recursive", help="Also what is in folders within the folders.")
    ] = False,
    notify: Notify = None,
    notify_content: NotifyContent = False,
    detach: Annotated[
        bool, typer.Option("--detach", help="Run in the background, and print only the job's id.")
    ] = False,
    progress: Annotated[View, typer.Option(help="How progress is shown on stderr.")] = "auto",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show more details.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Summarize videos: their most important sentences, as they were said, with their times.

    The summary goes to stdout: formatted on a terminal, as Markdown in a pipe.
    """
    if debug:
        os.environ["SVS_DEBUG"] = "1"
    options = Options(
        track=track,
        start=None if start is None else times.parse(start),
        end=None if end is None else times.parse(end),
        max_duration=times.parse_length(max_duration),
        max_size=None if max_size is None else parsers.size(max_size),
        allow_formats=parsers.input_formats(allow_format),
        subtitles=subtitles,
        encoding=parsers.encoding(encoding),
        engine=engine,
        model=parsers.model(model),
        language=parsers.language(language),
        translate=translate,
        prompt=prompt,
        hotwords=hotwords,
        device=device,
        compute_type=compute_type,
        threads=threads,
        method=method,
        length=length,
        chapters=chapters,
        slides=slides,
        verbatim=verbatim,
        speaker_names=parsers.speaker_names(speaker_names),
        formats=parsers.formats(formats),
        output_dir=os.path.abspath(output) if output else None,  # noqa: PTH100 - without `..` in it
        embed=os.path.abspath(embed) if embed else None,  # noqa: PTH100
        strip_tags=strip_tags,
        no_paths=no_paths,
        force=force,
        fresh=fresh,
    )
    recordings = batch.several(videos, recursive=recursive)
    if recordings is None:
        check(options, videos[0])
    else:
        batch.check(options, detach=detach)
    notices = Notices(notify, content=notify_content)
    if progress in ("auto", "rich", "plain") and not (quiet or detach) and _on_terminal():
        for video in recordings or videos:
            offer_model(video, options)
    if recordings is not None:
        view = "none" if quiet and progress == "auto" else progress
        batch.summarize(recordings, options, jobs, view, notices, as_json=as_json)
    elif detach:
        environment = {"SVS_NOTIFY": " ".join(notify or ()), "SVS_NOTIFY_CONTENT": str(int(notify_content))}
        _detach(videos[0], options, environment)
    else:
        _run(videos[0], options, notices, progress, as_json=as_json, quiet=quiet, verbose=verbose)


def _detach(video: Path, options: Options, environment: dict[str, str]) -> None:
    from svs.jobs.actions import start_detached
    from svs.ui.output import write

    job = start_detached(open_store(), video, options, environment)
    write(f"{job.id}\n")


def _on_terminal() -> bool:
    """Return whether the user can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _run(
    video: Path,
    options: Options,
    notices: Notices,
    progress: View,
    *,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    from svs.cli.running import run_job
    from svs.media.fingerprint import describe
    from svs.ui.result import show

    store = open_store()
    job = store.create(describe(video), options)
    with notices.of(job, store):
        show(run_job(job, store, progress, quiet=quiet, verbose=verbose), as_json=as_json)


def check(options: Options, video: Path) -> None:
    """Refuse what cannot work before a job is made."""
    from svs.pipeline.plan import check as check_plan

    parsers.check(options)
    if options.embed:
        from svs.outputs.write import check as check_outputs

        check_outputs(video, options)
    check_plan(Path(os.path.abspath(video)), options)  # noqa: PTH100
