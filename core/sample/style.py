"""How a fictional person writes: a value for each trait, and the sentences a rule may ask for it in.

`NEUTRAL` is the style of a reply written under no rules. Greeting and sign-off are open strings;
`[first name]` and `[full name]` stand for the name of the person written to.
"""

import random
from collections.abc import Mapping

Style = Mapping[str, str]

NEUTRAL: Style = {
    "greeting": "Hello [first name],",
    "sign_off": "Best regards,",
    "name": "full",
    "length": "medium",
    "contractions": "no",
    "exclamation": "no",
    "tone": "neutral",
    "thanks": "first",
    "hedges": "no",
    "lists": "no",
    "emoji": "no",
    "paragraphs": "several",
    "pleasantry": "no",
    "offer": "yes",
    "question": "no",
}

VALUES: Mapping[str, tuple[str, ...]] = {
    "name": ("full", "first", "initial", "none"),
    "length": ("short", "medium", "long"),
    "contractions": ("no", "yes"),
    "exclamation": ("no", "yes"),
    "tone": ("neutral", "formal", "casual"),
    "thanks": ("first", "last", "no"),
    "hedges": ("no", "yes"),
    "lists": ("no", "dashes", "numbers"),
    "paragraphs": ("several", "one"),
    "pleasantry": ("no", "yes"),
    "offer": ("yes", "no"),
    "question": ("no", "yes"),
}

EMOJI = ("🙂", "😊", "👍", "🙏", "😀", "🎉")
GREETING_WORDS = (
    "Hi",
    "Dear",
    "Hey",
    "Good morning",
    "Good day",
    "Hello",
    "Hiya",
    "Greetings",
    "Morning",
    "Howdy",
)
SIGN_OFFS = (
    "Best",
    "Kind regards",
    "Cheers",
    "Thanks",
    "Many thanks",
    "Regards",
    "Warm regards",
    "All the best",
    "Sincerely",
    "Yours",
    "Take care",
    "Best wishes",
    "Yours sincerely",
    "Speak soon",
    "Warmly",
    "Thank you",
)

# One family of verbs for each trait, so that no verb means two things; `{v}` is the open string.
# Each pair (beginnings, endings) gives every combination; a quarter of them is kept out of training.
_WORDINGS: Mapping[str, Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "greeting": {
        "": (
            ("Open with", "Open the mail with", "Greet them with", "Greet with"),
            ('"{v}".', '"{v}" on a line of its own.', 'the words "{v}".'),
        ),
        "none": (
            ("Leave out", "Skip", "Omit"),
            ("the greeting.", "any greeting.", "the greeting line."),
        ),
    },
    "sign_off": {
        "": (
            ("Sign off with", "Sign the mail off with", "Make the sign-off", "Let the sign-off be"),
            ('"{v}".', '"{v}" above the name.', 'the words "{v}".'),
        ),
        "none": (
            ("Do without", "Sign with no", "Drop the"),
            ("sign-off.", "sign-off phrase.", "sign-off words at the end."),
        ),
    },
    "name": {
        "full": (
            ("Give your full name", "State your first and last name", "Spell out your whole name"),
            ("at the end.", "below the mail.", "as the signature."),
        ),
        "first": (
            ("Put only your first name", "Write your first name alone", "Use just your first name"),
            ("at the end.", "below the mail.", "as the signature."),
        ),
        "initial": (
            ("Initial the mail", "Shorten your name to its initial", "Reduce your name to an initial"),
            ("at the end.", "below the mail.", "as the signature."),
        ),
        "none": (
            ("Leave out your name", "Omit your name", "Drop your name"),
            ("at the end.", "below the mail.", "from the signature."),
        ),
    },
    "length": {
        "short": (
            ("Keep it short:", "Be brief:", "Be terse:"),
            ("only the points.", "the points alone.", "no padding."),
        ),
        "medium": (
            ("Hold a middle length:", "Pad moderately:", "Go for medium length:"),
            ("one sentence besides the points.", "a single sentence more.", "a little padding."),
        ),
        "long": (
            ("Elaborate:", "Write at length:", "Fill it out in detail:"),
            ("several sentences besides the points.", "a few sentences more.", "plenty of padding."),
        ),
    },
    "contractions": {
        "yes": (
            ("Contract words,", "Use contractions,", "Shorten verbs,"),
            ("such as I'll and can't.", "like it's and don't.", "as in speech."),
        ),
        "no": (
            ("Do not contract words,", "Use no contractions,", "Never shorten verbs,"),
            ("such as I'll and can't.", "like it's and don't.", "as in print."),
        ),
    },
    "exclamation": {
        "yes": (
            ("Exclaim:", "Show energy:", "Add an exclamation mark:"),
            (
                "end the first sentence with one.",
                "the first sentence takes one.",
                "put it after the first sentence.",
            ),
        ),
        "no": (
            ("Do not exclaim:", "Stay calm:", "Add no exclamation mark:"),
            ("end sentences with full stops.", "full stops only.", "none in the mail."),
        ),
    },
    "tone": {
        "formal": (
            ("Sound formal", "Take a formal tone", "Be formal"),
            ("throughout.", "in every phrase.", "from the first phrase."),
        ),
        "casual": (
            ("Sound casual", "Take a casual tone", "Be casual"),
            ("throughout.", "in every phrase.", "from the first phrase."),
        ),
        "neutral": (
            ("Sound neutral", "Take a neutral tone", "Be neutral"),
            ("throughout.", "in every phrase.", "from the first phrase."),
        ),
    },
    "thanks": {
        "first": (
            ("Thank them first", "Say thanks before the points", "Begin the body with thanks"),
            ("for the message.", "each time.", "as the first thing."),
        ),
        "last": (
            ("Thank them last", "Say thanks after the points", "Finish the body with thanks"),
            ("for the message.", "each time.", "as the last thing."),
        ),
        "no": (
            ("Do not thank them", "Say no thanks", "Leave thanks out"),
            ("for the message.", "at all.", "anywhere."),
        ),
    },
    "hedges": {
        "yes": (
            ("Hedge", "Soften", "Qualify"),
            ("the first point.", "what is said first.", "the first statement."),
        ),
        "no": (
            ("Do not hedge", "Never soften", "Do not qualify"),
            ("the first point.", "what is said first.", "the first statement."),
        ),
    },
    "lists": {
        "dashes": (
            ("Bullet the points", "Itemise the points", "List the points"),
            ("with dashes.", "as dashed lines.", "one dash a line."),
        ),
        "numbers": (
            ("Number the points", "Enumerate the points", "Count the points off"),
            ("from one.", "in numbered lines.", "one number a line."),
        ),
        "no": (
            ("Write prose,", "Write running text,", "Keep to sentences,"),
            ("no list.", "without a list.", "no list of the points."),
        ),
    },
    "emoji": {
        "": (
            ("Close the body with", "Add at the end of the body", "Drop in after the last sentence"),
            ("the emoji {v}.", "a {v}.", "one {v}."),
        ),
        "no": (("Never use", "Avoid", "Add no"), ("emoji.", "smileys or emoji.", "emoji of any kind.")),
    },
    "paragraphs": {
        "one": (
            ("Keep the body to", "Run the body together as", "Hold the body in"),
            ("one paragraph.", "a single paragraph.", "one block."),
        ),
        "several": (
            ("Write the body as", "Break the body into", "Spread the body over"),
            ("several paragraphs.", "short paragraphs.", "separate paragraphs."),
        ),
    },
    "pleasantry": {
        "yes": (
            ("Wish them well", "Say you hope they are well", "Ask after their health"),
            ("first.", "before anything else.", "at the top of the body."),
        ),
        "no": (
            ("Do not wish them well", "Do not say you hope they are well", "Do not ask after their health"),
            ("first.", "before anything else.", "at the top of the body."),
        ),
    },
    "offer": {
        "yes": (
            ("Offer further help", "Invite questions", "Offer to help further"),
            ("at the close.", "in the last lines.", "when you are done."),
        ),
        "no": (
            ("Offer no further help", "Do not invite questions", "Do not offer to help further"),
            ("at the close.", "in the last lines.", "when you are done."),
        ),
    },
    "question": {
        "yes": (
            ("Ask whether it suits them", "Ask if that works", "Put a closing question"),
            ("at the end.", "as the last sentence.", "last of all."),
        ),
        "no": (
            ("Do not ask whether it suits them", "Ask no closing question", "Put no question"),
            ("at the end.", "as the last sentence.", "last of all."),
        ),
    },
    "other": {
        "avoid": (
            ("Never write the word", "Avoid the word", "Do not use the word"),
            ('"{v}".', '"{v}" anywhere.', '"{v}" in this mail.'),
        ),
        "call": (
            ("Call them", "Address them as", "Use for them the name"),
            ('"{v}".', '"{v}" in the greeting.', '"{v}", not their own name.'),
        ),
        "start": (
            ("Start the body with the sentence", "Let the body start with", "Start what you say with"),
            ('"{v}".', '"{v}" word for word.', '"{v}", before the rest.'),
        ),
        "end": (
            ("End the body with the sentence", "Let the body end with", "End what you say with"),
            ('"{v}".', '"{v}" word for word.', '"{v}", after the rest.'),
        ),
    },
}

TRAIT_ORDER = tuple(trait for trait in _WORDINGS if trait != "other")


def wordings(trait: str, value: str) -> tuple[str, ...]:
    """Every sentence in which a rule may ask for a trait's value (at least 8). For an `other` rule
    `value` is 'avoid', 'call', 'start' or 'end', and `{v}` is left for the caller to fill."""
    forms = _WORDINGS[trait]
    beginnings, endings = forms[value] if value in forms else forms[""]
    sentences = tuple(f"{start} {end}" for end in endings for start in beginnings)
    return sentences if trait == "other" else tuple(one.replace("{v}", value) for one in sentences)


def wording(trait: str, value: str, rng: random.Random, *, held_out: bool = False) -> str:
    """One sentence for a trait's value; `held_out` draws from the quarter training never sees."""
    forms = wordings(trait, value)
    first_kept_out = len(forms) - len(forms) // 4
    return rng.choice(forms[first_kept_out:] if held_out else forms[:first_kept_out])


def random_value(trait: str, rng: random.Random, words: tuple[str, ...] = ()) -> str:
    """A value drawn evenly; `words` feeds open strings that no list holds."""
    if trait == "greeting":
        return _random_greeting(rng, words)
    if trait == "sign_off":
        return _random_sign_off(rng, words)
    if trait == "emoji":
        return "no" if rng.random() < 0.5 else rng.choice(EMOJI)
    return rng.choice(VALUES[trait])


def random_style(rng: random.Random, words: tuple[str, ...] = (), most: int = 8) -> dict[str, str]:
    """A style that differs from the neutral one in 3 to `most` traits."""
    style = dict(NEUTRAL)
    for trait in rng.sample(TRAIT_ORDER, rng.randint(3, most)):
        while style[trait] == NEUTRAL[trait]:
            style[trait] = random_value(trait, rng, words)
    return style


def _random_greeting(rng: random.Random, words: tuple[str, ...]) -> str:
    draw = rng.random()
    if draw < 0.15:
        return "none"
    word = rng.choice(GREETING_WORDS)
    if words and draw < 0.35:
        word = rng.choice(words).capitalize()
    end = rng.choice((",", ",", ",", "!", " -", ""))
    form = rng.choice(
        ("{w} [first name]", "{w} [first name]", "{w} [full name]", "{w} [full name]", "[first name]", "{w}")
    )
    return form.replace("{w}", word) + end


def _random_sign_off(rng: random.Random, words: tuple[str, ...]) -> str:
    draw = rng.random()
    if draw < 0.2:
        return "none"
    text = rng.choice(SIGN_OFFS)
    if words and draw < 0.4:
        text = " ".join(rng.sample(words, rng.randint(1, 2))).capitalize()
    return text + rng.choice((",", ",", "", "!"))
