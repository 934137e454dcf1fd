"""What the tests of pmo_lib share: worked cases as data, reproducible examples of hypothesis."""

import hypothesis

hypothesis.settings.register_profile(
    "reproducible", deadline=None, derandomize=True, database=None, max_examples=40
)
hypothesis.settings.load_profile("reproducible")
