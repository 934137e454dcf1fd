"""How reports get made: ingest, validate, render, publish. All file input and output is here."""

import os

# Matrices here are small: more threads than one only wait for one another, which doubles the CPU
# seconds of a value case. Set before numpy is imported; kernels inherit it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
