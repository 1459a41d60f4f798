"""The dark and the light theme: all text has the contrast that WCAG 2.2 requires, 4.5."""

from rich.terminal_theme import TerminalTheme
from textual.theme import Theme

Colour = tuple[int, int, int]


def _palette(background: Colour, text: Colour, colours: list[Colour]) -> TerminalTheme:
    """Return a palette with these colours for red, green, yellow, blue, magenta and cyan."""
    return TerminalTheme(background, text, [background, *colours, text])


DARK_COLOURS = _palette(
    (22, 24, 29),
    (228, 230, 235),
    [(255, 123, 123), (126, 217, 149), (240, 196, 92), (150, 176, 250), (214, 166, 255), (98, 209, 232)],
)
LIGHT_COLOURS = _palette(
    (252, 252, 253),
    (26, 29, 35),
    [(168, 28, 24), (16, 98, 40), (122, 74, 0), (48, 62, 168), (128, 28, 146), (0, 88, 110)],
)
DARK = Theme(
    name="svs-dark",
    dark=True,
    primary="#62d1e8",
    accent="#f0c45c",
    warning="#f0c45c",
    error="#ff7b7b",
    success="#7ed995",
    foreground="#e4e6eb",
    background="#16181d",
    surface="#1d2027",
    panel="#252932",
)
LIGHT = Theme(
    name="svs-light",
    dark=False,
    primary="#00586e",
    accent="#7a4a00",
    warning="#7a4a00",
    error="#a81c18",
    success="#106228",
    foreground="#1a1d23",
    background="#fcfcfd",
    surface="#f3f4f7",
    panel="#e8eaef",
)
