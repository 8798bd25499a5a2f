"""One window a profile: a second start brings the first one's window to the front and ends."""

import hashlib
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

WAIT_MS = 500


class SingleInstance(QObject):
    """By a local socket of this user, named after the profile's folder."""

    asked = Signal()  # somebody has started the program again

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        digest = hashlib.sha256(str(home.absolute()).encode()).hexdigest()
        self._name = f"longhand-{digest[:16]}"
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)

    def call_first(self) -> bool:
        """Whether there is another, which then shows its window. Otherwise this one is the first from now
        on."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if socket.waitForConnected(WAIT_MS):
            socket.disconnectFromServer()
            return True
        QLocalServer.removeServer(self._name)  # what a killed one has left
        self._server.listen(self._name)
        return False

    def close(self) -> None:
        self._server.close()

    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            self.asked.emit()
