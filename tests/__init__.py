"""Longhand's tests: unit, integration, desktop, and the benchmarks."""
