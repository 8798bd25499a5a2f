"""Traits of style as code sees them: each detector gives a trait's value in a reply, or None where
the text cannot tell (nothing to contract, one sentence only)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.traits.language import ENGLISH, language_of
from core.traits.layout import Layout, Names, greeting_form, lay_out, sentences, signed_as, words

DETECTORS = 1  # goes up whenever any of them comes to see another value in some text: what they saw is kept
SHORT_WORDS = 30  # a body of up to so many words is 'short'
LONG_WORDS = 60  # a body of more is 'long'
_TONE_WORDS = 8  # a body of fewer has no tone that code could hear

_CONTRACTED = re.compile(
    r"\b(?:\w+n't|(?:i|you|we|they|he|she|it|that|there|who|what|here|let)'(?:m|re|ve|ll|d|s)|y'all)\b",
    re.IGNORECASE,
)
_CONTRACTIBLE = re.compile(
    r"\b(?:i am|(?:you|we|they) are|(?:it|that|there|he|she|what|here) is|(?:i|you|we|they) have (?!to\b)"
    r"|(?:i|you|we|they|it|he|she|that|there) (?:will|would)|(?:do|does|did|is|are|was|were|have|has|had|will"
    r"|would|could|should) not|cannot|can not|let us)\b",
    re.IGNORECASE,
)
_FORMAL = re.compile(
    r"\b(?:kindly|please find|i would be grateful|i should be grateful|regarding|with regard to|concerning"
    r"|at your earliest convenience|should you|furthermore|moreover|therefore|hereby|pursuant|i trust"
    r"|further to"
    r"|we shall|i shall|upon|in accordance|i am pleased|we are pleased|sincerely"
    r"|accordingly|in due course|i wish to|please be advised|i remain|would be appreciated|i regret|thereof"
    r"|i write to|as per|permit me|allow me|it would be my pleasure|i confirm|i can confirm"
    r"|please note|esteemed|acknowledge|with reference to|with my thanks|your assistance"
    r"|your kind attention|at your disposal|acceptable to you|suits you|recorded the matter|in good time"
    r"|addresses your message|finds you well|hesitate|at present|should (?:anything|any)|herewith|hereto"
    r"|whereas"
    r"|aforementioned|the foregoing|notwithstanding|nevertheless|consequently|hence|subsequent(?:ly)? to"
    r"|in (?:receipt|light|respect|lieu) of|please be (?:advised|informed)|(?:would|'d) (?:\w+ )?appreciate"
    r"|(?:would|'d|should) be (?:\w+ )?(?:grateful|obliged|appreciated)"
    r"|(?:am|'m|are|'re|be) (?:pleased|delighted) to (?:confirm|inform|announce|enclose|advise|supply|submit)"
    r"|confirm receipt|we regret|regret (?:to|that)|wish(?:es)? to|inclined to|conceivable|in due time"
    r"|attached please|for your (?:perusal|consideration|attention)|endeavou?r|ascertain|express our)\b",
    re.IGNORECASE,
)
_CASUAL = re.compile(
    r"\b(?:hey|yeah|yep|yup|nope|nah|gonna|wanna|gotta|kinda|sorta|cool|awesome|no worries|no problem"
    r"|sure thing"
    r"|sounds good|sounds great|btw|ok|okay|cheers|stuff|guys|a bunch|heads up|ping me|shout|catch up|super"
    r"|totally|quick one|all good|no prob|fyi|lol|haha|ta|loads|chat|drop me|good stuff|easy|happy days"
    r"|just so"
    r" you know|anyway|a bit|pop|grab|folks|buzz|crack on|fab|pretty much|you bet|quick one"
    r"|here we go|so here|give you a nudge|jotted|right now|sorted|covers it|thanks a lot"
    r"|thanks so much|doing great|going well|sound good|thanks for the note|got that|dunno|no biggie|no sweat"
    r"|sweat it|fingers crossed|good to go|oops|whoops|ugh|phew|yay|wow|buddy|pal|legend|brill"
    r"|thanks (?:loads|heaps|a bunch|a ton)|quick (?:look|call|word|question)|(?:'m|am|'re|are|is) on it"
    r"|fine by me|works for me|what's up|hang on|nailed|messed up|crazy|i guess|yell|(?:a|you) star"
    r"|you're good"
    r"|how are things)\b",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\b(?:thanks|thx|thank(?:ing)? (?:you|u|ya|y'all)|to thank|thankful|grateful|gratitude|obliged|indebted"
    r"|(?:i|we)(?: (?:do|really|truly|very much|much))? appreciate|appreciated|my appreciation"
    r"|cheers for|ta for|(?:kind|good|nice|generous|thoughtful|decent) of (?:you|your))\b",
    re.IGNORECASE,
)
# 'I would be grateful if', 'thanks to the rain', 'she is not obliged to': the words of thanks, but no thanks.
_NO_THANKS = re.compile(
    r"\b(?:would|should|could|might|'d|will|'ll) (?:\w+ ){0,3}(?:grateful|obliged|appreciated?|thankful)\b"
    r"|\bappreciate (?:it if|that)\b|\bthanks to (?!you)|\bno thanks\b|\bobliged to (?!you)",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:perhaps|maybe|probably|possibly|presumably|apparently|supposedly|conceivabl[ey]|likely|arguably"
    r"|might"
    r"|i (?:think|guess|believe|suppose|suspect|assume|imagine|gather)|i(?:'d| would| should) (?:say|think"
    r"|guess)"
    r"|(?:it|that|this|there) (?:would )?(?:seems?|appears?|looks?|sounds?) (?:to|that|as|like)\b|it seems"
    r"|(?:seems|looks|sounds) (?:like|as (?:if|though))|sort of|kind of(?! (?:you|her|him|them))"
    r"|(?:as|so) far as (?:i|we) (?:\w+ ){0,2}(?:know|tell|see|remember|recall|understand|aware)"
    r"|if (?:i|memory) (?:\w+ )?(?:serves|remember|recall|understand)|if i(?:'m| am) not mistaken"
    r"|to (?:the best of )?my (?:knowledge|understanding|recollection)|from memory"
    r"|my (?:guess|hunch|impression|sense|feeling|understanding) (?:is|would be)|inclined to|tend to think"
    r"|(?:not|n't) (?:\w+ )?(?:sure|certain|convinced)|(?:fairly|pretty|quite) (?:sure|certain)"
    r"|(?:could|may) be (?:wrong|mistaken)|dunno|(?:it|that|this|there|they|he|she) (?:may|could) (?:well"
    r"|easily) be"
    r"|it may (?:be|have)|more or less|roughly speaking|in all likelihood)\b|^could be\b",
    re.IGNORECASE | re.MULTILINE,
)
_BULLETED = re.compile(r"^\s*(?:--?|[*•–—·+>▪◦])\s+\S", re.MULTILINE)
_NUMBERED = re.compile(r"^\s*(?:\(?\d{1,2}[.):]|#\d{1,2}|\(?[a-h]\))\s+\S", re.MULTILINE)
EMOJI = re.compile(r"[\U0001F300-\U0001FAFF\u2600-\u27BF]|(?<![\w:])[:;]-?[)DP(](?!\w)")
_PLEASANTRY = re.compile(
    r"\b(?:hope|hoping|trust|trusting) (?:that )?(?:(?:you|this|all|everything|everyone|things|your|life)"
    r"\b[^.!?]*\b(?:well|good|great|fine|okay|ok|lovely|nice|smoothly|weekend|week|day|spirits|health"
    r"|rested)\b"
    # 'I hope you enjoyed the fair', but not 'I hope you have received the form'
    r"|you(?:'re|'ve)? (?:\w+ )?(?:enjoy|surviv|recover|slept|settl|over|had an? (?!chance|look|moment))"
    r"|you are (?:over|back on|feeling|keeping|settl|enjoy)"
    r"|(?:the|your|that) (?:\w+ ){0,2}(?:weekend|week|day|holidays?|vacation|trip|journey|flight|move|break"
    r"|party"
    r"|wedding|family|children|kids|baby|weather|conference|summer|winter|spring|autumn|year|christmas"
    r"|easter)\b"
    r"(?! (?:will|can|would|may|is for)))"
    r"|\bhow(?:'s| is| are| was| were| did) (?:you|things|life|everything|everyone|(?:the"
    r"|your) (?:\w+ )?(?:weekend"
    r"|week|day|holidays?|trip|journey|move|family|kids|children))\b(?! (?:get|do|want|think|see|plan))"
    r"|\bwishing you\b|\bhappy (?:new year|monday|friday|holidays|easter|christmas|birthday)\b",
    re.IGNORECASE,
)
_REACH = (
    r"(?:call|ring|phone|ping|text|e-?mail|message|write(?: to)?|tell|ask|contact|come (?:back )?to"
    r"|get back to"
    r"|give|let|drop|find|reach)"
)
_LACK = (
    r"(?:questions?|quer(?:y|ies)|doubts?|unclear|(?:not|n't) (?:clear|add up|make sense|follow)"
    r"|you(?: (?:\w+ )?|'re |'d )(?:need|require|want|wish|like|stuck|have any)|(?:that|it"
    r"|this) (?:would )?helps?"
    r"|(?:any|some)(?:thing|one)? (?:else|more|breaks?|is|does|goes|needs)|anything further|problems?"
    r"|trouble)\b"
)
_OFFER = re.compile(
    r"\b(?:let me know (?:if|should|whether)|feel free|(?:do not|don't|not) hesitate"
    r"|(?:happy|glad|pleased|delighted) to (?:help|assist|discuss|talk|explain|answer|clarify|chat"
    r"|elaborate|expand"
    r"|supply|provide|go (?:through|over)|walk you)|any (?:other |further |more )?questions|shout if"
    r"|give (?:me|us) a (?:shout|call|ring)|if (?:you need|there is|there's) anything|just ask|do ask"
    r"|get in touch if|(?:please|just|always|can) reach out|at your (?:disposal|service)|remain available"
    r"|drop me a line"
    rf"|{_REACH} (?:me|us|my \w+)\b[^.!?]*\b(?:if|should|in case|any ?time|whenever|with any)"
    rf"|(?:yell|shout|scream|ask) if|you can (?:always |also )?{_REACH} (?:me|us)"
    rf"|(?:if|should|in case|whenever) [^.!?]{{0,30}}{_LACK}(?=[^.!?]*\b(?:me|us|my|our|i|we)\b)"
    rf"|(?:i|we)(?:'m|'re|'ll|'d)? [^.!?]*\b(?:if|should|in case) [^.!?]{{0,30}}{_LACK})",
    re.IGNORECASE,
)
_SMALL_DIGIT = re.compile(r"(?<![\w.,:/€$£-])(?:[2-9]|1[0-2])(?![\w.,:/%]\w|[\w:/%])(?! ?(?:am|pm|o'clock))")
_SMALL_WORD = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b(?! (?:am|pm|o'clock))", re.IGNORECASE
)


@dataclass(frozen=True)
class Seen:
    """A reply as detectors see it; taken apart once for all of them."""

    text: str
    names: Names

    @cached_property
    def language(self) -> str | None:
        return language_of(self.text)

    @cached_property
    def layout(self) -> Layout:
        return lay_out(self.text, self.names)

    @cached_property
    def body(self) -> str:
        return self.layout.body

    @cached_property
    def words(self) -> Sequence[str]:
        return words(self.body)

    @cached_property
    def sentences(self) -> Sequence[str]:
        return sentences(self.body)


Detector = Callable[[Seen], str | None]


@dataclass(frozen=True)
class Trait:
    """One trait. `values` are what it can be, empty for an open string (greeting, closing, emoji).
    `name` is what a rule line begins with; `label` is for people.
    `forced`: what is said may force the value, however one writes. `english`: it is told by English
    words, and cannot be told in a text that is plainly in another language."""

    name: str
    label: str
    values: tuple[str, ...]
    detector: Detector
    forced: bool = False
    english: bool = False

    def detect(self, text: str, names: Names) -> str | None:
        """The trait's value in a reply, None where the text cannot tell."""
        return self.see(Seen(text, names))

    def see(self, seen: Seen) -> str | None:
        if not seen.text.strip() or (self.english and seen.language not in (None, ENGLISH)):
            return None
        return self.detector(seen)


def _yes(found: object) -> str:
    return "yes" if found else "no"


def _has(pattern: re.Pattern[str]) -> Detector:
    return lambda seen: _yes(pattern.search(seen.body))


def _length(seen: Seen) -> str:
    count = len(seen.words)
    return "short" if count <= SHORT_WORDS else "medium" if count <= LONG_WORDS else "long"


def _contractions(seen: Seen) -> str | None:
    if _CONTRACTED.search(seen.body):
        return "yes"
    return "no" if _CONTRACTIBLE.search(seen.body) else None


def _tone(seen: Seen) -> str | None:
    difference = len(_FORMAL.findall(seen.body)) - len(_CASUAL.findall(seen.body))
    if difference:
        return "formal" if difference > 0 else "casual"
    return "neutral" if len(seen.words) >= _TONE_WORDS else None


def _thanks(seen: Seen) -> str:
    found = seen.sentences
    # A pleasantry may stand before the thanks, an offer or a question after them.
    opening = found[:2] if found and _PLEASANTRY.search(found[0]) else found[:1]
    if any(map(_gives_thanks, opening)):
        return "first"
    return "last" if any(map(_gives_thanks, found[1:][-3:])) else "no"


def _gives_thanks(sentence: str) -> bool:
    return bool(_THANKS.search(sentence)) and not _NO_THANKS.search(sentence)


def _lists(seen: Seen) -> str:
    if _NUMBERED.search(seen.body):
        return "numbers"
    return "dashes" if _BULLETED.search(seen.body) else "no"


def _emoji(seen: Seen) -> str:
    found = EMOJI.search(seen.text)
    return found[0].rstrip("\ufe0f") if found else "no"


def _paragraphs(seen: Seen) -> str | None:
    if len(seen.sentences) < 2:
        return None
    return "several" if re.search(r"\n\s*\n", seen.body) else "one"


def _offer(seen: Seen) -> str:
    return _yes(_OFFER.search(" ".join(seen.sentences[-3:])))


def _question(seen: Seen) -> str:
    found = list(seen.sentences)
    while found and (_gives_thanks(found[-1]) or _OFFER.search(found[-1])) and "?" not in found[-1]:
        found.pop()  # courtesies may follow the closing question
    return _yes(any("?" in sentence for sentence in found[-2:]))


def _sentence_length(seen: Seen) -> str | None:
    found = seen.sentences
    if len(found) < 2:
        return None
    mean = len(seen.words) / len(found)
    return "short" if mean <= 9 else "medium" if mean <= 16 else "long"


def _numbers(seen: Seen) -> str | None:
    digits, spelled = len(_SMALL_DIGIT.findall(seen.body)), len(_SMALL_WORD.findall(seen.body))
    return None if digits == spelled else "digits" if digits > spelled else "words"


def _capitals(seen: Seen) -> str | None:
    found = [sentence for sentence in seen.sentences if sentence[0].isalpha()]
    lower = sum(sentence[0].islower() for sentence in found)
    return None if not found else "lower" if lower * 2 > len(found) else "usual"


def _person(seen: Seen) -> str | None:
    single = len(re.findall(r"\bI\b", seen.body))
    plural = len(re.findall(r"\b(?:we|our|us)\b", seen.body, re.IGNORECASE))
    return None if single == plural else "i" if single > plural else "we"


def _greeting_line(seen: Seen) -> str | None:
    return None if not seen.layout.greeting else "inline" if seen.layout.inline else "own"


def _word(pattern: str) -> Detector:
    return _has(re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE))


_YES_NO = ("yes", "no")

TRAITS: tuple[Trait, ...] = (
    Trait("greeting", "Greeting", (), lambda seen: greeting_form(seen.layout.greeting, seen.names)),
    Trait("sign_off", "Closing", (), lambda seen: seen.layout.closing or "none"),
    Trait(
        "name",
        "Signed name",
        ("first", "full", "initial", "none"),
        lambda seen: signed_as(seen.layout.signed, seen.names),
    ),
    Trait("length", "Length", ("short", "medium", "long"), _length, forced=True),
    Trait("contractions", "Contractions", _YES_NO, _contractions, english=True),
    Trait("exclamation", "Exclamation marks", _YES_NO, _has(re.compile("!"))),
    Trait("tone", "Tone", ("neutral", "formal", "casual"), _tone, english=True),
    Trait("thanks", "Thanks", ("first", "last", "no"), _thanks, english=True),
    Trait("hedges", "Hedging", _YES_NO, _has(_HEDGE), english=True),
    Trait("lists", "Lists", ("no", "dashes", "numbers"), _lists),
    Trait("emoji", "Emoji", (), _emoji),
    Trait("paragraphs", "Paragraphs", ("one", "several"), _paragraphs),
    Trait("pleasantry", "Pleasantry", _YES_NO, _has(_PLEASANTRY), english=True),
    Trait("offer", "Offer of help at the end", _YES_NO, _offer, english=True),
    Trait("sentence_length", "Sentence length", ("short", "medium", "long"), _sentence_length, forced=True),
    Trait("question", "Closing question", _YES_NO, _question),
    Trait("dashes", "Dashes", _YES_NO, _has(re.compile(r"\s[-–—]{1,2}\s|—"))),
    Trait("ellipsis", "Trailing dots", _YES_NO, _has(re.compile(r"\.\.\.|…"))),
    Trait("numbers", "Small numbers", ("digits", "words"), _numbers, forced=True, english=True),
    Trait("capitals", "Capital letters", ("usual", "lower"), _capitals),
    Trait("apology", "Apologies", _YES_NO, _word("sorry|apolog(?:y|ies|i[sz]e)"), english=True),
    Trait("please", "Please", _YES_NO, _word("please|pls"), english=True),
    Trait("person", "I or we", ("i", "we"), _person, forced=True, english=True),
    Trait(
        "abbreviations",
        "Abbreviations",
        _YES_NO,
        _word("asap|btw|fyi|eod|eta|tbc|tbd|imo|afaik|pls|thx|fwiw|wfh"),
        english=True,
    ),
    Trait("parentheses", "Brackets", _YES_NO, _has(re.compile(r"\([^)]*[a-z][^)]*\)"))),
    Trait("semicolons", "Semicolons", _YES_NO, _has(re.compile(r"\w;\s"))),
    Trait(
        "intensifiers",
        "Intensifiers",
        _YES_NO,
        _word("very|really|absolutely|extremely|super|totally|so much|incredibly"),
        english=True,
    ),
    Trait("greeting_line", "Greeting on its own line", ("own", "inline"), _greeting_line),
    Trait("language", "Language", (), lambda seen: seen.language),
)
