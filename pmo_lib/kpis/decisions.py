"""How long decisions take, and what becomes of demands."""
