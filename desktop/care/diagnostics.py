"""A report on this installation for the user to read before they share it: versions, the machine, counts.
No mail, no address, no name, no path."""

import platform
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from core.app import App
from core.models.hardware import machine

LIBRARIES = ("PySide6_Essentials", "llama-cpp-python", "torch", "peft", "sqlcipher3", "imapclient")


def shown() -> str:
    """What draws the window. On the main thread only."""
    scales = ", ".join(f"{screen.devicePixelRatio():.2f}" for screen in QGuiApplication.screens())
    return f"Qt {qVersion()} ({QGuiApplication.platformName()}, screen scale {scales or 'unknown'})"


def report(app: App, window: str) -> str:
    """`window`: what `shown` says. Looks at the machine for a third of a second."""
    here = machine(app.home)
    standing = app.learning.standing()
    writer = next((one for one in app.models.all() if one.in_use and one.role == "large"), None)
    lines = [
        f"Longhand {version('longhand')}",
        f"Python {platform.python_version()}, {window}",
        *(f"{name} {_version(name)}" for name in LIBRARIES),
        "",
        f"{here.system}, {here.cores} cores, {here.memory_mb} MB of memory, {here.memory_free_mb} MB free",
        f"{here.disk_free_mb} MB free on disk",
        "",
        f"Accounts: {len(app.accounts.all())}",
        f"Replies of yours that can be learned from: {standing.exchanges}",
        f"Examples: {standing.examples}",
        f"Adapters: {len(app.learning.adapters())}, in use: {'yes' if app.learning.adapter() else 'no'}",
        f"Rules: {len(app.rules.all())}",
        f"Writer: {_kind(writer.where) if writer else 'none'}",
    ]
    return "\n".join(lines)


def _kind(where: str) -> str:
    """A file's own name might say more than the user wants to tell."""
    return {"embedded": "built in", "file": "a model file", "cloud": "a service"}.get(where, where)


def _version(name: str) -> str:
    """An installed Longhand without the part that learns has no torch."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not in this program"
