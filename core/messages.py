"""Sentences for people, used by the command line and the window alike."""

import traceback
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import PurePath

from core.domain import (
    Adapter,
    AppliedRule,
    Finding,
    Kept,
    Proposal,
    Rule,
    RuleId,
    RuleOrigin,
    RuleState,
    Scope,
    ScopeKind,
)
from core.errors import Known
from core.tasks import Step

EMBEDDED_SCORES = (
    "The embedded models were taught this very task by this project, on mail its own generator wrote. "
    "These scores show the machinery at work; they do not show how well Longhand writes with a real model."
)
EMBEDDED_LEARNING = (
    "The embedded models are tiny and know short English business mail only: they will learn from your mail, "
    "but they will not write well on it. Choose a real model with 'longhand models use' for drafts to keep."
)
NO_ADAPTER = "Nothing is learned yet: this draft follows your rule book and your own earlier replies."
ADAPTER_NOT_LIVE = (
    "No preference agent is in use ('longhand adapters list' shows how they fared): this draft follows your "
    "rule book and your own earlier replies."
)
FIRST_REQUEST = "This is sent to the model service, and nothing else:\n"
NEVER_SENT = "Longhand saves drafts; it never sends mail."
BLIND_QUESTION = "Which sounds like you: 1, 2, t for a tie, s to skip, q to stop here"
# Not strftime's, whose names depend on the locale.
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
LEARN_AGAIN = "Learn again now, from the mail that is left?"
NO_NF4 = (
    "This machine cannot calculate with four-bit weights, so the small model is held in 16 bits; learning "
    "takes more memory."
)
CANNOT_BE_TRAINED = (
    "The writing model is of a kind that Longhand cannot train; Qwen 2 and 3 can be, and models like Llama 2."
)
SERVICE_CANNOT_BE_TRAINED = "The writing model is a service's, which Longhand cannot train."
WAITS_FOR_DRAFT = "Learning waits while a draft is written"
WAITS_FOR_POWER = (
    "Learning waits for the power cable (learning.on_battery in settings.toml lets it go on without)"
)
CANCELLED = "Stopped; the same command goes on from here."
ENCRYPTED = "A part of this mail is encrypted; Longhand leaves it alone."
NO_PST = (
    "Outlook's data files (PST, OST) are not supported; open the file in Outlook and drag its mail out as "
    ".msg files, or in a program that exports mbox or .eml, then import those."
)
NO_ADDRESS = "That is no mail address; give one such as you@example.org."
NO_SERVER = (
    "No mail server was found for this address; name it with --host, or ask Thunderbird's public database "
    "too with --ask-ispdb, which is told the domain."
)
UNPROVEN_SERVER = (
    "Only the DNS names this server, and it lies outside your address's domain: use it if you know it as "
    "your provider's."
)
UNPROVEN_UNSEEN = (
    "Only the DNS names a server, and it lies outside the address's domain; if you know it as your "
    "provider's, name it with --host."
)
NOT_ASKED = "Nobody is there to say whether that server is right; say so with --yes, or name one with --host."
USE_SERVER = "Sign in there?"
AUTHORITY_NOT_ASKED = (
    "Nobody is there to say whether to trust that certificate; compare its SHA-256 with your firm's, and say "
    "so with --yes."
)
TRUST_AUTHORITY = (
    "Compare the SHA-256 with what your firm tells you. Whoever holds its key can pose as this mail server. "
    "Trust it for this account?"
)


def error_line(error: BaseException) -> str:
    """One line for an error: a known one's own sentence, for any other where it happened but not
    its text, which may hold mail."""
    if isinstance(error, Known):
        return " ".join(str(error).split())
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" at {PurePath(last[0].filename).name}:{last[0].lineno}" if last else ""
    return f"Longhand has a bug ({type(error).__name__}{where}); please report this line."


def time_left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s left"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min left"
    return f"about {seconds / 3600:.1f} h left"


def step_line(step: Step) -> str:
    """`Learning: 12 of 60, about 20 s left`."""
    count = f"{step.done} of {step.total}" if step.total else str(step.done)
    left = time_left(step.left)
    return f"{step.stage[:1].upper()}{step.stage[1:]}: {count}" + (f", {left}" if left else "")


def scope_words(scope: Scope) -> str:
    match scope.kind:
        case ScopeKind.EVERYONE:
            return "everyone"
        case ScopeKind.KIND:
            return f"mail of the kind '{scope.value}'"
        case ScopeKind.LANGUAGE:
            return f"mail in {scope.value}"
        case _:
            return scope.value


def rule_line(rule: Rule) -> str:
    """A rule with what bears it out: `greeting: Greet with "Hi {first}," (everyone; 40 mails, 3 against)`."""
    state = "" if rule.state is RuleState.ACTIVE else f"; {rule.state}"
    against = f", {rule.support_against} against" if rule.support_against else ""
    support = "by hand" if rule.origin is RuleOrigin.WRITTEN else f"{rule.support_for} mails{against}"
    facts = "; ".join([scope_words(rule.scope), support, *held(rule)])
    return f"{rule.trait}: {rule.sentence} ({facts}{state})"


def count_line(label: str, value: str, count: int, of: int, began: datetime, until: datetime | None) -> str:
    """`Greeting: Hi {first}, in 40 of 50 mails (80%), since March 2025, until May 2026`."""
    end = f", until {_month(until)}" if until else ""
    return f"{label}: {value} in {count} of {of} mails ({count / of:.0%}), since {_month(began)}{end}"


def history_line(at: datetime, before: Rule | None, after: Rule | None) -> str:
    """One change of a rule: `2026-11-24  switched off`; empty where only its mails were counted anew."""
    said = "; ".join(_changes(before, after))
    return f"{at.date().isoformat()}  {said}" if said else ""


def _changes(before: Rule | None, after: Rule | None) -> list[str]:
    if after is None:
        return ["removed"]
    if before is None:
        made = {RuleOrigin.WRITTEN: "written by hand", RuleOrigin.LEARNED: "learned"}
        return [made.get(after.origin, "counted in your mail")]
    said = []
    if before.sentence != after.sentence:
        said.append(f"put into other words, before: {before.sentence}")
    if before.scope != after.scope:
        said.append(f"for {scope_words(after.scope)}, before for {scope_words(before.scope)}")
    if before.state is not after.state:
        was = {RuleState.PINNED: "unpinned", RuleState.OFF: "switched on"}
        now = {RuleState.PINNED: "pinned", RuleState.OFF: "switched off"}
        said.append(now.get(after.state) or was.get(before.state, ""))
    if (before.until is None) != (after.until is None):
        said.append("the habit ended" if after.until else "the habit goes on")
    return said


def held(rule: Rule) -> list[str]:
    """When the habit began and ended, as far as it did: 'since March 2025', 'until May 2026'."""
    times = (("since", rule.since), ("until", rule.until))
    return [f"{word} {_month(moment)}" for word, moment in times if moment]


def _month(moment: datetime) -> str:
    return f"{_MONTHS[moment.month - 1]} {moment.year}"


def applied_line(rule: AppliedRule) -> str:
    mark = {Kept.KEPT: "kept", Kept.NOT_KEPT: "NOT kept", Kept.CANNOT_TELL: "cannot tell"}[rule.kept]
    return f"{rule.line} ({rule.source}; {mark})"


def replaced(what: str, before: str, after: str, count: int) -> str:
    """`You changed the closing "Best regards" to "Best" in 4 drafts.`; an empty string stands for nothing."""
    of = f"the {what} " if what else ""
    if not after:
        return f'You took {of}"{before}" out in {count} drafts.'
    if not before:
        return f'You added {of}"{after}" in {count} drafts.'
    return f'You changed {of}"{before}" to "{after}" in {count} drafts.'


def changed(what: str, before: str, after: str, count: int) -> str:
    """`You changed exclamation marks from yes to no in 3 drafts.`"""
    return f"You changed {what} from {before} to {after} in {count} drafts."


def proposal_line(proposal: Proposal) -> str:
    """What was changed, and the rule it would be."""
    who = scope_words(proposal.scope)
    return f"{proposal.words} Make it a rule for {who}? {proposal.line}"


def proposals_wait(count: int) -> str:
    """Empty for none."""
    if not count:
        return ""
    rules = "1 rule" if count == 1 else f"{count} rules"
    return f"Your edits speak for {rules}; see 'longhand rules proposals'."


def new_to_learn(count: int) -> str:
    return f"{count} replies are new since Longhand last learned; 'longhand learn' takes them in."


def edits_grow(before: float, lately: float) -> str:
    """The shares of a draft's words that were changed."""
    return (
        f"You change more in drafts than at first ({lately:.0%} of the words lately, {before:.0%} before);"
        " 'longhand learn' learns from what you changed."
    )


def put_otherwise(rule: Rule) -> str:
    return f"The writer did not follow rule {rule.id}; it is put in other words from now on: {rule.sentence}"


def left_out(rule: Rule) -> str:
    return (
        f'The writer does not follow "{rule.trait}: {rule.sentence}", though it was put in other words; the'
        f" rule is left out. 'longhand rules on {rule.id}' brings it back."
    )


def left_out_before(rules: Sequence[RuleId]) -> str:
    """For a change of writer; empty for none."""
    if not rules:
        return ""
    which = ", ".join(map(str, rules))
    return f"Off because a writer did not follow them: rules {which}; 'longhand rules on' brings one back."


NO_IMPORT = "No import of rules is left to take back."


def taken_in(added: int, changed: int, same: int) -> str:
    return f"New: {added} rules; changed: {changed}; as they were: {same}."


def own_rule_ignored(rule: Rule) -> str:
    """Of one that Longhand leaves alone."""
    return (
        f'The writer often does not follow your rule "{rule.trait}: {rule.sentence}"; other words may help:'
        f" 'longhand rules edit {rule.id}'."
    )


def left_out_of_thread(mails: int, shortened: int, words: int) -> str:
    """What of a long thread a draft was written without; empty for nothing. See core.drafting.thread_cut."""
    parts = []
    if mails:
        parts.append(
            f"{_count(mails, 'earlier mail')} of this thread (the newest and those nearest to this one were)"
        )
    if shortened:
        parts.append(f"the end of {_count(shortened, 'long earlier mail')}")
    if words:
        parts.append(f"the last {_count(words, 'word')} of the mail itself")
    return f"Not read for this draft: {'; '.join(parts)}." if parts else ""


def on_processor(graphics_failed: bool) -> str:
    """Empty where a graphics card did not fail."""
    if not graphics_failed:
        return ""
    return (
        "The graphics card could not run this model, perhaps for lack of memory of its own, so the processor"
        " wrote this, which is slower; a smaller model may fit the card."
    )


def cut_by_model(tokens: int) -> str:
    """Empty for none."""
    if not tokens:
        return ""
    return (
        f"The model's context is too small for all of this: {_count(tokens, 'token')} at the end of the"
        " longest text were left out; shorten the notes or choose a model with a larger context."
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def finding_line(finding: Finding) -> str:
    return f"Check '{finding.text}': {finding.reason}."


def verdict(live: bool, count: int, enough: bool, low: float | None) -> str:
    """What the gate decided, in words."""
    if low is None:
        return "There was nothing to judge the new preference agent by; it is kept, but not used."
    few = f" With {count} replies to judge by, that is too little mail to tell for sure; learn again later."
    few = "" if enough else few
    if live:
        return f"Guided drafts come nearer to your own replies than plain ones do; they are used now.{few}"
    return (
        f"Guided drafts do not come reliably nearer to your own replies, so the new agent is not used.{few}"
    )


def scores_in_words(
    count: int, guided: float | None, zero_shot: float | None, few_shot: float | None, recall: float | None
) -> list[str]:
    """The likeness of each kind of draft, 0 another person and 1 the person again, and what of the
    notes they state."""
    lines = [f"Measured on {count} replies, which nothing was learned from."]
    if guided is not None and zero_shot is not None:
        lines.append(
            f"On a scale from another person's reply (0) to another of the same person's own (1), a plain "
            f"draft stands at {zero_shot:.2f} and a guided one at {guided:.2f}."
        )
    if few_shot is not None:
        lines.append(f"Showing the model earlier replies instead of rules reaches {few_shot:.2f}.")
    if recall is not None:
        lines.append(f"Guided drafts state {recall:.0%} of the names, dates and amounts in the notes.")
    return lines


def hardly_differs() -> str:
    return "Guided drafts hardly differ from plain ones: the rules found so far change little."


def not_obeyed(traits: list[str]) -> str:
    return f"The writing model often does not do what these rules ask: {', '.join(traits)}."


def adapter_line(adapter: Adapter) -> str:
    """`2026-03-01 09:30, from 100 examples: likeness 0.84, style 0.71, authorship 0.90`."""
    names = {"likeness": "likeness", "style_match": "style", "authorship": "authorship"}
    scores = [f"{word} {adapter.scores[name]:.2f}" for name, word in names.items() if name in adapter.scores]
    judged = ", ".join(scores) or "not judged yet"
    return f"{adapter.created:%Y-%m-%d %H:%M}, from {adapter.examples} examples: {judged}"


def mixed_families(made_by: str, applied_by: str) -> str:
    """Of the agent's rules and the writer in use, by their families of models; empty for nothing to tell."""
    if made_by in ("", applied_by):
        return ""
    return (
        f"The preference agent learned from rules made by {made_by}, and {applied_by} writes by them now;"
        " for drafts nearer to you, learn again."
    )


def families_compared(families: int) -> str:
    """Beside the matrix; empty where it shows what it is for."""
    if families > 1:
        return ""
    return "All these models are of one family; how rules fare in another only a model of another can show."


def forgotten(count: int) -> str:
    """So many mails."""
    if not count:
        return "There was no such mail to forget."
    mails = "1 mail is" if count == 1 else f"{count} mails are"
    return f"{mails} forgotten, with every agent that learned; 'longhand learn' makes one of what is left."


def blind_left(count: int) -> str:
    return f"{count} questions have no answer yet; 'longhand blind' goes on with them."


def looked(places: Sequence[str]) -> str:
    """Where a mail server was looked for, in order."""
    words = {
        "bundled": "Longhand's own list of providers",
        "autoconfig": "the domain's own settings file",
        "srv": "its service records (DNS)",
        "mx": "its mail exchangers (DNS)",
        "ispdb": "Thunderbird's public database",
        "guess": "the usual names of servers",
    }
    return f"Looked in {', then '.join(words[place] for place in places)}."


def server_found(origin: str, source: str, where: str, user: str) -> str:
    """`where`: host, port and encryption."""
    by = {
        "bundled": f"Longhand's own settings for {source}",
        "autoconfig": f"the settings file at {source}",
        "srv": f"the DNS service records of {source}",
        "mx": f"the DNS, by which {source} has this domain's mail",
        "ispdb": f"Thunderbird's public database ({source})",
        "guess": "a guess: a mail server answers there",
    }
    return f"{where}, user name {user}; from {by[origin]}."


def app_password(help_page: str) -> str:
    return f"Your usual password does not work here; make an app password first: {help_page}"


def help_page(page: str) -> str:
    return f"The provider on signing in with mail programs: {page}"


def web_only(host: str) -> str:
    return (
        f"The provider behind {host} takes sign-in by its web page only: 'longhand account add ADDRESS "
        "--oauth --client-id ID', with an id of yours or your firm's; 'longhand import' reads mail that "
        "was exported to files."
    )


def open_page(address: str) -> str:
    return f"Sign in with your browser; if none opens, open this address on this machine: {address}"


def authority(name: str, until: date, fingerprint: str) -> str:
    """A certificate that the user is about to trust."""
    return f"{name}, until {until:%Y-%m-%d}, SHA-256 {fingerprint}"


def cloud_judges(model: str, host: str) -> str:
    return (
        f"{model} at {host} judges: the mails compared on, your real replies to them and the drafts are sent "
        "there."
    )


def cloud_in_use(model: str, host: str, redact: bool) -> str:
    how = "without the names, addresses and numbers that Longhand finds in them, " if redact else ""
    return (
        f"{model} at {host} writes from now on: the mail you answer, your notes and your rules are sent "
        f"there, {how}once you have seen it. See 'longhand privacy preview' for the exact text."
    )


def graphics(name: str, description: str, memory_mb: int) -> str:
    """A graphics card that llama.cpp can use."""
    return f"{description} ({name}, {memory_mb / 1000:.1f} GB)"


def pace(words: float, measured: bool) -> str:
    """How fast a model writes on this machine, in a sentence; empty where nothing is known."""
    if not words:
        return ""
    count = f"{words:.0f}" if words >= 10 else f"{words:.1f}"
    told = "wrote its last draft here at" if measured else "would write here, without a GPU, at about"
    return f"It {told} {count} words a second."


def offer(file: str, repo: str, host: str, size: int, licence: str) -> str:
    """What a download would bring; `size` in bytes."""
    told = f"its licence, says its page, is '{licence}'" if licence else "its page states no licence"
    return f"{file} of {repo}, from {host}: {size / 1e6:.0f} MB; {told}."


def cloud_terms(
    enabled: bool, model: str, accounts: Sequence[str], redact: bool, words: Sequence[str]
) -> list[str]:
    """The terms on which a model service is used, a line each."""
    if not model:
        return ["No model service is set up; 'longhand models use cloud' does so."]
    own = f" and {len(words)} words of your own" if words else ""
    return [
        f"{model}: {'on' if enabled else 'off'}.",
        f"For mail to: {', '.join(accounts) or 'no account'}.",
        f"Names, addresses and numbers{own} {'stay here' if redact else 'are sent as they stand'}.",
    ]


def cloud_used(used: tuple[int, int], limits: tuple[int, int]) -> str:
    """Requests and tokens of this month; a limit of 0 is none."""
    counts = [
        f"{count} {what}{f' of {limit}' if limit else ''}"
        for count, limit, what in zip(used, limits, ("requests", "tokens"), strict=True)
    ]
    return f"Used this month: {', '.join(counts)}."


def parts_failed(names: Sequence[str]) -> str:
    return f"Of the parts of Longhand these do not work here: {', '.join(names)}."


def no_training_part(platform: str) -> str:
    """Learning is not installed; `platform` as sys.platform names it."""
    return f"Learning is a part of Longhand that is not installed here: {_add_learning(platform)}"


def other_training_part(platform: str) -> str:
    """Learning is installed, of another version."""
    return f"The part of Longhand that learns is of another version than the rest: {_add_learning(platform)}"


def _add_learning(platform: str) -> str:
    if platform == "win32":
        return "run Longhand's installer again with 'Learning' ticked, then learn again."
    if platform == "darwin":
        return "copy 'Longhand Training' from Longhand's disk image to where Longhand lies, then learn again."
    return "install the package longhand-training, then learn again."


def large_does_not_fit(needed: float, free: float) -> str:
    """Bytes."""
    return (
        f"The writing model cannot be trained here: unpacking it takes about {needed / 1e9:.1f} GB of memory,"
        f" and {free / 1e9:.1f} GB are free."
    )


def large_has_no_room(needed: float, free: float) -> str:
    """Bytes."""
    return (
        f"The writing model cannot be trained here: unpacked it takes {needed / 1e9:.1f} GB of disk, and"
        f" {free / 1e9:.1f} GB are free."
    )


def no_device(device: str) -> str:
    return f"There is no '{device}' to train on here; set device to 'auto' in training.toml."


def memory_short(at_once: int, batch: int, twice: bool) -> str:
    """How training goes on: so many lessons of a `batch` together, layers calculated `twice` or not."""
    how = f"{at_once} of {batch} lessons are" if at_once > 1 else f"1 of {batch} lessons is"
    slower = ", and layers are calculated twice" if twice else ""
    return f"Memory is short: {how} worked on at a time{slower}. Learning takes a little longer."
