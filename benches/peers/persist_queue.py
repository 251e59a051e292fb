"""Puts messages into persist-queue's SQLite queue, each of them durable before the next.

Usage: persist_queue.py FOLDER MESSAGE_FILE. Each line of standard input is a number of messages; the answer
is a line with the seconds that it took.
"""

import sys
import time

import persistqueue

folder, message_file = sys.argv[1:]
with open(message_file, "rb") as file:
    message = file.read()
queue = persistqueue.SQLiteQueue(folder, auto_commit=True)
for connection in (queue._putter, queue._getter):
    assert connection.execute("PRAGMA journal_mode=WAL").fetchone()[0] == "wal"
    connection.execute("PRAGMA synchronous=FULL")
assert queue._putter.execute("PRAGMA synchronous").fetchone()[0] == 2
print("ready", flush=True)
for line in sys.stdin:
    begun = time.perf_counter()
    for _ in range(int(line)):
        queue.put(message)
    print(time.perf_counter() - begun, flush=True)
