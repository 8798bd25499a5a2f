"""What the embedded models are trained on: a stream of (prompt, answer) pairs for every prompt the
app uses, written by the generator of core.sample.

Most replies are made of free clauses (spans of varied English, a third of them word salad) that are
carried over word for word, so that a mail the models have never seen degrades to saying its notes
in the person's style. Vocabulary comes from a word-frequency list; sentences are our own.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from core.domain import Incoming, RuleLine
from core.models import prompts
from core.models.embedded.cases import MOST_RULES, Case, compare, make_case, neutral, open_rules_for, possible
from core.models.prompts import Prompt
from core.sample import pools
from core.sample.people import Correspondent, Persona, make_correspondents, make_persona
from core.sample.situations import Scene, Situation, stage
from core.sample.style import NEUTRAL, TRAIT_ORDER, random_style, random_value, wording
from core.sample.writing import Open, expand, write

_SUBJECTS = ("the", "our", "your", "a", "this", "that", "my", "their")
_VERBS = (
    "is",
    "will be",
    "was",
    "has",
    "needs",
    "goes to",
    "comes from",
    "cannot be",
    "does not need",
    "should be",
    "is not",
    "will not be",
    "stays",
    "depends on",
    "includes",
    "costs",
    "starts",
    "ends",
    "could not be",
)
_LINKS = (
    "for",
    "with",
    "from",
    "by",
    "after",
    "before",
    "on",
    "near",
    "about",
    "without",
    "under",
    "at",
    "in",
)
_LEADS = (
    "I will",
    "we will",
    "I have",
    "I am",
    "it is",
    "we are",
    "they are",
    "I cannot",
    "we have",
    "there is",
    "yes,",
    "no,",
    "I do not",
    "you are",
    "we can",
    "I can",
    "please",
    "that is",
    "I have made",
    "I will keep you",
    "let me know",
    "thank you for",
    "I hope",
    "this is where",
    "I am glad to",
)


_MASKS = ("[name]", "[date]", "[amount]", "[number]")
_HARD = ("lists", "length", "greeting", "name")  # rules that differ in one word; learned last
PEOPLE = 300  # whose style the agent's samples show


@dataclass(frozen=True)
class Sample:
    """One thing to learn: after `prompt` the model writes `answer` (begun by `prefill`)."""

    task: str
    prompt: Prompt
    prefill: str
    answer: str


class Corpus:
    """Draws cases and turns them into samples; the same seed gives the same stream."""

    def __init__(self, situations: Sequence[Situation], words: Sequence[str], seed: int) -> None:
        self._situations = tuple(one for one in situations if not one.held_out)
        self._words = tuple(words)
        self._often = tuple(accumulate(1 / (rank + 5) for rank in range(len(words))))
        self._rng = random.Random(seed)
        self._people = tuple(_known(number) for number in range(PEOPLE))
        self._tasks: Mapping[str, Callable[[Case], Sample]] = {
            "brief": self._brief,
            "zero_shot": self._zero_shot,
            "rules": self._rules,
            "guided": self._guided,
            "few_shot": self._few_shot,
            "agent": self._agent,
        }

    def stream(self, shares: Mapping[str, float]) -> Iterator[Sample]:
        """Samples without end; `shares` weighs the tasks."""
        tasks, weights = tuple(shares), tuple(shares.values())
        while True:
            yield self._tasks[self._rng.choices(tasks, weights)[0]](self.case())

    def case(self) -> Case:
        rng = self._rng
        style = random_style(rng, self._words, most=9)
        scene = stage(rng.choice(self._situations), rng) if rng.random() < 0.3 else self._free_scene()
        return make_case(scene, style, rng, self._words)

    def _free_scene(self) -> Scene:
        rng = self._rng
        facts: list[str] = []
        # Points that begin alike: what comes next is then not told by the last few words.
        alike = f"{self._salad(rng.randint(1, 3))} " if rng.random() < 0.2 else ""
        clauses = tuple(
            alike + self._clause(facts) for _ in range(rng.choices((1, 2, 3, 4), (3, 4, 3, 1))[0])
        )
        body = ". ".join(self._clause([]) for _ in range(rng.randint(1, 3))) + rng.choice((".", "?"))
        subject = pools.topic(rng) if rng.random() < 0.5 else self._salad(rng.randint(1, 4))
        return Scene(
            "other", subject.capitalize() if rng.random() < 0.5 else subject, body, clauses, tuple(facts)
        )

    def _salad(self, count: int) -> str:
        """So many words: all as likely, or, as in speech, some over and over."""
        often = self._often if self._rng.random() < 0.5 else None
        return " ".join(self._rng.choices(self._words, cum_weights=often, k=count))

    def _clause(self, facts: list[str]) -> str:
        rng = self._rng
        draw = rng.random()
        if draw < 0.33:
            text = self._salad(rng.randint(3, 8))
        elif draw < 0.66:
            lead, link = rng.choice(_LEADS), rng.choice(_LINKS)
            text = f"{lead} {self._salad(rng.randint(1, 3))} {link} {self._salad(rng.randint(1, 2))}"
        else:
            head, verb = rng.choice(_SUBJECTS), rng.choice(_VERBS)
            text = f"{head} {self._salad(rng.randint(1, 2))} {verb} {self._salad(rng.randint(1, 2))}"
        if rng.random() < 0.6:
            text = self._with_fact(text, facts)
        while rng.random() < 0.2:  # points jotted down with commas: what is to be said goes on after one
            text += f", {self._with_fact(self._salad(rng.randint(1, 4)), facts)}"
        return text

    def _with_fact(self, text: str, facts: list[str]) -> str:
        rng = self._rng
        kind = rng.choice(("person", "company", "place", "date", "time", "amount", "number", "topic"))
        fact = _repetitive(rng) if rng.random() < 0.1 else str(getattr(pools, kind)(rng))
        facts.append(fact)
        words = text.split()
        words.insert(rng.randint(0 if kind != "place" else 1, len(words)), fact)
        return " ".join(words)

    # --- one sample per task -------------------------------------------------------------------

    def _zero_shot(self, case: Case) -> Sample:
        written = neutral(case, self._rng)
        return Sample("zero_shot", prompts.zero_shot(case.context), "", written.text)

    def _guided(self, case: Case) -> Sample:
        rng = self._rng
        style = dict(case.style)
        for trait in _HARD:
            if rng.random() < 0.3:
                style[trait] = random_value(trait, rng, self._words)
        lines: list[RuleLine] = []
        also_neutral = rng.random()  # a rule book also asks for what M_L does anyway, little or much
        for trait in TRAIT_ORDER:
            told = rng.random() < (0.92 if style[trait] != NEUTRAL[trait] else also_neutral)
            if told:
                lines.append(RuleLine(trait, wording(trait, style[trait], rng)))
            else:
                style[trait] = NEUTRAL[trait]
        drawn = case.open_rules or open_rules_for(self._words, rng)  # the hardest to keep: more of them
        open_rules = possible(drawn, style, case.clauses, case.names)
        lines += self._asked(open_rules)
        if rng.random() < 0.4:
            rng.shuffle(lines)
        written = write(style, case.clauses, case.names, rng, Open(open_rules))
        return Sample("guided", prompts.guided(case.context, lines), "", written.text)

    def _few_shot(self, case: Case) -> Sample:
        rng = self._rng
        shown = [self._shot(case) for _ in range(rng.choices((1, 2, 3), (5, 4, 3))[0])]
        if rng.random() < 0.8:
            written = write(case.style, case.clauses, case.names, rng)
            return Sample("few_shot", prompts.few_shot(case.context, shown), "", written.text)
        style, lines = self._overruled(case.style)
        open_rules = possible(case.open_rules, style, case.clauses, case.names)
        lines += self._asked(open_rules)
        written = write(style, case.clauses, case.names, rng, Open(open_rules))
        return Sample("few_shot", prompts.guided(case.context, lines, shown), "", written.text)

    def _shot(self, case: Case) -> tuple[Incoming, str]:
        """An earlier reply of the same writer: to the same person, or to somebody else; of the latter the
        app shows some as if they were to the same person, their facts masked."""
        rng = self._rng
        draw = rng.random()
        people = (case.context.incoming.sender, case.context.incoming.recipient)
        other = make_case(
            self._short_scene(),
            case.style,
            rng,
            self._words,
            writer=case.names.writer,
            between=people if draw < 0.5 else None,
        )
        text = write(case.style, other.clauses, other.names, rng).text
        if draw < 0.25:
            for fact in other.facts:
                text = text.replace(fact, rng.choice(_MASKS))
        return other.context.incoming, text

    def _overruled(self, style: Mapping[str, str]) -> tuple[dict[str, str], list[RuleLine]]:
        """Some rules, and what a style becomes by them: half of them ask for something else than it is."""
        rng = self._rng
        told = dict(style)
        lines = []
        for trait in rng.sample(TRAIT_ORDER, rng.randint(1, 5)):
            if rng.random() < 0.5:
                told[trait] = random_value(trait, rng, self._words)
            lines.append(RuleLine(trait, wording(trait, told[trait], rng)))
        return told, lines

    def _asked(self, open_rules: Mapping[str, str]) -> list[RuleLine]:
        return [
            RuleLine("other", wording("other", kind, self._rng).replace("{v}", value))
            for kind, value in open_rules.items()
        ]

    def _short_scene(self) -> Scene:
        scene = (
            stage(self._rng.choice(self._situations), self._rng, most=2)
            if self._rng.random() < 0.5
            else self._free_scene()
        )
        body = re.split(r"(?<=[.?!]) ", scene.body)[0]
        return Scene(scene.kind, scene.subject, body, scene.clauses[:2], scene.facts)

    def _brief(self, case: Case) -> Sample:
        written = write(case.style, case.clauses, case.names, self._rng)
        answer = prompts.points("\n".join(expand(one) for one in case.clauses))
        return Sample("brief", prompts.brief(written.text), "", answer)

    def _rules(self, case: Case) -> Sample:
        rng = self._rng
        said = case.clauses
        if not case.context.notes or rng.random() < 0.2:  # the notes said less than was sent
            said = self._free_scene().clauses if rng.random() < 0.5 else said
        draft, sent = neutral(case, rng), write(case.style, said, case.names, rng)
        thinking, lines = compare(draft, sent, case.style, rng)
        answer = f"{thinking}</think>\n" + "\n".join(str(line) for line in lines)
        return Sample("rules", prompts.rules(case.context, draft.text, sent.text), "<think>\n", answer)

    def _agent(self, case: Case) -> Sample:
        rng = self._rng
        if rng.random() < 0.8:
            case = self._known_case()
        lines = [
            RuleLine(trait, wording(trait, case.style[trait], rng))
            for trait in TRAIT_ORDER
            if case.style[trait] != NEUTRAL[trait]
        ]
        answer = "\n".join(str(line) for line in lines[:MOST_RULES])
        return Sample("agent", prompts.agent(case.context), "", answer)

    def _known_case(self) -> Case:
        """A mail to one of a few hundred people, always the same ones, whose style depends on audience
        and kind of mail: telling these apart is what an adapter can then build on."""
        rng = self._rng
        person, correspondents = rng.choice(self._people)
        sender = rng.choice(correspondents)
        scene = stage(rng.choice(self._situations), rng)
        return make_case(
            scene,
            person.style(sender.audience, scene.kind),
            rng,
            self._words,
            between=(sender.address, person.address),
        )


def _repetitive(rng: random.Random) -> str:
    """A number or an amount of two digits only, as hard to copy as numbers come."""
    two = rng.sample("0123456789", 2)
    return rng.choice(("", "$", "€", "£", "N", "AB-", "K")) + "".join(rng.choices(two, k=rng.randint(2, 6)))


def _known(number: int) -> tuple[Persona, tuple[Correspondent, ...]]:
    rng = random.Random(f"longhand people {number}")
    person = make_persona(rng)
    return person, make_correspondents(person, rng)[: 4 + 6 + 8]
