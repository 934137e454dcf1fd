"""How reports get made: ingest, validate, render, publish. All file input and output is here."""
