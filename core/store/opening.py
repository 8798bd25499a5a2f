"""Opens a profile's database with the key from its keychain; a new profile gets a new random key."""

import secrets

from core.errors import ProfileError
from core.privacy.keychain import Keychain
from core.store.database import Database
from core.store.paths import Profile

_KEY_NAME = "database"


def open_database(profile: Profile, keychain: Keychain) -> Database:
    """Raises ProfileError as Database.open, and where the key of an existing database is missing."""
    profile.create()
    return Database.open(profile.database, _key(profile, keychain))


def _key(profile: Profile, keychain: Keychain) -> bytes:
    held = keychain.get(_KEY_NAME)
    if held is None:
        if profile.database.exists():
            raise ProfileError(
                "The key of this profile's database is not in the keychain; open the profile on the machine "
                "and in the way it was made, or choose another folder with LONGHAND_HOME."
            )
        held = secrets.token_hex(32)
        # Kept before the first use: a database whose key is lost is lost.
        keychain.set(_KEY_NAME, held)
    try:
        key = bytes.fromhex(held)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ProfileError("The keychain holds no usable key for this profile; restore the keychain's entry.")
    return key
