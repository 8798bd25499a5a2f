"""`python -m desktop`: opens the window on the profile of LONGHAND_HOME, or of this user."""

import os
import sys


def main() -> int:
    """Imports Qt only here: in a frozen build the children start from this same program."""
    from core.store.paths import Profile
    from desktop.start import load

    return load()(Profile.locate(), os.environ.pop("LONGHAND_PASSPHRASE", None))


if __name__ == "__main__":
    sys.exit(main())
