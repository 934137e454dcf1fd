"""How services are used: occasions, channels, promises kept."""
