"""The paper: briefs, rules, examples, training, adapters, the rule book, measured style."""
