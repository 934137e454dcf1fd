"""What the tables say at a date, before anything is estimated."""
