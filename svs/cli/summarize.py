"""`svs summarize`: the main command."""

import os
import sys
from functools import partial
from pathlib import Path
from typing import Annotated, get_args

import typer

from svs.cli import cluster, completion
from svs.cli.colour import When, set_colour
from svs.cli.help import FORMATS
from svs.cli.notify import Notices
from svs.cli.options import (
    Authority,
    Certificate,
    Embed,
    Exec,
    Force,
    JsonResult,
    Key,
    NoPaths,
    Notify,
    NotifyContent,
    Progress,
    Quiet,
    Scheduler,
    StripTags,
    SubtitleWidth,
    Verbose,
)
from svs.model.job import Channels, Device, EngineChoice, Method, SlidesChoice, Subtitles
from svs.ui.view import wanted

METHODS = get_args(Method)

_summary = partial(typer.Option, rich_help_panel="Summary", show_envvar=False)
_files = partial(typer.Option, rich_help_panel="Files", show_envvar=False)
_reading = partial(typer.Option, rich_help_panel="Input", show_envvar=False)
_words = partial(typer.Option, rich_help_panel="Transcription", show_envvar=False)
_running = partial(typer.Option, rich_help_panel="Jobs", show_envvar=False)
_messages = partial(typer.Option, rich_help_panel="Messages", show_envvar=False)


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
        str,
        _summary(
            "--length",
            "-l",
            metavar="LENGTH",
            help="short, medium, long, 12 (sentences), 10% or 150w (words).",
        ),
    ] = "medium",
    method: Annotated[
        Method, _summary(metavar="METHOD", help=f"How the sentences are ranked: {', '.join(METHODS)}.")
    ] = "auto",
    chapters: Annotated[
        str,
        _summary(
            metavar="CHAPTERS", help="auto (the recording's own, else by topic), none, or a number of them."
        ),
    ] = "auto",
    slides: Annotated[
        SlidesChoice, _summary(metavar="SLIDES", help="Look for slides in the pictures: auto or none.")
    ] = "auto",
    verbatim: Annotated[
        bool, _summary("--verbatim", help="Keep fillers and repetitions: every word as it was said.")
    ] = False,
    speaker_names: Annotated[
        str, _summary(metavar="NAMES", help="What to call the speakers, as in 1=Anna,right=Ben.")
    ] = "",
    copy: Annotated[bool, _summary("--copy", help="Copy the summary to the clipboard.")] = False,
    as_json: JsonResult = False,
    no_paths: NoPaths = False,
    formats: Annotated[
        str,
        _files(
            "--format",
            "-f",
            envvar="SVS_FORMAT",
            metavar="FORMATS",
            autocompletion=completion.formats,
            help=f"Also write files, one or several: {FORMATS}.",
        ),
    ] = "",
    output: Annotated[
        Path | None,
        _files(
            "--output",
            "-o",
            metavar="PATH",
            help="The folder for these files (default: the video's), or their path, with {title}, {name}, "
            "{date}, {id} and {ext} in it.",
        ),
    ] = None,
    subtitle_width: SubtitleWidth = 42,
    open_report: Annotated[
        bool, _files("--open", envvar="SVS_OPEN", help="Write the report (html), and open it in the browser.")
    ] = False,
    embed: Embed = None,
    strip_tags: StripTags = False,
    force: Force = False,
    recursive: Annotated[bool, _reading("--recursive", help="Include subfolders.")] = False,
    track: Annotated[
        str | None,
        _reading(
            metavar="TRACK",
            help="The audio track: its number (from 1), its language, or all: each by itself.",
        ),
    ] = None,
    channels: Annotated[
        Channels,
        _reading(
            metavar="HOW",
            help="Two channels as one (mix), each by itself (split), or auto: split if each has a voice.",
        ),
    ] = "auto",
    start: Annotated[
        str | None, _reading(metavar="TIME", help="Start at this time: 90, 1:30 or 1:02:03.")
    ] = None,
    end: Annotated[str | None, _reading(metavar="TIME", help="Stop at this time.")] = None,
    subtitles: Annotated[
        Subtitles,
        _reading(
            metavar="USE", help="Whether to use existing subtitles as the transcript: auto, never or only."
        ),
    ] = "auto",
    encoding: Annotated[
        str | None,
        _reading(
            metavar="NAME", help="The encoding of subtitle files, such as cp1251; default: it is detected."
        ),
    ] = None,
    max_duration: Annotated[
        str, _reading(metavar="DURATION", help="Refuse a longer recording: 90m, 24h or seconds.")
    ] = "24h",
    max_size: Annotated[
        str | None,
        _reading(metavar="SIZE", help="Refuse a larger file: 500M, 20G or bytes; default: no limit."),
    ] = None,
    allow_format: Annotated[
        str, _reading(metavar="NAMES", help="Also accept these ffmpeg formats, such as bink,smk.")
    ] = "",
    engine: Annotated[
        EngineChoice,
        _words(
            metavar="ENGINE", help="The source of the transcript: auto, whisper or captions (existing ones)."
        ),
    ] = "auto",
    model: Annotated[
        str | None,
        _words(
            metavar="MODEL",
            autocompletion=completion.models,
            help="The Whisper model: a name from `svs models list`, or a folder such as ./small.",
        ),
    ] = None,
    language: Annotated[
        str | None,
        _words(
            metavar="LANGUAGE",
            autocompletion=completion.languages,
            help="The spoken language, such as en or German; default: it is detected.",
        ),
    ] = None,
    translate: Annotated[bool, _words("--translate", help="Have Whisper translate to English.")] = False,
    prompt: Annotated[
        str | None,
        _words(metavar="TEXT", help="A text in the style and spelling that Whisper should use."),
    ] = None,
    hotwords: Annotated[
        str | None, _words(metavar="WORDS", help="Names and terms that Whisper should expect.")
    ] = None,
    device: Annotated[
        Device, _words(metavar="DEVICE", help="The device that Whisper runs on: auto, cpu or cuda.")
    ] = "auto",
    compute_type: Annotated[
        str,
        _words(
            metavar="TYPE",
            show_default=False,
            help="Whisper's numeric type; default: int8 on CPU, float16 on GPU.",
        ),
    ] = "default",
    threads: Annotated[int, _words(min=0, metavar="NUMBER", help="Threads to use; 0: all cores.")] = 0,
    fresh: Annotated[
        bool, _running("--fresh", help="Start from scratch, even if it was transcribed before.")
    ] = False,
    jobs: Annotated[
        int | None,
        _running(
            min=1,
            metavar="NUMBER",
            help="How many recordings to process at a time; default: 1 with a GPU, else one for each core, "
            "at most 4, with 2 GB of memory each.",
        ),
    ] = None,
    detach: Annotated[
        bool,
        _running("--detach", help="Queue the jobs, run them in the background, and print their ids."),
    ] = False,
    scheduler: Scheduler = "",
    cluster_ca: Authority = "",
    cluster_cert: Certificate = "",
    cluster_key: Key = "",
    command: Exec = "",
    notify: Notify = None,
    notify_content: NotifyContent = False,
    progress: Progress = "auto",
    color: Annotated[
        When, _messages(metavar="WHEN", help="Colours: auto, always or never; also FORCE_COLOR, NO_COLOR.")
    ] = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Annotated[bool, _messages("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Summarize videos: their most important sentences, as they were said, with their times.

    The summary goes to stdout: formatted on a terminal, as Markdown in a pipe.

    \b
    Examples:
      svs summarize talk.mp4                       the summary on the screen
      svs summarize talk.mp4 --open                ... and a report in the browser
      svs summarize talk.mp4 -l 5 --start 10:00    five sentences of a part
      svs summarize lectures/ -f md,srt -o notes/  files for a whole folder
      svs summarize talk.mp4 --json | jq .summary  everything, for programs

    Every option is also a variable (SVS_LENGTH=short for --length short) and a setting in the config file
    (see `svs config init`). The command line takes precedence over the variable, and that over the file.
    """
    given = dict(locals())  # the values of the parameters
    from svs.cli import batch, single, typed  # not for --help, which starts faster without them
    from svs.cli.finish import Finish
    from svs.cli.offer import offer_model

    set_colour(color)
    if debug:
        os.environ["SVS_DEBUG"] = "1"
    options = typed.options(given)
    view = wanted(progress, quiet=quiet)
    finish = Finish(
        as_json=as_json, open_report=open_report, copy=copy, command=command, quiet=quiet or view == "json"
    )
    finish.check(options, detach=detach)
    where = cluster.address(scheduler, cluster_ca, cluster_cert, cluster_key)
    recordings = batch.several(videos, recursive=recursive, always=bool(where))
    if recordings is None:
        single.check(options, videos[0])
    else:
        batch.check(options, finish, where, detach=detach)
    notices = Notices(notify, content=notify_content)
    if view in ("auto", "rich", "plain") and not detach and sys.stdin.isatty() and sys.stderr.isatty():
        for video in recordings or videos:
            offer_model(video, options)
    environment = {"SVS_NOTIFY": " ".join(notify or ()), "SVS_NOTIFY_CONTENT": str(int(notify_content))}
    if recordings is None and detach:
        single.detach(videos[0], options, jobs, environment)
    elif recordings is None:
        single.summarize(videos[0], options, view, notices, finish, verbose=verbose)
    elif detach:
        batch.detach(recordings, options, jobs, environment)
    else:
        batch.summarize(recordings, options, jobs, view, notices, finish, where)
