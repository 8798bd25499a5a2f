"""Models that write: the catalogue, the local and the cloud one, and every prompt."""
