"""What the PMO costs and returns."""
