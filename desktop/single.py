"""One window a profile: a second start brings the first one's window to the front, hands it the files it was
started with, and ends."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

WAIT_MS = 500


class SingleInstance(QObject):
    """By a local socket of this user, named after the profile's folder."""

    asked = Signal()  # somebody has started the program again
    handed = Signal(list)  # with these files (paths as text)

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        digest = hashlib.sha256(str(home.absolute()).encode()).hexdigest()
        self._name = f"longhand-{digest[:16]}"
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)

    def call_first(self, files: Sequence[Path] = ()) -> bool:
        """Whether there is another, which then shows its window and takes `files`. Otherwise this one is the
        first from now on."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if socket.waitForConnected(WAIT_MS):
            if files:
                socket.write(json.dumps([str(one.absolute()) for one in files]).encode())
                socket.waitForBytesWritten(WAIT_MS)
            socket.disconnectFromServer()
            return True
        QLocalServer.removeServer(self._name)  # what a killed one has left
        self._server.listen(self._name)
        return False

    def close(self) -> None:
        self._server.close()

    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            self.asked.emit()
            socket.waitForDisconnected(WAIT_MS)  # it says its files and leaves
            self._take(socket)

    def _take(self, socket: QLocalSocket) -> None:
        """The socket is this user's alone; what is no list of files was not written by a second start."""
        try:
            files = json.loads(bytes(socket.readAll().data()) or b"[]")
        except ValueError:
            files = []
        if isinstance(files, list) and files and all(isinstance(one, str) for one in files):
            self.handed.emit(files)
        socket.deleteLater()
