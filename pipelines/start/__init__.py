"""pmo start: a PMO defined, designed and delivered as data, by a few questions."""
