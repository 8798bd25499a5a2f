"""Sentences for people, used by the command line and the window alike; a module for each subject."""

from core.messages import drafts, learning, mail, models, rules, work

__all__ = ["drafts", "learning", "mail", "models", "rules", "work"]
