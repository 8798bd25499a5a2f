"""The line above a quoted original: when and by whom it was written, in the original's language."""

from core.domain import ParsedMail
from core.traits import language_of

# By the language's name: the line, and how its dates are written.
_LINES = {
    "Danish": ("Den {date} kl. {time} skrev {writer}:", "%d.%m.%Y"),
    "Dutch": ("Op {date} om {time} schreef {writer}:", "%d-%m-%Y"),
    "French": ("Le {date} à {time}, {writer} a écrit :", "%d/%m/%Y"),
    "German": ("Am {date} um {time} schrieb {writer}:", "%d.%m.%Y"),
    "Italian": ("Il {date} alle {time}, {writer} ha scritto:", "%d/%m/%Y"),
    "Norwegian": ("Den {date} kl. {time} skrev {writer}:", "%d.%m.%Y"),
    "Polish": ("W dniu {date} o {time} {writer} napisał(a):", "%d.%m.%Y"),
    "Portuguese": ("Em {date} às {time}, {writer} escreveu:", "%d/%m/%Y"),
    "Spanish": ("El {date} a las {time}, {writer} escribió:", "%d/%m/%Y"),
    "Swedish": ("Den {date} kl. {time} skrev {writer}:", "%Y-%m-%d"),
}


def attribution(message: ParsedMail) -> str:
    """English where the language cannot be told, or is none of these; the time by the writer's clock."""
    writer = message.sender.name or message.sender.email
    if message.date is None:
        return f"{writer}:"
    known = _LINES.get(language_of(message.text) or "")
    if known is None:
        from email.utils import format_datetime  # late: 5 ms of every start

        # No names of days and months by strftime: they follow the machine's language.
        return f"On {format_datetime(message.date)}, {writer} wrote:"
    line, dates = known
    return line.format(date=message.date.strftime(dates), time=message.date.strftime("%H:%M"), writer=writer)
