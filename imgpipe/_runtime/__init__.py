"""How loops are compiled, kept and run: Numba's flags, the cache of code, threads, workers."""
