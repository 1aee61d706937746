"""Requests over some connections at a time, and how long each took."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass
class Load:
    """What came of some requests."""

    statuses: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    ms: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def row(self) -> dict[str, float]:
        """Counts, rate and percentiles."""
        p50, p99 = np.percentile(self.ms, [50, 99])
        answered = sum(self.statuses.values())
        return {
            "answered": answered,
            "ok": self.statuses[200],
            "lost": self.lost,
            "per_s": answered / self.seconds,
            "p50_ms": float(p50),
            "p99_ms": float(p99),
        }


def load(port: int, bodies: list[bytes], n: int, connections: int) -> Load:
    """Send `n` requests of these bodies in turn, each connection one after the other."""
    found = Load()
    start = time.perf_counter()
    asyncio.run(_all(port, [_request(body) for body in bodies], n, connections, found))
    found.seconds = time.perf_counter() - start
    return found


def _request(body: bytes) -> bytes:
    head = "POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/png\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _all(port: int, sent: list[bytes], n: int, connections: int, found: Load) -> None:
    numbers = iter(range(n))
    await asyncio.gather(*[_connection(port, sent, numbers, found) for _ in range(connections)])


async def _connection(port: int, sent: list[bytes], numbers: Iterator[int], found: Load) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in numbers:
        start = time.perf_counter()
        try:
            writer.write(sent[number % len(sent)])
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            assert length is not None, head
            await reader.readexactly(int(length[1]))
        except (EOFError, OSError):
            found.lost += 1
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            continue
        found.ms.append(1e3 * (time.perf_counter() - start))
        found.statuses[int(head[9:12])] += 1
    writer.close()
    await writer.wait_closed()
