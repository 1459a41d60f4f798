"""Downloading a model's missing files from a hub, at a pinned revision, checked by SHA-256.

Only `svs models download`, and the question before a job, use this.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import svs
from svs.errors import StoreError, SvsError
from svs.models.catalog import FILES, File, KnownModel

OnProgress = Callable[[int, int], None]
"""Called with the bytes downloaded so far, and the total."""

_TIMEOUT = 30  # seconds without an answer
_MARGIN = 100_000_000  # bytes of the disk that are left free


@dataclass(frozen=True, slots=True)
class _Remote:
    """A file on the hub, with its size and hash from the catalog, else as announced by the hub."""

    name: str
    url: str
    size: int
    sha256: str
    """Empty for small files without a pinned hash: the id of their git blob on the hub is checked."""
    blob_id: str


def endpoint() -> str:
    """Return the hub's address: `HF_ENDPOINT`, for mirrors, or the public one."""
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")


def fetch(model: KnownModel, folder: Path, on_progress: OnProgress) -> None:
    """Download the files of a model into a folder.

    An interrupted download is continued. A file gets its name only when it is complete and correct.
    """
    with _network_errors(model.repo):
        files = _list(model)
        total = sum(file.size for file in files)
        _check_space(folder, total)
        before = 0
        for file in files:
            _fetch_file(file, folder, _behind(before, total, on_progress))
            before += file.size
            on_progress(before, total)


def _behind(before: int, total: int, on_progress: OnProgress) -> Callable[[int], None]:
    """Return a callback for the bytes of one file that reports those of all files."""
    return lambda here: on_progress(before + here, total)


def _list(model: KnownModel) -> list[_Remote]:
    """Ask the hub for the files of the pinned revision. Raises SvsError if they are not the known ones."""
    from huggingface_hub import HfApi

    api = HfApi(endpoint=endpoint(), token=False, library_name="svs", library_version=svs.__version__)
    try:
        info = api.model_info(model.repo, revision=model.revision, files_metadata=True, timeout=_TIMEOUT)
    except (KeyError, TypeError, ValueError) as error:
        raise SvsError(
            f"{endpoint()} does not answer like a model hub", "Check HF_ENDPOINT, or log in to your network."
        ) from error
    wanted = model.files or FILES
    return [_remote(model, entry) for entry in info.siblings or () if entry.rfilename in wanted]


def _remote(model: KnownModel, entry: Any) -> _Remote:  # noqa: ANN401 - the library does not export its type
    """Return the expected file. Raises SvsError if the hub announces another one than svs knows."""
    from huggingface_hub import hf_hub_url

    announced = File(int(entry.size or 0), entry.lfs.sha256 if entry.lfs else "")
    must = model.files.get(entry.rfilename, announced)
    sums = {must.sha256, announced.sha256} - {""}
    if must.bytes != announced.bytes or len(sums) > 1:
        raise SvsError(
            f"{endpoint()} has another {entry.rfilename} of {model.name} than the one that svs knows",
            "Nothing was downloaded. Check HF_ENDPOINT, or try again later.",
        )
    url = hf_hub_url(model.repo, entry.rfilename, revision=model.revision, endpoint=endpoint())
    return _Remote(entry.rfilename, url, must.bytes, "".join(sums), entry.blob_id or "")


def _fetch_file(file: _Remote, folder: Path, on_here: Callable[[int], None]) -> None:
    """Download one file, continuing where an earlier call stopped."""
    target, part = folder / file.name, folder / f"{file.name}.part"
    if _is_correct(target, file):
        return
    here = _size(part)
    while here < file.size:
        _append(file, part, on_here)
        if _size(part) <= here:
            raise SvsError(
                f"the hub closed the connection before {file.name} was complete",
                "Try again later: the download continues from here.",
            )
        here = _size(part)
    if not _is_correct(part, file):
        part.unlink(missing_ok=True)
        raise SvsError(
            f"{file.name} is corrupt: its hash is wrong",
            "Try again. If that does not help, something between you and the hub changes files.",
        )
    part.replace(target)


def _append(file: _Remote, part: Path, on_here: Callable[[int], None]) -> None:
    """Append what the hub sends, until the file is complete or the connection breaks."""
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
            if out.tell() <= begin:  # nothing was received: the network is down
                raise


def _is_correct(path: Path, file: _Remote) -> bool:
    """Return whether a file is complete and correct."""
    if _size(path) != file.size or not path.is_file():
        return False
    with path.open("rb") as stream:
        if file.sha256:
            return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256
        blob = hashlib.sha1(b"blob %d\0" % file.size, usedforsecurity=False)  # git's hash of a blob
        blob.update(stream.read())
        return blob.hexdigest() == file.blob_id


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _check_space(folder: Path, total: int) -> None:
    missing = total - sum(_size(path) for path in folder.iterdir())
    if shutil.disk_usage(folder).free < missing + _MARGIN:
        raise StoreError(
            f"not enough space for {missing / 1e6:.0f} MB in {folder.parent}",
            "Free some space, choose a smaller model, or move svs's folder with SVS_HOME.",
        )


@contextmanager
def _network_errors(repo: str) -> Iterator[None]:
    """Turn errors of the network and the hub into an SvsError."""
    from httpx2 import HTTPError, InvalidURL

    try:
        yield
    except (HTTPError, InvalidURL, ConnectionError) as error:
        raise SvsError(
            f"cannot download {repo} from {endpoint()}: {error}",
            "Check the network and try again (the download continues from here), or copy a model's folder "
            "from another machine: `svs models add FOLDER`.",
        ) from error
