"""One tree of errors. `Known` is what the user can act on: its text is a whole sentence, safe to
show, free of mail text, addresses and secrets. Anything else is our bug.

    LonghandError
    ├── Cancelled             the user stopped it
    └── Known                 one clear line, exit status 1
        ├── ProfileError      locked, newer than this program, damaged, no room on disk
        │   ├── WrongPassphrase
        │   └── NoKeychain    and no passphrase to do without one
        ├── MailError         sign-in refused, server away, TLS, a folder missing
        │   ├── ConnectionLost    broke off in mid-conversation; at once again may do
        │   ├── SignInRefused     the password or token is not taken
        │   └── ServerBusy    the server asks for a pause
        ├── ModelError        a model that cannot be read, does not fit, does not answer
        ├── LearningError     too little mail, training failed
        ├── ChildDied         a child process ended by itself (kill, memory, crash)
        ├── UpdatesError      nothing to be trusted is to be heard of new versions
        └── InputError        a file or value given by the user that cannot be used
"""


class LonghandError(Exception):
    """The root of all errors raised on purpose."""


class Cancelled(LonghandError):
    """The user stopped the job; nothing finished is lost."""


class Known(LonghandError):
    """What the user can act on; `str(error)` is a whole sentence for them."""


class ProfileError(Known):
    pass


class WrongPassphrase(ProfileError):
    pass


class NoKeychain(ProfileError):
    pass


class MailError(Known):
    pass


class ConnectionLost(MailError):
    pass


class SignInRefused(MailError):
    pass


class ServerBusy(MailError):
    """`seconds` is how long the server wants to be left alone, 0 where it does not say."""

    def __init__(self, sentence: str, seconds: float = 0.0) -> None:
        super().__init__(sentence)
        self.seconds = seconds


class ModelError(Known):
    pass


class LearningError(Known):
    pass


class ChildDied(Known):
    pass


class UpdatesError(Known):
    pass


class InputError(Known):
    pass
