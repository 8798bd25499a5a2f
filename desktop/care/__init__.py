"""What is looked after now and then: models, accounts, privacy, and what this program is."""
