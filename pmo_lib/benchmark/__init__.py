"""Others beside us: published figures, peers, and the reference class."""
