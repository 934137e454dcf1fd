"""What a KPI is: declarations, statistics, populations and the catalogue."""
