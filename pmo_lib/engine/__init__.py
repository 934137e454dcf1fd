"""From tables to results: what a KPI is observed on, and what that comes to."""
