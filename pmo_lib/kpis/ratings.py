"""How far status ratings can be trusted."""
