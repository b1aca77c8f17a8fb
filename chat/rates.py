"""How much somebody may ask for: token buckets, alone or one for each key, in this process.

A bucket holds `burst` tokens and fills at `per_s`. Full buckets say nothing and are forgotten now and then.
"""

from collections.abc import Callable, Hashable
from functools import partial
from time import monotonic

MANY = 1024

Clock = Callable[[], float]


class Bucket:
    __slots__ = ("_at_s", "_burst", "_clock", "_per_s", "_tokens")

    def __init__(self, per_s: float, burst: float, clock: Clock = monotonic) -> None:
        self._per_s = per_s
        self._burst = burst
        self._clock = clock
        self._tokens = burst
        self._at_s = clock()

    def take(self, cost: float = 1) -> float:
        """Takes `cost` tokens and returns 0, or takes none and returns the seconds until there are enough."""
        self._fill()
        if self._tokens < cost:
            return (cost - self._tokens) / self._per_s
        self._tokens -= cost
        return 0.0

    def is_full(self) -> bool:
        self._fill()
        return self._tokens >= self._burst

    def _fill(self) -> None:
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._at_s) * self._per_s)
        self._at_s = now


class Rates:
    def __init__(self, per_s: float, burst: float, clock: Clock = monotonic) -> None:
        self._make: Callable[[], Bucket] = partial(Bucket, per_s, burst, clock)
        self._buckets: dict[Hashable, Bucket] = {}
        self._many = MANY

    def take(self, key: Hashable, cost: float = 1) -> float:
        """`Bucket.take` of this key's bucket."""
        if len(self._buckets) > self._many:
            self._forget_full()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = self._make()
        return bucket.take(cost)

    def __len__(self) -> int:
        return len(self._buckets)

    def _forget_full(self) -> None:
        self._buckets = {key: bucket for key, bucket in self._buckets.items() if not bucket.is_full()}
        self._many = max(MANY, 2 * len(self._buckets))
