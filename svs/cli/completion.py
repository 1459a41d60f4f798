"""Shell completion: only what can be looked up quickly.

The help beside a word goes through a shell's `eval`: only harmless characters of a file's name are kept.
"""

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from svs.store.jobs import JobStore

_MAX_JOBS = 50
_HARMLESS = frozenset(" ._-")


def job_ids(incomplete: str) -> list[tuple[str, str]]:
    """Return the newest jobs whose ids start with this text, each with its status and file."""
    from svs.store.jobs import JobStore
    from svs.system.paths import jobs_home

    store = JobStore(jobs_home())
    matching = (job_id for job_id in store.ids() if job_id.startswith(incomplete))
    return [(job_id, _about(store, job_id)) for job_id in islice(matching, _MAX_JOBS)]


def _about(store: "JobStore", job_id: str) -> str:
    from svs.store.records import Damaged

    job = store.read(job_id)
    if isinstance(job, Damaged):
        return "damaged"
    return f"{store.state(job)} {harmless(job.source.name)}"


def harmless(text: str) -> str:
    """Return a text from outside with every character replaced that could mean something to a shell."""
    return "".join(c if c.isalnum() or c in _HARMLESS else "?" for c in text)


def models(incomplete: str) -> list[str]:
    """Return the models on this machine whose names start with this text."""
    from svs.models.installed import available

    return [model.name for model in available() if model.name.startswith(incomplete)]


def known_models(incomplete: str) -> list[tuple[str, str]]:
    """Return the models that can be downloaded."""
    from svs.models.catalog import CATALOG

    return [(m.name, f"{m.megabytes} MB") for m in CATALOG if m.name.startswith(incomplete)]


def languages(incomplete: str) -> list[tuple[str, str]]:
    """Return the languages whose codes start with this text."""
    from pycountry import languages as all_languages

    found = ((getattr(language, "alpha_2", ""), language.name) for language in all_languages)
    return [(code, harmless(name)) for code, name in found if code and code.startswith(incomplete)]


def formats(incomplete: str) -> list[str]:
    """Return the comma-separated lists of formats that this text can be completed to."""
    from svs.outputs import FORMATS

    before, comma, last = incomplete.rpartition(",")
    chosen = before.split(",")
    return [f"{before}{comma}{name}" for name in FORMATS if name.startswith(last) and name not in chosen]
