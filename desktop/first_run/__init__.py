"""What the window shows before there is mail, and the few questions that follow once."""
