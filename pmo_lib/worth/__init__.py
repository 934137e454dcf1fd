"""What the effect is worth in money."""
