"""Two small plots: the speed of the running jobs, and the load of the machine."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import RenderableType
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget

from svs.events import Stage
from svs.model.job import Progress
from svs.times import clock

_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""A braille character's dots, as bits, of its left and of its right column, from the bottom up."""
_BRAILLE = 0x2800
SAMPLE_SECONDS = 2.0
"""Between two points."""
_MAX_VALUES = 2000  # twice the columns of the widest screen


def plot(values: Sequence[float], width: int, height: int, top: float) -> list[str]:
    """Return lines that show the last values as an area of braille dots, two of them a column.

    The newest value is at the right; `top` reaches the upper edge. A value above 0 has at least one dot.
    """
    scale = 4 * height / top if top > 0 else 0.0
    dots = [min(4 * height, max(value > 0, round(value * scale))) for value in values[-2 * width :]]
    dots = [0] * (2 * width - len(dots)) + dots
    pairs = list(zip(dots[::2], dots[1::2], strict=True))
    return ["".join(_character(pair, 4 * line) for pair in pairs) for line in range(height)][::-1]


def _character(pair: tuple[int, int], below: int) -> str:
    """Return the character that shows two neighbouring values above a height."""
    bits = (dot for column, dots in zip(pair, _DOTS, strict=True) for dot in dots[: max(0, column - below)])
    return chr(_BRAILLE + sum(bits))


@dataclass(frozen=True, slots=True)
class Machine:
    """How busy the machine is, in percent."""

    load: float
    memory: float


def machine() -> Machine:
    """Measure the machine; the load is that since the last call."""
    import psutil

    return Machine(psutil.cpu_percent(None), psutil.virtual_memory().percent)


class Chart(Widget):
    """A plot with a title line."""

    def __init__(self, name: str, unit: str, colour: str, top: float | None = None) -> None:
        super().__init__(id=name.lower())
        self._title, self._unit, self._colour, self._top = name, unit, colour, top
        self._values: deque[float] = deque(maxlen=_MAX_VALUES)

    def add(self, value: float) -> None:
        """Add the newest value."""
        self._values.append(value)
        self.refresh()

    def render(self) -> RenderableType:
        """Draw the plot as it is now, with its scale at the right: the top, and 0 at the bottom."""
        height = self.size.height - 1
        top = self._top or max(list(self._values)[-2 * self.size.width :], default=0.0)
        scale = [f" {top:.3g}{self._unit}" if top else "", *[""] * (height - 2), " 0"][:height]
        width = max(1, self.size.width - max(map(len, scale)))
        values = list(self._values)[-2 * width :]
        now = f"{values[-1]:.3g}{self._unit}" if values else ""
        head = Text.assemble((self._title, "bold"), " ", (now, self._colour))
        span = Text(f"last {clock(len(values) * SAMPLE_SECONDS)}" if values else "", "dim")
        head.pad_right(max(1, width - head.cell_len - span.cell_len))
        lines = zip(plot(values, width, height, top), scale, strict=True)
        return Text("\n").join(
            [head + span, *(Text.assemble((line, self._colour), (mark, "dim")) for line, mark in lines)]
        )


class Charts(Horizontal):
    """The speed of the running jobs, and the load of the machine."""

    def __init__(self) -> None:
        super().__init__(id="charts")

    def compose(self) -> ComposeResult:
        """Lay out the two charts."""
        yield Chart("Speed", "x", "cyan")
        yield Chart("Load", " %", "blue", top=100)

    def add(self, running: Iterable[Progress | None], machine: Machine) -> None:
        """Show a point more. Only the speeds of transcribing count: to extract takes no time."""
        speeds = (p.speed or 0.0 for p in running if p and p.stage == Stage.TRANSCRIBE)
        self.query_one("#speed", Chart).add(sum(speeds))
        self.query_one("#load", Chart).add(machine.load)
