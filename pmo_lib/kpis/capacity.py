"""Capacity, its load, and the hours that reporting takes."""
