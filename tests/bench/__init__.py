"""Benchmarks, one module each: python -m tests.bench [NAME...]."""
