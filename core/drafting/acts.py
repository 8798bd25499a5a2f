"""What a draft says its writer did or decided: acts and answers that the notes do not bear out are
marked, because nobody but the user can know them."""

import re

from core.domain import Context, Finding

# What a draft claims, and what in the notes (or, for what was agreed, the thread) would bear it out.
_ACTS: tuple[tuple[re.Pattern[str], re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"\b(?:(?:please find|i(?:'ve| have)|see|is|are)\s+)?"
            r"(?:attached|enclosed)\b",
            re.IGNORECASE,
        ),
        re.compile(r"attach|enclos|appended", re.IGNORECASE),
        "it says that something is attached",
    ),
    (
        re.compile(
            r"\b(?:i|we)(?:'ve| have)?\s+(?:already |just )?(?:sent|forwarded|booked|paid|called|signed|"
            r"shared|ordered|transferred|spoken (?:to|with)|updated|cancelled|submitted|uploaded)\b",
            re.IGNORECASE,
        ),
        re.compile(
            r"sen[dt]|forward|book|pa(?:id|y)|call|sign|shar|order|transfer|spoke|updat|cancel|submit|upload",
            re.IGNORECASE,
        ),
        "it says that you have done something",
    ),
    (
        re.compile(
            r"\bas (?:we |just )?(?:discussed|agreed|promised|mentioned)\b"
            r"|\bper our (?:call|talk|conversation)\b",
            re.IGNORECASE,
        ),
        re.compile(r"discuss|agree|promis|mention|call|talk|conversation|spoke", re.IGNORECASE),
        "it refers to something that was agreed",
    ),
)
_YES = re.compile(
    r"\b(?:yes|i can(?! confirm|'t|not)|we can|works for me|sounds good|happy to|i agree"
    r"|approved|confirmed|i accept)\b",
    re.IGNORECASE,
)
_NO = re.compile(
    r"\b(?:no,|i can(?:'|no)t|i cannot|i won't|unable|not able|unfortunately|i must decline|i decline)\b",
    re.IGNORECASE,
)
_REFUSES = r"\b(?:no|not|cannot|unable|declin\w*|refus\w*|sorry|unfortunately|too|instead)\b|n't\b"
_NOTES_NO = re.compile(_REFUSES, re.IGNORECASE)
# Notes that refuse nothing bear a yes out: 'Thursday 10:00' is an answer.
_NOTES_YES = re.compile(
    rf"\A(?!.*(?:{_REFUSES})).*\w|\b(?:yes|ok(?:ay)?|agree\w*|accept\w*|confirm\w*|can)\b(?!'t)",
    re.IGNORECASE | re.DOTALL,
)


def claimed_acts(draft: str, context: Context) -> list[Finding]:
    """Acts and answers that `draft` claims and the notes do not bear out, in their order."""
    text, notes = draft.replace("’", "'"), context.notes.replace("’", "'")
    findings = []
    for claim, proof, reason in _ACTS:
        if not proof.search(notes):
            findings += [
                Finding(m.start(), m.end(), draft[m.start() : m.end()], reason) for m in claim.finditer(text)
            ]
    return sorted([*findings, *_answers(draft, text, notes)], key=lambda finding: finding.start)


def _answers(draft: str, text: str, notes: str) -> list[Finding]:
    found = []
    for said, proof, word in ((_YES, _NOTES_YES, "yes"), (_NO, _NOTES_NO, "no")):
        match = said.search(text)
        if match and not proof.search(notes) and match.group().lower() not in notes.lower():
            reason = f"it answers {word}, which your notes do not say"
            found.append(Finding(match.start(), match.end(), draft[match.start() : match.end()], reason))
    return found
