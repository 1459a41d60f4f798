"""Write into a folder where another user swaps what is made: `swaps.py ACTION FOLDER PRECIOUS KIND USER`.

It is done once for each moment at which the other user can act: just before a file there is opened, renamed,
linked or removed, and before ffmpeg is started. What came of each is printed.
"""

import os
import stat
import subprocess
import sys
from pathlib import Path

from svs.errors import SvsError
from svs.media.testvideo import make_test_video
from svs.outputs import embed
from svs.store import results
from svs.store.jobs import JobStore
from svs.system.files import write_atomic
from svs.system.paths import jobs_home

ACTION, FOLDER, PRECIOUS, KIND, USER = sys.argv[1:]
TARGET = Path(FOLDER, "talk.mkv")
MOMENTS = ("open", "os.rename", "os.link", "os.remove", "os.rmdir", "subprocess.Popen")
ATTACKER = r"""
cd "$1" && while read -r count; do
    for made in .svs.*.part; do
        case $made in *.old*) continue; esac
        [ -e "$made" ] && mv "$made" "$made.old$count" || continue
        case $2 in
            link) ln -s "$3" "$made";;
            file) echo theirs > "$made"; chmod 666 "$made";;
            folder) mkdir -m 777 "$made"; for name in part copy video.mkv; do ln -s "$3" "$made/$name"; done;;
        esac
    done
    echo done
done
"""
"""What the other user does with what svs has made: moves it away, and puts something in its place."""
command = ["sh", "-c", ATTACKER, "sh", FOLDER, KIND, PRECIOUS]
attacker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, user=int(USER))
count, moment = 0, 0


def strike(event, arguments):
    """Let the other user act, if this is the moment."""
    global count  # noqa: PLW0603 - a hook has no other place
    if moment == 0 or event not in MOMENTS:
        return
    if event == "open" and not any(name in str(arguments[0]) for name in (FOLDER, "/proc/self/fd")):
        return
    count += 1
    if count == moment:
        os.write(attacker.stdin.fileno(), b"%d\n" % count)
        os.read(attacker.stdout.fileno(), 100)


def write():
    write_atomic(TARGET, b"what we wrote", replace=False)


def video():
    make_test_video(TARGET, size=(64, 64), fps=2, duration=1)


def copy():
    store = JobStore(jobs_home())
    job = store.load(store.resolve("last"))
    embed.embed(job, results.load(job, store.folder(job.id)), TARGET, force=True)


def main():
    """Do it at every moment, until there are no more."""
    global count, moment
    act = {"write": write, "video": video, "copy": copy}[ACTION]
    while count >= moment:
        count, moment = 0, moment + 1
        TARGET.unlink(missing_ok=True)
        try:
            act()
        except (SvsError, OSError) as error:
            outcome = f"refused: {error}"
        else:
            outcome = "done"
        sys.stdout.write(f"{moment} {outcome}\n")
        if TARGET.exists():
            found = TARGET.lstat()
            assert stat.S_ISREG(found.st_mode), f"moment {moment}"
            assert found.st_uid == os.geteuid(), f"moment {moment}"
            assert found.st_size > len("theirs\n"), f"moment {moment}"
    assert moment > 3


if __name__ == "__main__":
    os.umask(0o077)
    sys.addaudithook(strike)
    main()
