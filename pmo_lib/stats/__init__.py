"""Methods on plain numbers, which know nothing of projects."""
