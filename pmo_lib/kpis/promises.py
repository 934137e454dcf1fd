"""Whether promises to customers have gone through the whole value lifecycle."""
