"""Secrets, and what leaves the machine: the keychain, the egress guard and ledger, children's environment."""
