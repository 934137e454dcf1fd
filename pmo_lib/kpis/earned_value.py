"""Earned-value KPIs of projects in flight."""
