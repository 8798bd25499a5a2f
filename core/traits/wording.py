"""Rules as sentences: the sentence for a value, and the value a sentence asks for."""

import re

from core.domain import RuleLine
from core.traits.detectors import EMOJI, LONG_WORDS, SHORT_WORDS
from core.traits.language import NAMES
from core.traits.layout import Names, greeting_form, tidy

OTHER = "other"

_SENTENCES: dict[tuple[str, str], str] = {
    ("greeting", "none"): "Leave out the greeting.",
    ("sign_off", "none"): "Do without sign-off.",
    ("name", "first"): "Put only your first name at the end.",
    ("name", "full"): "Give your full name at the end.",
    ("name", "initial"): "Initial the mail at the end.",
    ("name", "none"): "Leave out your name at the end.",
    ("length", "short"): "Keep it short: only the points.",
    ("length", "medium"): "Hold a middle length: one sentence besides the points.",
    ("length", "long"): "Elaborate: several sentences besides the points.",
    ("contractions", "yes"): "Contract words, such as I'll and can't.",
    ("contractions", "no"): "Do not contract words, such as I'll and can't.",
    ("exclamation", "yes"): "Exclaim: end the first sentence with one.",
    ("exclamation", "no"): "Do not exclaim: end sentences with full stops.",
    ("tone", "formal"): "Sound formal throughout.",
    ("tone", "neutral"): "Sound neutral throughout.",
    ("tone", "casual"): "Sound casual throughout.",
    ("thanks", "first"): "Thank them first for the message.",
    ("thanks", "last"): "Thank them last for the message.",
    ("thanks", "no"): "Do not thank them for the message.",
    ("hedges", "yes"): "Hedge the first point.",
    ("hedges", "no"): "Do not hedge the first point.",
    ("lists", "dashes"): "Bullet the points with dashes.",
    ("lists", "numbers"): "Number the points from one.",
    ("lists", "no"): "Write prose, no list.",
    ("emoji", "no"): "Never use emoji.",
    ("paragraphs", "one"): "Keep the body to one paragraph.",
    ("paragraphs", "several"): "Write the body as several paragraphs.",
    ("pleasantry", "yes"): "Wish them well first.",
    ("pleasantry", "no"): "Do not wish them well first.",
    ("offer", "yes"): "Offer further help at the close.",
    ("offer", "no"): "Offer no further help at the close.",
    ("sentence_length", "short"): "Write short sentences.",
    ("sentence_length", "medium"): "Write sentences of medium length.",
    ("sentence_length", "long"): "Write long sentences.",
    ("question", "yes"): "Ask whether it suits them at the end.",
    ("question", "no"): "Do not ask whether it suits them at the end.",
    ("dashes", "yes"): "Use dashes.",
    ("dashes", "no"): "Do not use dashes.",
    ("ellipsis", "yes"): "Use trailing dots.",
    ("ellipsis", "no"): "Do not use trailing dots.",
    ("numbers", "digits"): "Write small numbers as digits.",
    ("numbers", "words"): "Write small numbers as words.",
    ("capitals", "usual"): "Begin sentences with capital letters.",
    ("capitals", "lower"): "Begin sentences in lower case.",
    ("apology", "yes"): "Say sorry.",
    ("apology", "no"): "Do not say sorry.",
    ("please", "yes"): "Say please.",
    ("please", "no"): "Do not say please.",
    ("person", "i"): "Write as I.",
    ("person", "we"): "Write as we.",
    ("abbreviations", "yes"): "Use abbreviations such as asap.",
    ("abbreviations", "no"): "Do not use abbreviations.",
    ("parentheses", "yes"): "Use brackets for asides.",
    ("parentheses", "no"): "Do not use brackets.",
    ("semicolons", "yes"): "Use semicolons.",
    ("semicolons", "no"): "Do not use semicolons.",
    ("intensifiers", "yes"): "Use intensifiers such as very.",
    ("intensifiers", "no"): "Do not use intensifiers.",
    ("greeting_line", "own"): "Give the greeting a line of its own.",
    ("greeting_line", "inline"): "Keep the greeting on the line of the text.",
}

_OPEN = {
    "greeting": 'Open with "{v}".',
    "sign_off": 'Sign off with "{v}".',
    "emoji": "Close the body with the emoji {v}.",
    "language": "Write in {v}.",
}
# People and models read words better than braces.
_SLOT_WORDS = {"{first}": "[first name]", "{full}": "[full name]", "{last}": "[last name]"}

# 'Never forget the thanks' asks for thanks: a negated omission is no negation.
_KEPT_IN = re.compile(
    r"\b(?:do not|don't|never|not) (?:ever )?(?:skip|omit|leave out|drop|forget|avoid|miss|spare)\b",
    re.IGNORECASE,
)
# What only illustrates or echoes a rule: "such as can't", ', not their own name'.
_ASIDE = re.compile(
    r"(?:\b(?:such as|like|e\.g\.)|(?<=\w) *, (?:not|never|rather than|instead of)\b).*", re.IGNORECASE
)
_NEGATED = re.compile(
    r"\b(?:no|not|never|none|nothing|without|avoid\w*|skip|omit|drop(?! in\b)"
    r"|leave \w+(?: \w+)? ?out|leave out"
    r"|leave off|cut"
    r"|don't|doesn't|free of|stay away from|steer clear|refrain|instead of|rather than|rule out|banish"
    r"|remove|nor"
    r"|keep \w+ out|hold back|spare|straight (?:in|to|into)|zero|lose|ditch|miss out|go easy|forgo|minus)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”|(?<!\w)'((?:[^']|'(?=\w))+)'(?!\w)|`([^`]+)`")
_SLOTS = re.compile(
    r"[\[<{(]\s*(?:their |the )?(?P<kind>first|full|last)?[ _]?(?:name|first|full|last)?\s*[\]>})]",
    re.IGNORECASE,
)

# For traits of few values: the words that ask for each, tried in order. '!' stands for a negated sentence.
_KEYWORDS: dict[str, tuple[tuple[str, str], ...]] = {
    "name": (
        ("initial", r"\binitials?\b|\bfirst letter\b|\bsingle letter\b|\bone letter\b"),
        (
            "full",
            r"\bfull name\b|\bfirst and last\b|\bname and surname\b|\bsurname\b|\blast name\b|\bwhole name\b",
        ),
        ("none", r"!"),
        ("first", r"\bfirst[ -]name\b|\bgiven name\b|\bname\b|\bfirst\b"),
    ),
    "length": (
        (
            "medium",
            (
                r"\bmedium\b|\bmiddle\b|\bmoderate\w*\b|\bmiddling\b|\bneither\b|\bmid-length\b|\baverage\b"
                r"|\bbetween\b"
            ),
        ),
        (
            "short",
            (
                r"\bshort\w*\b|\bbrief\w*\b|\bconcise\w*\b|\bterse\w*\b|\bcompact\b|\btight\b|\bfew words\b"
                r"|\bto the point\b"
                r"|\ba line or two\b|\bsuccinct\w*\b|\b(?:only|just|in) (?:a )?few\b|\bcurt\b|\bquick\b"
                r"|\blittle\b"
            ),
        ),
        (
            "long",
            (
                r"\blong\w*\b|\blength\b|\bdetail\w*\b|\bthorough\w*\b|\bexpansive\w*\b|\bextended\b"
                r"|\belaborat\w*\b"
                r"|\bfull\w*\b|\bgenerous\w*\b|\bample\b|\bexplain\w*\b|\bmore words\b|\broom\b"
            ),
        ),
    ),
    "thanks": (
        ("no", r"!"),
        ("last", r"\b(?:last|after|finish\w*|end|close|closing)\b"),
        ("first", r"."),
    ),
    "lists": (
        ("no", r"!|\bprose\b"),
        ("numbers", r"\bnumber\w*\b|\benumerat\w*\b|\bcount\w*\b"),
        ("dashes", r"."),
    ),
    "contractions": (
        (
            "no",
            r"!|\bin full\b|\bspell\w* out\b|\bfull forms?\b|\bwrite out\b|\buncontracted\b|\bunshortened\b",
        ),
        ("yes", r"."),
    ),
    "exclamation": (
        ("no", r"!|\bfull stops?\b|\bperiods?\b|\bcalm\b"),
        ("yes", r"."),
    ),
    "tone": (
        ("neutral", r"\bneutral\w*\b|\bplain\b"),
        (
            "casual",
            r"\binformal\w*\b|\bcasual\w*\b|\brelaxed\b|\bchatty\b|\bconversational\b|\bslang\b|\bfriendly\b",
        ),
        (
            "casual",
            r"\beasy-?going\b|\blaid[- ]back\b|\beveryday\b|\bcolloquial\b|\bbreezy\b|\blight\b|\bfriends?\b",
        ),
        (
            "formal",
            (
                r"\bformal\w*\b|\bprofessional\w*\b|\bofficial\b|\bproper\b|\bpolished\b|\bbusiness\w*\b"
                r"|\bcourt\w*\b"
            ),
        ),
        ("formal", r"\bpolite\w*\b|\breserved\b|\bcorrect\b|\bstiff\b|\bceremon\w*\b"),
    ),
    "paragraphs": (
        (
            "several",
            (
                r"\bseveral\b|\bsplit\b|\bbreak\b|\bseparate\w*\b|\bmultiple\b|\bmore than one\b|\btwo\b"
                r"|\bblank lines?\b"
                r"|\bparagraphs\b|\bdivide\w*\b"
            ),
        ),
        ("one", r"\bone\b|\bsingle\b|\bblock\b|\btogether\b|\bunbroken\b"),
    ),
    "sentence_length": (
        ("medium", r"\bmedium\b|\bmoderate\b"),
        ("short", r"\bshort\w*\b|\bclipped\b"),
        ("long", r"\blong\w*\b|\bflowing\b"),
    ),
    "numbers": (
        ("words", r"\bwords?\b|\bspell\w*\b|\bletters\b"),
        ("digits", r"\bdigits?\b|\bfigures?\b|\bnumerals?\b"),
    ),
    "capitals": (("lower", r"\blower\w*\b|\bsmall letters?\b|!"), ("usual", r"\bcapital\w*\b|\busual\b")),
    "person": (("we", r"\bwe\b"), ("i", r"\bI\b|\bfirst person\b")),
    "greeting_line": (
        ("own", r"\bown\b|\bseparate\b"),
        ("inline", r"\bsame line\b|\binline\b|\bline of the text\b"),
    ),
}
_OPPOSITE = {
    "formal": "casual",
    "casual": "formal",
    "short": "long",
    "long": "short",
    "one": "several",
    "several": "one",
}
_NEAR = 20  # characters before a keyword in which a negation turns it round
_GREETING_WORD = re.compile(
    r"\b(good (?:morning|afternoon|evening)|hi|hello|hey|dear|greetings|morning)\b", re.IGNORECASE
)


def sentence(trait: str, value: str) -> str:
    """The plain rule that asks for a value. KeyError for a value that the trait does not have."""
    if (trait, value) in _SENTENCES or trait not in _OPEN:
        return _SENTENCES[trait, value]
    return _OPEN[trait].replace("{v}", spoken(value))


def spoken(value: str) -> str:
    """An open trait's value as it is told: "Hi [first name],"."""
    for slot, words in _SLOT_WORDS.items():
        value = value.replace(slot, words)
    return value


def rule_value(line: RuleLine, names: Names | None = None) -> str | None:
    """Which value of its trait a rule asks for, None where no detector knows. `names` turns a
    name quoted in a greeting into its slot ('Hi Ann,' -> 'Hi {first},')."""
    text = tidy(line.sentence)
    negated = is_negated(text)
    if line.trait == "greeting":
        return _greeting_value(text, negated, names or Names())
    if line.trait == "sign_off":
        return _sign_off_value(text, negated)
    if line.trait == "emoji":
        found = EMOJI.search(text)
        return "no" if negated else found[0].rstrip("\ufe0f") if found else None
    if line.trait == "language":
        return next((name for name in NAMES.values() if name in text and not negated), None)
    if line.trait in _KEYWORDS:
        return _keyword_value(line.trait, text, negated)
    if (line.trait, "no") in _SENTENCES:
        return "no" if negated else "yes"
    return None


def in_plain_words(line: RuleLine, names: Names | None = None) -> RuleLine:
    """The rule in the plain sentence of the value it asks for: one value is always said in one way, and a
    greeting does not keep the name of one person. As it stands where no detector knows the value."""
    value = rule_value(line, names)
    return line if value is None else RuleLine(line.trait, sentence(line.trait, value))


def is_negated(text: str) -> bool:
    plain = _ASIDE.sub("", _KEPT_IN.sub("", _QUOTED.sub("", text)))
    return bool(_NEGATED.search(plain))


def quoted(text: str) -> list[str]:
    """The quoted strings of a rule, in order."""
    return [next(group for group in match.groups() if group) for match in _QUOTED.finditer(tidy(text))]


def _greeting_value(text: str, negated: bool, names: Names) -> str | None:
    strings = quoted(text)
    if strings and not negated:
        return _with_slots(strings[0], names)
    if negated and not strings:
        return "none"
    word = _GREETING_WORD.search(text)
    if negated or not word:
        return None
    slot = (
        "{full}"
        if "full name" in text.casefold()
        else "{last}"
        if "last name" in text.casefold()
        else "{first}"
    )
    return f"{word[1].capitalize()} {slot},"


def _with_slots(form: str, names: Names) -> str:
    form = _SLOTS.sub(lambda match: "{" + (match["kind"] or "first").casefold() + "}", form)
    return form if "{" in form else greeting_form(form, names)


def _sign_off_value(text: str, negated: bool) -> str | None:
    strings = quoted(text)
    if strings:
        return None if negated else strings[0]
    return "none" if negated else None


def _keyword_value(trait: str, text: str, negated: bool) -> str | None:
    if trait == "length" and (
        limit := re.search(r"\b(?:under|below|at most|within|no more than|up to) (\d+)", text)
    ):
        count = int(limit[1])
        return "short" if count <= SHORT_WORDS else "medium" if count <= LONG_WORDS else "long"
    for value, pattern in _KEYWORDS[trait]:
        alternatives = pattern.removeprefix("!").removeprefix("|")
        if pattern.startswith("!") and negated:
            return value
        found = (
            re.search(alternatives, text, re.IGNORECASE if trait != "person" else 0) if alternatives else None
        )
        if found:
            refused = is_negated(text[max(0, found.start() - _NEAR) : found.start()])
            return _OPPOSITE.get(value, value) if refused else value
    return None
