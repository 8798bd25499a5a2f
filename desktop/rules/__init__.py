"""Style rules: the rule book, what bears each rule out, and what edits speak for."""
