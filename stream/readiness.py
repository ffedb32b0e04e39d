"""What a driver waits for that was started before the engines it needs. Each wait has an end and says what it was for."""

import socket
import time

LOOK_EVERY_S = 0.25


class NotReady(Exception):
    """Something that the driver needs did not come within its time."""


def until_open(address, patience_s):
    """Waits until somebody accepts connections at `host:port`: a client of Spark's that is refused sleeps for 20 s."""
    host, port = address.rsplit(":", 1)
    return _until(f"listener at {address}", patience_s, OSError, lambda: _accepts(host, int(port)))


def until_set_up(store, patience_s):
    """Waits until the lab has a pipeline, whichever: before that, setup has not made tables and topics."""
    return _until("pipeline, which setup makes,", patience_s, Exception, store.read_heads)


def _until(what, patience_s, passing, look):
    ends_s = time.monotonic() + patience_s
    while True:
        last = None
        try:
            found = look()
            if found:
                return found
        except passing as error:  # noqa: BLE001 - it is told when the time is over
            last = error
        if time.monotonic() > ends_s:
            raise NotReady(f"there was no {what} within {patience_s} s (last look: {last!r})") from last
        time.sleep(LOOK_EVERY_S)


def _accepts(host, port):
    with socket.create_connection((host, port), timeout=2):
        return True
