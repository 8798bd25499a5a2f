"""The embedded models: their weights, and the recipe that trains them."""
