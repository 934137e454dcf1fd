"""From files to typed rows: encodings, readers, parsing."""
