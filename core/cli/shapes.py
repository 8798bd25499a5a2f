"""The JSON that commands print: plain values made of the house's types, field by field, so that a
change inside does not change what scripts read."""

from typing import Any

from core.domain import Adapter, AppliedRule, Draft, MessageId, ParsedMail, Proposal, Rule
from core.mail.discovery import Looked
from core.models.download import Fetched
from core.preference.sightings import Count
from core.privacy.egress import LedgerEntry
from core.store.accounts import Account
from core.store.messages import StoredMessage
from core.store.rules import RuleChange


def rule(one: Rule) -> dict[str, Any]:
    return {
        "id": one.id,
        "trait": one.trait,
        "value": one.value,
        "rule": one.sentence,
        "scope": {"kind": one.scope.kind.value, "value": one.scope.value},
        "origin": one.origin.value,
        "state": one.state.value,
        "support_for": one.support_for,
        "support_against": one.support_against,
        "evidence": list(one.evidence),
        "since": one.since.isoformat() if one.since else None,
        "until": one.until.isoformat() if one.until else None,
    }


def rule_change(one: RuleChange) -> dict[str, Any]:
    """`before` is None where the rule was made, `after` where it was removed."""
    return {
        "at": one.at.isoformat(),
        "before": rule(one.before) if one.before else None,
        "after": rule(one.after) if one.after else None,
    }


def count(one: Count, mails: tuple[MessageId, ...]) -> dict[str, Any]:
    return {
        "trait": one.trait,
        "value": one.value,
        "count": len(one.where),
        "of": one.mails,
        "share": round(one.share, 4),
        "began": one.began.isoformat(),
        "until": one.until.isoformat() if one.until else None,
        "examples": list(mails),
    }


def applied(one: AppliedRule) -> dict[str, Any]:
    return {
        "trait": one.line.trait,
        "rule": one.line.sentence,
        "source": one.source,
        "kept": one.kept.value,
        "id": one.rule,
    }


def draft(one: Draft, saved_uid: int | None = None) -> dict[str, Any]:
    return {
        "text": one.text,
        "rules": [applied(rule) for rule in one.rules],
        "findings": [
            {"start": found.start, "end": found.end, "text": found.text, "reason": found.reason}
            for found in one.findings
        ],
        "notices": list(one.notices),
        "model": one.model,
        "adapter": one.adapter,
        "seconds": round(one.seconds, 3),
        "saved_uid": saved_uid,
    }


def proposal(one: Proposal) -> dict[str, Any]:
    return {
        "number": one.number,
        "words": one.words,
        "trait": one.line.trait,
        "sentence": one.line.sentence,
        "scope": {"kind": one.scope.kind.value, "value": one.scope.value},
        "drafts": list(one.drafts),
    }


def adapter(one: Adapter) -> dict[str, Any]:
    """`scores`: the guided drafts' on the gate part; empty where the gate has not judged it."""
    return {
        "id": one.id,
        "created": one.created.isoformat(),
        "in_use": one.live,
        "base": one.base,
        "rules_made_by": one.family,
        "examples": one.examples,
        "final_loss": round(one.final_loss, 4),
        "scores": {name: round(score, 4) for name, score in one.scores.items()},
        "settings": one.settings,
    }


def message(one: StoredMessage) -> dict[str, Any]:
    return {
        "id": one.id,
        "message_id": one.mail.message_id,
        "date": one.mail.date.isoformat() if one.mail.date else None,
        "from": {"name": one.mail.sender.name, "email": one.mail.sender.email},
        "subject": one.mail.subject,
        "outgoing": one.outgoing,
        "text": one.mail.text,
    }


def seen(file: str, mail: ParsedMail) -> dict[str, Any]:
    """What `longhand text` tells of one message."""
    return {
        "file": file,
        "kind": mail.kind.value,
        "text": mail.text,
        "signature": mail.signature,
        "quoted": mail.quoted,
        "hidden": mail.hidden,
    }


def account(one: Account) -> dict[str, Any]:
    return {
        "id": one.id,
        "address": one.address,
        "name": one.name,
        "host": one.host,
        "port": one.port,
        "tls": one.tls,
        "user": one.user,
        "sign_in": one.sign_in,
        "own_authority": bool(one.authority),
    }


def looked(one: Looked) -> dict[str, Any]:
    """`found` is null where nothing was found."""
    found = one.found
    settings = found.settings if found else None
    return {
        "looked": [place.value for place in one.tried],
        "found": {
            "origin": found.origin.value,
            "source": found.source,
            "host": settings.host,
            "port": settings.port,
            "tls": settings.tls,
            "user": settings.user,
            "app_password": settings.app_password,
            "web_only": settings.web_only,
            "help": settings.help,
            "unproven": found.unproven,
        }
        if found and settings
        else None,
    }


def ledger(one: LedgerEntry) -> dict[str, Any]:
    return {
        "at": one.at.isoformat(),
        "host": one.host,
        "purpose": one.purpose,
        "bytes_out": one.bytes_out,
        "bytes_in": one.bytes_in,
    }


def fetched(one: Fetched) -> dict[str, Any]:
    return {
        "repo": one.repo,
        "file": one.file,
        "revision": one.revision,
        "sha256": one.sha256,
        "bytes": one.size,
        "licence": one.licence,
        "at": one.at.isoformat(),
    }
