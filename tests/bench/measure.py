"""Ratios of two things measured in turn, so that a machine that slows down slows both."""

import http.client
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 5


@dataclass(frozen=True)
class Ratio:
    """`ours` and `other` are medians in one unit; `ratio` is the median of the ratios round by round."""

    ours: float
    other: float
    ratio: float
    low: float
    high: float

    def show(self, what: str, unit: str) -> None:
        """One line of the table that `make bench` prints."""
        figures = f"{self.ours:10.3f} against {self.other:10.3f} {unit:<10}"
        print(f"    {what:<64} {figures} ratio {self.ratio:5.2f}  ({self.low:.2f}–{self.high:.2f})")


def in_turn(ours: Callable[[], float], other: Callable[[], float], *, rounds: int = ROUNDS) -> Ratio:
    """Measure both in turn, after one round that is not counted."""
    ours(), other()
    pairs = [(ours(), other()) for _ in range(rounds)]
    ratios = sorted(first / second for first, second in pairs)
    return Ratio(
        ours=statistics.median(first for first, _ in pairs),
        other=statistics.median(second for _, second in pairs),
        ratio=statistics.median(ratios),
        low=ratios[0],
        high=ratios[-1],
    )


def seconds(action: Callable[[], object]) -> Callable[[], float]:
    """The time of one call, in seconds."""

    def timed() -> float:
        begin = time.perf_counter()
        action()
        return time.perf_counter() - begin

    return timed


@dataclass(frozen=True)
class Page:
    """An address on this machine, asked with a session's cookie."""

    port: int
    path: str
    cookie: str = ""

    def fetch(self) -> bytes:
        """One request on a connection of its own, as gunicorn's plain workers serve it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", self.path, headers={"Cookie": self.cookie, "Accept-Encoding": "identity"})
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        if response.status != http.client.OK:
            raise RuntimeError(f"{self.path} answered {response.status}")
        return body

    def requests_per_second(self, *, connections: int = 16, seconds: float = 3.0) -> float:
        """Ask over and over on so many connections at once; every answer must be a success."""
        done = [0] * connections
        errors: list[Exception] = []
        stop_at = time.perf_counter() + seconds

        def ask(place: int) -> None:
            try:
                while time.perf_counter() < stop_at:
                    self.fetch()
                    done[place] += 1
            except Exception as error:  # noqa: BLE001  # handed to the caller below
                errors.append(error)

        begin = time.perf_counter()
        threads = [threading.Thread(target=ask, args=(place,)) for place in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]
        return sum(done) / (time.perf_counter() - begin)
