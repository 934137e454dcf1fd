"""Methods for causal effects, blind to PMOs."""
