"""One reply: its context, its rules, its text, and what in it needs checking."""
