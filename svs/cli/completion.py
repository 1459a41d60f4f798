"""What the shell offers when Tab is pressed: only what is quick to know.

The help beside a word goes through a shell's `eval`: of a file's name only harmless characters are left.
"""

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from svs.store.jobs import JobStore

_MOST = 50  # jobs
_HARMLESS = frozenset(" ._-")


def job_ids(incomplete: str) -> list[tuple[str, str]]:
    """Return the newest jobs whose ids begin so, each with its status and file."""
    from svs.store.jobs import JobStore
    from svs.system.paths import jobs_home

    store = JobStore(jobs_home())
    fitting = (job_id for job_id in store.ids() if job_id.startswith(incomplete))
    return [(job_id, _about(store, job_id)) for job_id in islice(fitting, _MOST)]


def _about(store: "JobStore", job_id: str) -> str:
    from svs.store.jobs import Damaged

    job = store.read(job_id)
    if isinstance(job, Damaged):
        return "damaged"
    return f"{store.state(job)} {harmless(job.source.name)}"


def harmless(text: str) -> str:
    """Return a text from outside with all replaced that a shell could take for more than a letter."""
    return "".join(c if c.isalnum() or c in _HARMLESS else "?" for c in text)


def models(incomplete: str) -> list[str]:
    """Return the models on this machine whose names begin so."""
    from svs.models.installed import available

    return [model.name for model in available() if model.name.startswith(incomplete)]


def known_models(incomplete: str) -> list[tuple[str, str]]:
    """Return the models that can be downloaded."""
    from svs.models.catalog import CATALOG

    return [(m.name, f"{m.megabytes} MB") for m in CATALOG if m.name.startswith(incomplete)]


def languages(incomplete: str) -> list[tuple[str, str]]:
    """Return the languages whose codes begin so."""
    from pycountry import languages as all_languages

    found = ((getattr(one, "alpha_2", ""), one.name) for one in all_languages)
    return [(code, harmless(name)) for code, name in found if code and code.startswith(incomplete)]


def formats(incomplete: str) -> list[str]:
    """Return the lists of formats that what was typed can become."""
    from svs.outputs import FORMATS

    before, comma, last = incomplete.rpartition(",")
    chosen = before.split(",")
    return [f"{before}{comma}{name}" for name in FORMATS if name.startswith(last) and name not in chosen]
