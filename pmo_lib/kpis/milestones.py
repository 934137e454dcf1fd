"""Milestone KPIs."""
