"""From what was measured to pages and packs."""
