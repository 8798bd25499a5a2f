"""Colours, spacing and type of the window: paper, ink, and one accent colour. Everything is taken
from a `Tones` of the present palette, so that light and dark follow the system live."""

from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

CHOSEN = "dark"  # the application's property: whether the user wants it dark, None for as the system has it
SPACE = 8  # the step of all distances, in device-independent pixels


@dataclass(frozen=True)
class Tones:
    """The colours of one appearance, as #rrggbb."""

    window: str
    base: str
    raised: str
    text: str
    muted: str
    border: str
    accent: str
    on_accent: str
    accent_soft: str
    good: str
    warn: str
    warn_soft: str


LIGHT = Tones(
    window="#f5f4f0",
    base="#ffffff",
    raised="#fbfaf8",
    text="#22262b",
    muted="#666c74",
    border="#dedbd3",
    accent="#2d5ba6",
    on_accent="#ffffff",
    accent_soft="#e6edf8",
    good="#2b7a4b",
    warn="#a65400",
    warn_soft="#fbf0e2",
)
DARK = Tones(
    window="#1b1d20",
    base="#232629",
    raised="#2a2d31",
    text="#e7e6e2",
    muted="#a0a5ac",
    border="#3a3e44",
    accent="#8db3f2",
    on_accent="#14202f",
    accent_soft="#2b3648",
    good="#7fcb9b",
    warn="#f0b46c",
    warn_soft="#3a3023",
)


def tones(palette: QPalette) -> Tones:
    """The appearance that goes with the palette in use."""
    return DARK if palette.color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def palette(look: Tones) -> QPalette:
    """A whole palette, for Fusion; other styles keep the system's own."""
    role = QPalette.ColorRole
    made = QPalette()
    for roles, colour in (
        ((role.Window, role.Button, role.AlternateBase), look.window),
        ((role.Base,), look.base),
        ((role.ToolTipBase, role.Light, role.Midlight), look.raised),
        ((role.Text, role.WindowText, role.ButtonText, role.ToolTipText, role.BrightText), look.text),
        ((role.PlaceholderText,), look.muted),
        ((role.Mid, role.Dark, role.Shadow), look.border),
        ((role.Highlight, role.Accent, role.Link), look.accent),
        ((role.HighlightedText,), look.on_accent),
    ):
        for one in roles:
            made.setColor(one, QColor(colour))
    for one in (role.Text, role.WindowText, role.ButtonText):
        faded = QColor(look.muted)
        faded.setAlpha(140)
        made.setColor(QPalette.ColorGroup.Disabled, one, faded)
    return made


def dress(app: QApplication, dark: bool | None = None) -> None:
    """Fits the application to the one asked for, to what the user has chosen (`choose`), or to the system's
    light or dark; called again when that changes."""
    if app.property("base") is None:  # a style sheet hides the style's name once it is set
        app.setProperty("base", app.style().name())
    if app.property("base") == "fusion":
        if dark is None:
            dark = app.property(CHOSEN)
        if dark is None:
            dark = app.styleHints().colorScheme() is Qt.ColorScheme.Dark
        app.setPalette(palette(DARK if dark else LIGHT))
    app.setStyleSheet(sheet(tones(app.palette())))


def choose(app: QApplication, dark: bool | None) -> None:
    """Light or dark from now on, whatever the system has; None: as the system has it."""
    scheme = Qt.ColorScheme.Unknown if dark is None else Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light
    app.setProperty(CHOSEN, dark)
    app.styleHints().setColorScheme(scheme)  # for what the system draws: title bars, file dialogs
    dress(app)


def scaled(font: QFont, factor: float, *, bold: bool = False) -> QFont:
    """The font at another size, relative to what the system asks for."""
    made = QFont(font)
    if font.pointSizeF() > 0:
        made.setPointSizeF(font.pointSizeF() * factor)
    else:
        made.setPixelSize(round(font.pixelSize() * factor))
    if bold:
        made.setWeight(QFont.Weight.DemiBold)
    return made


def sized(font: QFont, points: float) -> QFont:
    made = QFont(font)
    made.setPointSizeF(points)
    return made


def sheet(look: Tones) -> str:
    """The style sheet in these colours, with the few pictures that only it can draw."""
    text = (files("desktop") / "style.qss").read_text(encoding="utf-8")
    text = text.replace("@icons@", Path(str(files("desktop") / "icons")).as_posix())
    text = text.replace("@name@", "dark" if look == DARK else "light")
    for name, colour in asdict(look).items():
        text = text.replace(f"@{name}@", colour)
    return text
