"""Draws the program's icon as each platform wants it, from the window's own drawing.

python packaging/icons.py DRAWING.svg FOLDER
"""

import os
import sys
from pathlib import Path

SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
PAPER, INK = "#1f4e79", "#ffffff"  # a white stroke on a dark ground shows on light and dark alike


def main(drawing: Path, folder: Path) -> None:
    """Writes longhand-SIZE.png for each size, longhand.svg, and longhand.ico for Windows."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    QGuiApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    svg = framed(drawing.read_text("utf-8"))
    (folder / "longhand.svg").write_text(svg, "utf-8")
    renderer = QSvgRenderer(svg.encode())
    for size in SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(0)
        painter = QPainter(image)
        renderer.render(painter)
        painter.end()
        if not image.save(str(folder / f"longhand-{size}.png")):
            raise SystemExit(f"No icon could be written to {folder}.")
        if size == 256:
            image.save(str(folder / "longhand.ico"), "ICO")


def framed(drawing: str) -> str:
    """The stroke in white on a rounded square, with room around it."""
    stroke = drawing.partition(">")[2].rpartition("</svg>")[0]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'
        f'<rect width="24" height="24" rx="5" fill="{PAPER}"/>'
        f'<g transform="translate(4 4) scale(.667)" fill="none" stroke="{INK}" stroke-width="2.2"'
        f' stroke-linecap="round" stroke-linejoin="round">{stroke}</g></svg>\n'
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
