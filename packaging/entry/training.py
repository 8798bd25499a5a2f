"""Where the frozen training part begins: it is only ever started as a child."""

import multiprocessing
import sys
from importlib.metadata import version

multiprocessing.freeze_support()

if sys.argv[1:2] == ["--child"]:
    from core.engine.child import main

    main(sys.argv[2:])
elif sys.argv[1:] == ["--version"]:
    sys.stdout.write(f"longhand-training, version {version('longhand')}\n")
else:
    sys.exit("This is the part of Longhand that learns; Longhand starts it by itself.")
