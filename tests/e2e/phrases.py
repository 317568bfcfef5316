"""Lines that logs are made of here: what the small rules look for, and what they must leave alone."""

import random

START = "===== Application Startup at 2026-01-31 10:00:00 ====="
QUEUED = "===== Build Queued at 2026-01-31 09:00:00 / Commit SHA: 0a1b2c3 ====="
MISSING = "ModuleNotFoundError: No module named 'torch'"
CONFLICT = "ERROR: ResolutionImpossible: see above"
SERVES = "INFO:     Uvicorn running on http://0.0.0.0:7860 (Press CTRL+C to quit)"
HEALTHY = '10.16.1.2:40112 - "GET / HTTP/1.1" 200 OK'
MEMORY = "Memory limit exceeded (16Gi)"


def lines(*texts):
    return "".join(text + "\n" for text in texts)


def log(size, seed=1):
    """Lines that compress like a log's, at least `size` bytes, every tenth a hit."""
    draw = random.Random(seed)
    words = ["loading", "weights", "INFO", "request", "served", "in", "tokens", "batch", "of", "GPU", "cache"]
    rows = []
    length = 0
    while length < size:
        row = MISSING if len(rows) % 10 == 9 else " ".join(draw.choices(words, k=9)) + f" {draw.random()}"
        rows.append(row)
        length += len(row) + 1
    return lines(*rows)
