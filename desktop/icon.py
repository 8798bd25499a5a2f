"""The window's own icons: one SVG a name in `icons/`, drawn in whatever colour the present
appearance asks for."""

from importlib.resources import files

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from desktop.theme import tones

SIZES = (18, 24)  # others are scaled from these


def icon(name: str, tone: str = "text", gap: int = 0) -> QIcon:
    """The icon `name` in the colour `tone` (a field of theme.Tones). `gap`: room to its right, which a
    button with words does not leave by itself."""
    made = QIcon()
    for size in SIZES:
        made.addPixmap(pixmap(name, size, tone, gap=gap))
        made.addPixmap(pixmap(name, size, "muted", gap=gap), QIcon.Mode.Disabled)
    return made


def pixmap(name: str, size: int, tone: str = "text", ratio: float = 2.0, gap: int = 0) -> QPixmap:
    """The icon as pixels for a square of `size` device-independent pixels, and `gap` of them beside it."""
    colour: str = getattr(tones(QGuiApplication.palette()), tone)
    key = f"longhand {name} {size} {colour} {ratio} {gap}"
    drawn = QPixmap()
    if QPixmapCache.find(key, drawn):
        return drawn
    source = (files("desktop") / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))
    pixels = round(size * ratio)
    drawn = QPixmap(QSize(round((size + gap) * ratio), pixels))
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    renderer.render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    drawn.setDevicePixelRatio(ratio)
    QPixmapCache.insert(key, drawn)
    return drawn
