"""Fictional people, their mailboxes, and the IMAP server that serves them on loopback."""
