"""The sections of the benchmark report."""
