"""Bringing a model's files from a hub: what is missing of them, checked against what the hub announced.

With recording, summarizing and everything else this has nothing to do: only `svs models download` comes here.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import svs
from svs.errors import StoreError, SvsError

OnProgress = Callable[[int, int], None]
"""Is told the bytes that are here, and those there are in all."""

_TIMEOUT = 30  # seconds without an answer
_MARGIN = 100_000_000  # bytes of the disk that stay free


@dataclass(frozen=True, slots=True)
class _File:
    """A file as the hub announces it."""

    name: str
    url: str
    size: int
    sha256: str
    """Empty for small files, which the hub keeps in git: there it is the blob's id that tells."""
    blob_id: str


def endpoint() -> str:
    """Return the hub's address: `HF_ENDPOINT`, for mirrors, or the public one."""
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")


def fetch(repo: str, names: Sequence[str], folder: Path, on_progress: OnProgress) -> None:
    """Bring those of the named files that the repository has into a folder.

    What an interrupted call left there is used. A file has its name only when it is complete and right.
    """
    with _network_errors(repo):
        files = _list(repo, names)
        total = sum(file.size for file in files)
        _check_room(folder, total)
        before = 0
        for file in files:
            _fetch_file(file, folder, _behind(before, total, on_progress))
            before += file.size
            on_progress(before, total)


def _behind(before: int, total: int, on_progress: OnProgress) -> Callable[[int], None]:
    """Return what takes the bytes of one file and tells those of all files."""
    return lambda here: on_progress(before + here, total)


def _list(repo: str, names: Sequence[str]) -> list[_File]:
    """Ask the hub for the files' sizes and hashes, all of one revision."""
    from huggingface_hub import HfApi, hf_hub_url

    api = HfApi(endpoint=endpoint(), token=False, library_name="svs", library_version=svs.__version__)
    try:
        info = api.model_info(repo, files_metadata=True, timeout=_TIMEOUT)
    except (KeyError, TypeError, ValueError) as error:
        raise SvsError(
            f"{endpoint()} does not answer like a model hub", "Check HF_ENDPOINT, or log in to your network."
        ) from error
    return [
        _File(
            name=entry.rfilename,
            url=hf_hub_url(repo, entry.rfilename, revision=info.sha, endpoint=endpoint()),
            size=int(entry.size or 0),
            sha256=entry.lfs.sha256 if entry.lfs else "",
            blob_id=entry.blob_id or "",
        )
        for entry in info.siblings or ()
        if entry.rfilename in names
    ]


def _fetch_file(file: _File, folder: Path, on_here: Callable[[int], None]) -> None:
    """Bring one file, from where an earlier call stopped."""
    target, part = folder / file.name, folder / f"{file.name}.part"
    if _is_right(target, file):
        return
    here = _size(part)
    while here < file.size:
        _append(file, part, on_here)
        if _size(part) <= here:
            raise SvsError(
                f"the hub sends nothing more of {file.name}", "Try again later: it goes on from here."
            )
        here = _size(part)
    if not _is_right(part, file):
        part.unlink(missing_ok=True)
        raise SvsError(
            f"{file.name} came damaged: it is not what {endpoint()} announced",
            "Run it again. If that does not help, something between you and the hub changes files.",
        )
    part.replace(target)


def _append(file: _File, part: Path, on_here: Callable[[int], None]) -> None:
    """Add what the hub sends, until it is enough or the connection breaks."""
    from httpx2 import TransportError
    from huggingface_hub import get_session

    with part.open("ab") as out:
        begin = out.tell()
        headers = {"Accept-Encoding": "identity", "Range": f"bytes={begin}-"}
        try:
            with get_session().stream(
                "GET", file.url, headers=headers, timeout=_TIMEOUT, follow_redirects=True
            ) as answer:
                answer.raise_for_status()
                if answer.status_code != 206:  # the whole file again
                    out.truncate(0)
                    out.seek(0)
                for piece in answer.iter_raw():
                    out.write(piece)
                    on_here(out.tell())
                    if out.tell() >= file.size:
                        break
        except TransportError:
            if out.tell() <= begin:  # not even a bit more: the network is gone
                raise


def _is_right(path: Path, file: _File) -> bool:
    """Tell whether a file is what the hub announced."""
    if _size(path) != file.size or not path.is_file():
        return False
    with path.open("rb") as stream:
        if file.sha256:
            return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256
        blob = hashlib.sha1(b"blob %d\0" % file.size, usedforsecurity=False)  # git's own way to name content
        blob.update(stream.read())
        return blob.hexdigest() == file.blob_id


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _check_room(folder: Path, total: int) -> None:
    missing = total - sum(_size(path) for path in folder.iterdir())
    if shutil.disk_usage(folder).free < missing + _MARGIN:
        raise StoreError(
            f"there is no room for {missing / 1e6:.0f} MB in {folder.parent}",
            "Free some, choose a smaller model, or move svs's folder with SVS_HOME.",
        )


@contextmanager
def _network_errors(repo: str) -> Iterator[None]:
    """Turn what the network and the hub can do wrong into our error."""
    from httpx2 import HTTPError, InvalidURL

    try:
        yield
    except (HTTPError, InvalidURL, ConnectionError) as error:
        raise SvsError(
            f"cannot download {repo} from {endpoint()}: {error}",
            "Check the network and try again (it goes on from here), or bring a model's folder from another "
            "machine: `svs models add FOLDER`.",
        ) from error
