"""Starts processes for ``benchmarks.deploy`` and says what each cost.

Linux counts the memory of the process that starts another as the other's peak, so this one stays
small: run with ``python -I -S``. It reads a line of JSON for each wish and answers with one.
"""

import json
import os
import sys
import time

_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC

for line in sys.stdin:
    wish = json.loads(line)
    files = [(os.POSIX_SPAWN_OPEN, i, wish[name], _WRITE, 0o600)
             for i, name in ((1, "stdout"), (2, "stderr"))]  # fmt: skip
    start = time.perf_counter()
    pid = os.posix_spawn(wish["command"][0], wish["command"], wish["environ"], file_actions=files)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    cost = {
        "status": os.waitstatus_to_exitcode(status),
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "wall_s": wall,
        "peak_mb": usage.ru_maxrss * 1024 / 1e6,
    }
    print(json.dumps(cost), flush=True)
