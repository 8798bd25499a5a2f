"""What the user is told of new versions, in the window and on the command line."""

from datetime import datetime

TURN_ON = "Longhand does not ask for new versions; 'longhand updates on' lets it."
FORBIDDEN = "Your firm's policy does not let Longhand ask for new versions; your administrator brings them."
NO_ADDRESS = "This build of Longhand has no address yet to ask for new versions; nothing was sent."
AWAY = "The address for new versions does not answer; check the network, or try again another day."
NO_STATEMENT = (
    "The address for new versions gave something else than a statement by Longhand's makers, so it was thrown"
    " away; try again another day."
)
UNSIGNED = (
    "What came about new versions is not signed by Longhand's makers, so it was thrown away; somebody on the"
    " way may have changed it."
)
EXPIRED = (
    "What came about new versions does not hold today: newer news may be held back from you, or this"
    " computer's clock is wrong. Look where you got Longhand from."
)
OLDER = (
    "What came about new versions is older than what is known already, so it was thrown away: newer news may"
    " be held back from you. Look where you got Longhand from."
)


def state(own: str, newer: str, heard: datetime | None, fault: str) -> str:
    """What is known; `newer` is a version, '' for none. `fault`: a sentence on the last question."""
    if newer:
        told = f"Longhand {newer} is there; this is {own}."
    elif heard:
        told = f"This is Longhand {own}, the newest version on {heard:%Y-%m-%d}."
    else:
        told = f"This is Longhand {own}. Nothing was heard yet of newer ones."
    return f"{told} {fault}".strip()


def notice(newer: str) -> str:
    return f"Longhand {newer} is there. About has the link; nothing is installed by itself."
