"""Summarize a recording that is swapped for another: `recording_swaps.py FILE OTHER stay|back`.

It is done once for each moment at which that can happen: just before svs opens the file, or starts ffmpeg.
With `back` the right one is there again when that ffmpeg has ended, or the stage goes on. It prints what
came of each.
"""

import os
import shutil
import sys
import time
from pathlib import Path

import psutil

from svs.errors import SvsError
from svs.media.fingerprint import describe
from svs.model.job import Options
from svs.pipeline.run import run
from svs.store.jobs import JobStore
from svs.system.paths import jobs_home

FILE, OTHER, KIND = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
ASIDE, ORIGINAL = FILE.with_name("aside"), FILE.with_name("original")
count, moment = 0, 0


def swap(event, arguments):
    """Put the other one in the place of the recording, if this is the moment."""
    global count  # noqa: PLW0603 - a hook has no other place
    if moment == 0 or (
        event != "subprocess.Popen" and (event, str(arguments[:1])) != ("open", f"('{FILE}',)")
    ):
        return
    count += 1
    if count == moment:
        FILE.rename(ASIDE)
        shutil.copy2(OTHER, FILE)


def back():
    """Put the recording back, when ffmpeg has ended."""
    while any(child.status() != psutil.STATUS_ZOMBIE for child in psutil.Process().children()):
        time.sleep(0.01)
    if KIND == "back" and ASIDE.exists():
        ASIDE.replace(FILE)


def main():
    """Do it at every moment, until there are no more."""
    global count, moment
    store = JobStore(jobs_home())
    FILE.rename(ORIGINAL)
    while count >= moment:
        ASIDE.unlink(missing_ok=True)
        shutil.copy2(ORIGINAL, FILE)
        job = store.create(describe(FILE), Options(fresh=True))
        count, moment = 0, moment + 1
        try:
            outcome = run(job, store, stop=back).sentences[0].text
        except SvsError as error:
            outcome = f"refused: {error.message}"
        sys.stdout.write(f"{moment} {outcome}\n")


if __name__ == "__main__":
    os.umask(0o077)
    sys.addaudithook(swap)
    main()
