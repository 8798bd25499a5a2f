"""What kind of mail is answered: a request, a complaint, ... told from its words and from what the
answer says, as a rule may hold for one kind only."""

import re

KINDS = ("request", "scheduling", "refusal", "thanks", "complaint", "information")
OTHER_KIND = "other"

# In the order in which they win where as many words speak for each.
_WORDS: dict[str, str] = {
    "thanks": r"""thank you (?:all |so much |very much )?for|thanks (?:again |so much )?for
        |grateful (?:for|to)|gratitude|in your debt|appreciate (?:it|what|how|that|the|your)
        |compliments|congratulat\w+|well done
        |kind of you|good word|splendid|wonderful (?:job|work)|recommend(?:ed|ing) (?:us|me)|praise""",
    "complaint": r"""complain\w*|overdue|not what we|wrong|mistake|error|does not add up|do not match
        |overcharg\w+
        |incorrect|unacceptable|defect\w*|broken|damag\w+|mould|leak\w*|crack\w*|disappoint\w*|refund
        |still (?:waiting|not|no)|nobody (?:came|called|answer\w*)|too (?:late|high)|delay\w*|late again
        |owed""",
    "scheduling": r"""meet(?:ing|s)?\b|appointment|slot|reschedul\w+|inspection|(?:site )?visit\b
        |diary|calendar|availab\w+|postpone\w*|when could|when would|what time|(?:suit
        |works? for) you|move (?:our|the)
        |check-up|interview|guest""",
    "request": r"""could you|can you|would you|please (?:send|let|provide|confirm|review|look)|send (?:me|us)
        |quote\b|estimate|extension|extra days|few (?:more |extra )?days|reference|second pair of eyes
        |papers|documents|scans|copies|wording|may (?:i|we)|i would be glad|we need|i need
        |it would help|put a number
        |what was .{1,40} like""",
    "information": r"""for your information|fyi|please note|announce\w*|inform\w*|relocat\w+
        |new (?:address|office|premises)|moving to|successor|handing (?:over|the)|taking over|summons|hearing
        |notice|last day|we are pleased to|update\b|guidance""",
}
_REFUSES = re.compile(
    r"\b(?:declin\w+|unable|not able|not possible|impossible|regret(?:fully)?"
    r"|have to say no|must refuse|turn down"
    r"|(?:can ?not|can't|won't|will not)"
    r" (?:act|take|accept|offer|come|speak|join|attend|give|go|agree|help|lower)"
    r"|conflict of interest|another candidate|not (?:among|selected|been selected)"
    r"|figure of .{1,20} stands|no room"
    r"|fully booked|too busy)\b",
    re.IGNORECASE,
)


def kind_of(incoming: str, answer: str = "") -> str:
    """One of KINDS, or OTHER_KIND. `incoming`: subject and text of what came in; `answer`: the reply
    or the notes for it, as a refusal shows there alone."""
    if _REFUSES.search(answer):
        return "refusal"
    counts = {
        kind: len(
            re.findall(rf"\b(?:{''.join(map(str.strip, words.splitlines()))})", incoming, re.IGNORECASE)
        )
        for kind, words in _WORDS.items()
    }
    best = max(counts, key=lambda kind: counts[kind])
    return best if counts[best] else OTHER_KIND
