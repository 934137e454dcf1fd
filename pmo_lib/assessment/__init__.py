"""Results judged: compared with the baseline, flagged, charted, safe to be shown."""
