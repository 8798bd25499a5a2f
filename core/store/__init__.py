"""The encrypted profile: database, paths, lock, settings, one repository class per kind of thing."""
