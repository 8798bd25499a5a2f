"""Replies: what waits for an answer, the thread, the draft, and the rules in use."""
