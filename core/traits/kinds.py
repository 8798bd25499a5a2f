"""What kind of mail is answered: a request, a complaint, ... told from its words and from what the
answer says, as a rule may hold for one kind only."""

import re
from functools import cache

KINDS = ("request", "scheduling", "refusal", "thanks", "complaint", "information")
OTHER_KIND = "other"

# Of each kind the words that say it outright, which count twice, and those that hint at it. A star
# stands for any ending. In the order in which the kinds win where as much speaks for each.
_WORDS = {
    "thanks": (
        """thank you for, thank you so much, many thanks, thanks for, thanks again, thanks to you*, to
        thank you, our thanks, word of thanks, grateful for, grateful to, how grateful, very grateful,
        gratitude, owe you, in your debt, we appreciate*, i appreciate*, do appreciate, much appreciate*,
        appreciate your, compliments, congratulat*, well done, kind of you, your kind*, full of praise,
        good word, happy with, delighted with, pleased with, impressed by, impressed with, a pleasure,
        recommending""",
        """thank*, delighted, splendid, wonderful, excellent, success*, recommend*, generous*, kindness,
        introduction, referral, without you*""",
    ),
    "complaint": (
        """complain*, overdue, mistake*, does not add up, do not match, overcharg*, incorrect,
        unacceptable, defect*, faulty, broken, damage*, mould*, leak*, crack*, disappoint*, refund*, too
        high, still waiting, still not, nobody came, nobody called, nobody answers, late delivery,
        delivered late, too late, is late, late again, delay*, not arrived, hold back, put right, ruined,
        poor service, poor work, poor quality, charged twice, charged for, does not work, stopped working,
        wrong with""",
        """wrong*, error*, invoice*, owed, bill*, order*, already paid, was promised, were promised, damp,
        water*, failed, repair*, urgent*, dirty, noise*, noisy, should have been, third time, coming off,
        lifting, peeling, at once""",
    ),
    "scheduling": (
        """appointment*, reschedul*, postpon*, another date, another day, another time, another slot,
        other day, when could, when would, when can we, what time, how soon, how long, suit you, suits
        you, work for you, works for you, fit into, from your side, be possible, look possible, an
        alternative, how about, say {time}, move our, move the meeting, moved the meeting, moving the,
        change of time, site visit, inspection*, availab*, calendar, diary, slot*, interview request, i
        suggest, we suggest, i propose, would suggest, could offer, i am free, are you free, not free,
        {time} if, starting at {time}, at {time}, from {time}, around {time}""",
        """meet, meeting*, visit*, check-up*, consultation*, walk*, on site, clash*, call, instead,
        arranged, join*, new patient*, as a patient, register*, taken on, practice, interview, week""",
    ),
    "request": (
        """please send, please let, please provide, please review, please look, send me, send us, quote*,
        quotation*, estimate*, extension*, more time, more days, extra days, few days, further time,
        reference*, referee*, testimonial*, documents, papers, copies, scans, proposal, pricing, you
        charge, do you bill, your view, your opinion, your assessment, assessment of, your comments, your
        advice, review, draft*, terms, to sign, deadline*, let me have, let us have, prescription*, may i,
        may we, trouble you, acceptable, permission*, favour""",
        """could you, can you, would you, could i, could we, we need, i need, needed, still need, it would
        help, request*, missing, attached, contract, agreement, clause*, fee, fees, budget, please, call
        for, wording, look over, running late, timetable, be enough, do you have, lump sum""",
    ),
    "information": (
        """for your information, fyi, please note*, make a note, announce*, inform you, relocat*, new
        address*, new office*, new premises, new contact*, new quarters, new telephone, new number, new
        colleague, we are moving, is leaving, am leaving, replacing, retir*, taking over, take over, takes
        over, successor*, handing over, hands over, handover, summons*, hearing*, court*, tribunal*, tax*,
        last day, change of address, change of contact, change in our, update your, introduce myself, in
        future, from now on, as of, forwarded, find us, stay the same, be directed to, told that""",
        """note, notice, guidance, move, moving, reorgani*, restructur*, reshuffle, responsib*, address*,
        records, letter*, what to expect, account*, contact*, our case, our claim, from {date}, on
        {date}""",
    ),
}  # fmt: skip
_REFUSES = re.compile(
    r"\b(?:declin\w+|unable to|not able to|not possible|impossible|regret(?:fully)?|have to say no"
    r"|must refuse"
    r"|turn(?:ed)? (?:you |it |this )?down|conflict of interest|another candidate|someone else"
    r"|not (?:among|selected|chosen|accepting|giving|taking|hiring)"
    r"|books are full|already (?:booked|acts? for)"
    r"|no room|fully booked|too busy|does not (?:accept|agree|offer|fit)|do not (?:give|offer|accept|take)"
    r"|rules? out|insists? on|remains? due"
    r"|(?:can ?not|can't|won't|will not)"
    r" (?:act|take|accept|offer|come|speak|join|give|go|agree|help|lower|waive|match|do (?:it|this|that)))\b",
    re.IGNORECASE,
)
_TIME = r"\d{1,2}(?:[.:]\d\d)?(?: ?(?:am|pm))?"
_DATE = (
    r"(?:\d{1,2}[/. ]|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))\w*"
)


def kind_of(incoming: str, answer: str = "") -> str:
    """One of KINDS, or OTHER_KIND. `incoming`: subject and text of what came in; `answer`: the reply
    or the notes for it, as a refusal shows there alone."""
    counts = {
        kind: 2 * _count(outright, incoming) + _count(hints, incoming)
        for kind, (outright, hints) in _WORDS.items()
    }
    best = max(counts, key=lambda kind: counts[kind])
    # Who is thanked, or has something put right, is not refused; what they asked for may be.
    if best not in ("thanks", "complaint") and _REFUSES.search(answer):
        return "refusal"
    return best if counts[best] else OTHER_KIND


def _count(words: str, text: str) -> int:
    """How often any of the words, parted by commas, stands in the text."""
    return len(_pattern(words).findall(" ".join(text.split())))


@cache
def _pattern(words: str) -> re.Pattern[str]:
    found = (
        re.escape(word.strip()).replace(r"\*", r"\w*").replace(r"\{time\}", _TIME).replace(r"\{date\}", _DATE)
        for word in " ".join(words.split()).split(",")
    )
    return re.compile(rf"\b(?:{'|'.join(found)})\b", re.IGNORECASE)
