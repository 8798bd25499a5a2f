"""Whether there is a newer Longhand: asked where the user wants it, told with a link, never installed."""
