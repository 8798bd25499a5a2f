"""Times, dates and a rule's reasons as people say them, through Qt's translation."""

import re
from datetime import datetime

from PySide6.QtCore import QCoreApplication, QDate, QLocale, QTime

from core.domain import OUT, Address, Kept, Rule, RuleOrigin, RuleState, Scope, ScopeKind
from core.preference.rulebook import has_ended


def say(text: str) -> str:
    """The text in the user's language."""
    return QCoreApplication.translate("Longhand", text)


# Core's sentences name commands; here the same is done on a screen.
_COMMANDS = (
    (r"learn", "Learn"),
    (r"rules on[^'`]*", "'Switch on' under Style rules"),
    (r"rules edit[^'`]*", "'Change' under Style rules"),
    (r"rules[^'`]*", "the Style rules screen"),
    (r"models get [^'`]*", "'Get' under Models"),
    (r"models[^'`]*", "the Models screen"),
    (r"account add --ca", "'Set the server by hand' where an account is added"),
    (r"account[^'`]*", "the Accounts screen"),
    (r"adapters[^'`]*", "the Learning screen"),
    (r"evaluate", "'Compare drafts' under Learning"),
    (r"blind", "the blind test under Learning"),
    (r"privacy preview", "'Preview' under Privacy"),
    (r"draft --list", "the Replies screen"),
    (r"import", "'Import' in the menu Mail"),
    (r"sync", "Sync"),
    (r"doctor", "the report under About"),
    (r"updates[^'`]*", "the switch under About"),
)
_AGAIN = re.compile(r"(run )?the same command( again| goes on from here)")


def in_window(sentence: str) -> str:
    """A sentence of core's, with a screen's name wherever it names a command."""
    for command, here in _COMMANDS:
        sentence = re.sub(rf"['`]longhand {command}['`]", say(here), sentence)
    return _AGAIN.sub(lambda found: say("try again") if found[1] else say("it goes on from here"), sentence)


def time_left(seconds: float | None) -> str:
    """The rest of a job: 'about 3 minutes left', or nothing while it is unknown."""
    if seconds is None:
        return ""
    if seconds < 5:
        return say("a few seconds left")
    if seconds < 60:
        return say("about {0} seconds left").format(round(seconds / 5) * 5)
    minutes = round(seconds / 60)
    if minutes == 1:
        return say("about a minute left")
    if minutes < 90:
        return say("about {0} minutes left").format(minutes)
    return say("about {0} hours left").format(round(minutes / 60))


def short_date(when: datetime | None, now: datetime) -> str:
    """A list's date: the time today, the weekday this week, otherwise the day."""
    if when is None:
        return ""
    here, today, locale = when.astimezone(), now.astimezone().date(), QLocale()
    day = QDate(here.year, here.month, here.day)
    past = (today - here.date()).days
    if past == 0:
        return locale.toString(QTime(here.hour, here.minute), QLocale.FormatType.ShortFormat)
    if 0 < past < 7:
        return locale.toString(day, "dddd")
    return locale.toString(day, "d MMM" if here.year == today.year else "d MMM yyyy")


def long_date(when: datetime | None) -> str:
    """A message's own date: weekday, day, month, year and time."""
    if when is None:
        return ""
    here, locale = when.astimezone(), QLocale()
    day = locale.toString(QDate(here.year, here.month, here.day), "dddd, d MMMM yyyy")
    return f"{day}, {locale.toString(QTime(here.hour, here.minute), QLocale.FormatType.ShortFormat)}"


def who(address: Address) -> str:
    return address.name or address.email


def trait(name: str) -> str:
    """A trait's name as a small heading: 'sign_off' is 'Sign off'."""
    return name.replace("_", " ").capitalize()


def scope(of: Scope) -> str:
    if of.kind is ScopeKind.EVERYONE:
        return say("everyone")
    if of.kind is ScopeKind.KIND:
        return say("mails of the kind '{0}'").format(of.value)
    return of.value


def kept(mark: Kept) -> str:
    return {
        Kept.KEPT: say("kept in this draft"),
        Kept.NOT_KEPT: say("not kept in this draft"),
        Kept.CANNOT_TELL: say("cannot tell whether it is kept"),
    }[mark]


def origin(of: RuleOrigin) -> str:
    return {
        RuleOrigin.LEARNED: say("Learned"),
        RuleOrigin.MEASURED: say("Counted"),
        RuleOrigin.WRITTEN: say("Yours"),
    }[of]


def standing(rule: Rule) -> str:
    """Whether a rule is written by, in a word."""
    return say("Ended") if has_ended(rule) and rule.state not in OUT else state(rule.state)


def held(rule: Rule) -> str:
    """When the habit began and ended, as far as it did: 'since March 2025, until May 2026'."""
    told = [
        text.format(QLocale().toString(QDate(moment.year, moment.month, 1), "MMMM yyyy"))
        for text, moment in ((say("since {0}"), rule.since), (say("until {0}"), rule.until))
        if moment
    ]
    return ", ".join(told)


def day(when: datetime | None) -> str:
    """A day and its year, for lists of the past."""
    if when is None:
        return ""
    here = when.astimezone()
    return QLocale().toString(QDate(here.year, here.month, here.day), "d MMM yyyy")


def day_and_time(when: datetime) -> str:
    here = when.astimezone()
    time = QLocale().toString(QTime(here.hour, here.minute), QLocale.FormatType.ShortFormat)
    return f"{day(when)}, {time}"


def size(count: float) -> str:
    """Bytes: '1.8 GB', '12 MB'."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def state(of: RuleState) -> str:
    return {
        RuleState.ACTIVE: say("In use"),
        RuleState.PINNED: say("Pinned"),
        RuleState.OFF: say("Off"),
        RuleState.LEFT_OUT: say("Left out"),
        RuleState.MERGED: say("Merged"),
    }[of]
