"""Arms, metrics, and the gate a new adapter has to pass."""
