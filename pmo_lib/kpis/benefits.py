"""Benefits KPIs: planned, realised, measured, and how soon."""
