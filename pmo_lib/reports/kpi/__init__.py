"""The sections of the KPI report."""
