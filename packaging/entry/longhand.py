"""Where the frozen program begins: window, command line and every child but the one that trains."""

import multiprocessing
import os
import sys


def main() -> None:
    multiprocessing.freeze_support()  # a worker process of a library's ends here
    if sys.platform == "linux":
        _give_back_library_path()
    from core.cli import main as run

    run()


def _give_back_library_path() -> None:
    """The bootloader points the linker at our libraries. Programs of the system that we start (a browser, for
    a link) would take them for their own; this process has long read the variable."""
    before = os.environ.pop("LD_LIBRARY_PATH_ORIG", "")
    os.environ.pop("LD_LIBRARY_PATH", None)
    if before:
        os.environ["LD_LIBRARY_PATH"] = before
    # A child of ours is this same program, and would take the libraries for already pointed to.
    os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"


if __name__ == "__main__":
    main()
