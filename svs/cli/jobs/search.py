"""`svs jobs search`: find what was said, in all recordings."""

from collections.abc import Callable
from itertools import islice
from typing import Annotated

import typer

from svs.cli.store import open_store
from svs.errors import SvsError
from svs.store import search as searching
from svs.store.search import Hit
from svs.system.codec import encode
from svs.ui.output import one_line, write
from svs.ui.search import Hits, plain
from svs.ui.terminal import stdout


def search(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WORD...",
            help='Words that all occur in one line; quote "two words" to find them together.',
        ),
    ],
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, metavar="NUMBER", help="How many lines to show.")
    ] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print each match as a line of JSON.")] = False,
) -> None:
    """Search all transcripts and summaries, newest job first. Exits with 1 if nothing is found.

    Case and accents are ignored, and part of a word is enough.
    """

    def skip(problem: str) -> None:
        typer.echo(f"svs: {one_line(problem)}", err=True)

    found = 0
    show = _show(words, as_json=as_json)
    for hit in islice(searching.search(open_store(), words, skip), limit):
        found += 1
        show(hit)
    if not found:
        wanted = " and ".join(f"'{word}'" for word in words)
        raise SvsError(f"no match for {wanted}", "All words must occur in the same sentence.")
    if found == limit:
        typer.echo(f"Only the first {limit} matches are shown; raise --limit to see more.", err=True)


def _show(words: list[str], *, as_json: bool) -> Callable[[Hit], None]:
    """Return the function that prints a match: as JSON, as plain text, or for a terminal."""
    if as_json:
        return lambda hit: write(encode(hit).decode())
    if stdout().is_terminal:
        return Hits(stdout(), words).show
    return lambda hit: write(plain(hit))
