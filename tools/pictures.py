"""Draw the README's pictures, from a real run: python tools/pictures.py --model FOLDER. Needs Chromium."""

import argparse
import io
import re
import subprocess
import tempfile
from pathlib import Path

import picture_dashboard
from rich.console import Console
from rich.text import Text

from svs.events import ProgressEvent, Stage
from svs.media.testvideo import make_test_video
from svs.model.job import Options
from svs.model.media import Source
from svs.pipeline.run import run
from svs.store.jobs import JobStore
from svs.ui import listing, tables
from svs.ui import result as result_ui
from svs.ui.progress import RichProgress

TARGET = Path(__file__).parents[1] / ".pictures"


def main(model: str) -> None:
    """Summarize the test video, and save three screens and the report."""
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "talk.mp4"
        make_test_video(video)
        store = JobStore(Path(folder) / "jobs")
        size = video.stat()
        source = Source(path=str(video), size=size.st_size, mtime_ns=size.st_mtime_ns)
        report = Path(folder) / "report"  # not beside the video: a photograph shows no player
        options = Options(model=model, formats=("html",), output_dir=str(report))
        job = store.create(source, options)
        with RichProgress(Console(file=io.StringIO(), width=90, force_terminal=True)) as bars:

            def show(event: ProgressEvent) -> None:
                bars(event)
                if event.stage == Stage.TRANSCRIBE and event.kind == "advanced" and 40 < event.overall < 60:
                    draw("progress", "svs summarize talk.mp4", bars.screen())

            result = run(job, store, show)
        draw("summary", "svs summarize talk.mp4", result_ui.result_view(result))
        picture_dashboard.draw_all(store, video, model, save)
        listed = [listing.Listed(job, store.state(job), store.progress(job.id)) for job in store.jobs()]
        draw("jobs", "svs jobs list", tables.jobs_table(listing.folded(listed), 90))
        photograph("report", report / "talk.report.html")


def draw(name: str, command: str, screen: object) -> None:
    """Write a screen as an SVG, below the command that shows it."""
    console = Console(record=True, width=90, file=io.StringIO(), force_terminal=True, highlight=False)
    console.print(Text(f"$ {command}", "bold"), Text(), screen, sep="\n")
    save(name, console.export_svg(title="svs"))


def save(name: str, picture: str) -> None:
    """Save an SVG, without the fonts that it would load from a network."""
    local = re.sub(r",\s*url\(\"https:[^)]*\) format\(\"\w+\"\)", "", picture)
    (TARGET / f"{name}.svg").write_text(local)


def photograph(name: str, page: Path) -> None:
    """Save a screenshot of a page in a browser."""
    screen = ["--window-size=1180,980", f"--screenshot={TARGET / name}.png", "--hide-scrollbars"]
    waiting = ["--virtual-time-budget=3000", f"--user-data-dir={page.parent / 'chromium'}"]
    browser = ["chromium", "--headless", "--no-sandbox"]  # it opens nothing but our own page
    subprocess.run([*browser, *screen, *waiting, page.as_uri()], check=True, capture_output=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="an installed model's name, or a folder")
    main(parser.parse_args().model)
