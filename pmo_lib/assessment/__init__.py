"""Results judged: compared with the baseline, safe to be shown, judged, charted."""
