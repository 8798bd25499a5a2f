"""Learning: what runs, how it went, every adapter with its scores, and the blind test."""
