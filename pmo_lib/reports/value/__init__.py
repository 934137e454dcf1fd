"""The sections of the value case."""
