"""The KPIs of the catalogue, one module a family."""
