"""Longhand without a window: everything but Qt."""
