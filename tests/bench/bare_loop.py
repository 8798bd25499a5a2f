"""A Qt event loop with nothing to do, which tells how late it was: what the machine itself makes late. Ends
when its standard input does: `python -m tests.bench.bare_loop`."""

import json
import sys
import threading

from PySide6.QtCore import QCoreApplication, QMetaObject, Qt

from tests.bench.loop_timer import Loop


def main() -> None:
    app = QCoreApplication([])
    loop = Loop(app)

    def wait() -> None:
        sys.stdin.read()
        QMetaObject.invokeMethod(app, "quit", Qt.ConnectionType.QueuedConnection)

    threading.Thread(target=wait, daemon=True).start()
    app.exec()
    print(json.dumps(loop.late), flush=True)


if __name__ == "__main__":
    main()
