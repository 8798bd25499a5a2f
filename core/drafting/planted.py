"""What a draft took from the mail that only the mail's writer vouches for: links, addresses, accounts and
telephone numbers always, and every fact of a mail that gives orders to whatever writes the answer. Standing
in the thread does not bear such things out: whoever steers a draft put them there."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from core.domain import Context, Finding, Incoming
from core.drafting.facts import unsupported
from core.privacy.particulars import Kind, particulars
from core.privacy.redaction import joined

_WORDS = {
    Kind.LINK: "link",
    Kind.EMAIL: "address",
    Kind.IBAN: "account number",
    Kind.CARD: "card number",
    Kind.PHONE: "number",
    Kind.NUMBER: "number",
}
# A wallet or a key: long, and of letters and digits.
_CODE = re.compile(r"\b(?=[A-Za-z0-9]*\d)(?=[A-Za-z0-9]*[A-Za-z])[A-Za-z0-9]{20,}\b")
_WRITER = (
    r"(?:a\.?i\.?|assistant|language model|llm|(?:chat)?bot|model|auto-?(?:reply|responder)"
    r"|draft(?:er|ing)?(?: (?:tool|software|program|agent))?"
    r"|(?:reply|e-?mail|mail|writing|answer(?:ing)?)"
    r" (?:tool|software|program|agent|assistant|generator|bot))"
)
_MUST = r"(?:must|should|shall|will|has to|is to|needs? to)"
_TURN = (  # the marks by which chat templates open and close turns
    r"<\|[^|>\n]{1,40}\|>|<\|?\w{1,20}\|>|<\|\w{1,20}>|<\uff5c[^\uff5c>\n]{1,40}\uff5c>|\[\|\w+\|\]|<</?SYS>>"
    r"|\[/?(?:INST|SYSTEM_PROMPT|gMASK|AVAILABLE_TOOLS)\]|<(?:start|end)_of_(?:turn|role)>"
    r"|</?(?:s|bos|eos|think|thinking|system|user|assistant|instructions?|tool_call|tool_response)>"
)
_BEFORE = (
    r"(?:previous|prior|above|earlier|instructions?|rules?|prompts?|guidelines|the notes|anweisung\w*|regeln"
    r"|consignes|instrucciones)"
)
_WRITES = "(?:draft|repl|answer|respond|writ|generat)"
_SAYING = (
    r"(?:include|add|insert|append|attach|mention|state|put|paste|copy|repeat|use|begin|start|end|close|sign)"
)
# Orders to a machine that writes, in the words and marks in which such orders come.
_ORDERS = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        _TURN,
        r"^\s*#{1,6}\s*(?:system|instructions?|rules?|notes|mail|reply|draft|sent|output|response)\b",
        r"^\W*(?:system|assistant|developer|override|instructions?)\s*(?:prompt|message|note)?\W*[:>\]]",
        rf"\b(?:ignor\w+|disregard|forget|override|bypass|vergiss|oublie\w*)\b[^.\n]{{0,60}}\b{_BEFORE}\b",
        rf"\b(?:you are|you're|act as|pretend|dear|hey|hello|note to|for|to|if)\b[^.\n]{{0,20}}\b{_WRITER}\b",
        rf"\b(?:the|your|this|any|every|an?) {_WRITER}\b[^.\n]{{0,40}}\b(?:{_MUST}|please)\b",
        rf"\b{_WRITER}\b[^\n]{{0,20}}\bit {_MUST}\b",
        r"\b(?:system prompt|prompt injection|jailbreak|developer mode|style guide update)\b",
        r"\bnew (?:rule|instruction|directive)s?\b|\byour (?:guidelines|instructions|rules)\b",
        rf"\b(?:when|if|as|before|while)\b[^.\n]{{0,30}}\b{_WRITES}\w*[^.\n]{{0,60}}\b{_SAYING}\b",
        rf"\b(?:your|the) (?:reply|answer|response|drafts?)\b[^.\n]{{0,30}}\b{_MUST}\b|\bdrafts? will\b",
        r"\b(?:reply|respond|answer)\b[^.\n]{0,20}\b(?:only|exactly)\b|\b(?:verbatim|word for word)\b",
        r"\b(?:from now on|henceforth|in (?:all|every) (?:future )?(?:mail|reply|replies|drafts?))\b",
        r"^\s*(?:greeting|sign_off|tone|length|contractions|other)\s*:\s",
        r"\"role\"\s*:",
    )
)


def planted(draft: str, context: Context, rules: Iterable[str] = ()) -> list[Finding]:
    """What of `draft` the user should check because it comes from the mail alone, in its order."""
    rules = list(rules)
    vouched, told = _vouched(context, rules), unsupported(draft, context, rules)
    found = [*_particulars(draft, vouched), *_codes(draft, vouched)]
    if gives_orders(context.incoming):
        without = replace(context, incoming=replace(context.incoming, subject="", text="", earlier=()))
        reason = "it comes from a mail that gives orders to whoever writes the reply"
        found += [replace(one, reason=reason) for one in unsupported(draft, without, rules)]
    # What stands nowhere at all is told of as that.
    fresh = [
        one
        for one in found
        if not any(one.start < told_of.end and told_of.start < one.end for told_of in told)
    ]
    return sorted(fresh, key=lambda one: one.start)


def gives_orders(incoming: Incoming) -> bool:
    """Whether a mail speaks to a machine that writes, rather than to a person."""
    text = "\n".join(
        (incoming.sender.name, incoming.subject, incoming.text, *(text for _, text in incoming.earlier))
    )
    return any(pattern.search(text) for pattern in _ORDERS)


def _particulars(draft: str, vouched: str) -> Iterator[Finding]:
    for span in joined(one for one in particulars(draft) if one.kind in _WORDS):
        text = draft[span.start : span.end]
        if _plain(text) not in vouched:
            reason = f"this {_WORDS[span.kind]} stands in the mail alone; make sure of it before you send it"
            yield Finding(span.start, span.end, text, reason)


def _codes(draft: str, vouched: str) -> Iterator[Finding]:
    for match in _CODE.finditer(draft):
        if _plain(match.group()) not in vouched:
            yield Finding(*match.span(), match.group(), "this code stands in the mail alone; make sure of it")


def _vouched(context: Context, rules: list[str]) -> str:
    """All that the user said themselves, and the addresses in the headers, without blanks and marks."""
    mail = context.incoming
    own = {mail.recipient.name.casefold(), mail.recipient.email.casefold()} - {""}
    said = [text for who, text in mail.earlier if who.casefold() in own]
    return " ".join(
        _plain(text) for text in (context.notes, *rules, *said, mail.sender.email, mail.recipient.email)
    )


def _plain(text: str) -> str:
    return re.sub(r"[\s().\-/<>\u2010-\u2015]", "", text.casefold()).removeprefix("mailto:")
