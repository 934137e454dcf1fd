"""What was measured for a month and a baseline: every figure that pages, CSV and API show."""
