"""Who speaks in a recording, as a terminal shows it: everybody with their time and some of their words."""

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from svs.model.speech import Result, Sentence, Speaker
from svs.outputs.shared import shares, speakers
from svs.store.speakers import quotes
from svs.times import clock
from svs.ui.terminal import term


def speakers_view(result: Result) -> RenderableType:
    """Return the speakers, each with the number by which they can be named."""
    named, said = speakers(result), quotes(result)
    share = shares(named)
    return Group(*(_speaker(who, share[who.name], said[who.name]) for who in named))


def _speaker(speaker: Speaker, share: int, quoted: list[Sentence]) -> RenderableType:
    time = f"  {clock(speaker.seconds)}, {share} %, from {speaker.how}"
    said = Table.grid(padding=(0, 2))
    said.add_column(style="cyan", no_wrap=True)
    said.add_column(overflow="fold")
    for sentence in quoted:
        said.add_row(clock(sentence.start), term(sentence.text))
    head = Text.assemble((f"{speaker.id}  ", "cyan"), term(speaker.name, "bold"), (time, "dim"))
    return Group(head, Padding(said, (0, 0, 0, 3)))
