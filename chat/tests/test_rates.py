import pytest

from chat.rates import MANY, Bucket, Rates


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_bucket_gives_its_burst_at_once_and_then_its_rate(clock: Clock) -> None:
    bucket = Bucket(per_s=2, burst=3, clock=clock)
    assert [bucket.take() for _ in range(3)] == [0, 0, 0]
    assert bucket.take() == pytest.approx(0.5)
    clock.now += 0.5
    assert bucket.take() == 0
    assert bucket.take() == pytest.approx(0.5)


def test_a_refusal_takes_nothing(clock: Clock) -> None:
    bucket = Bucket(per_s=1, burst=2, clock=clock)
    assert bucket.take(5) == pytest.approx(3)
    assert bucket.take(2) == 0


def test_a_bucket_never_holds_more_than_its_burst(clock: Clock) -> None:
    bucket = Bucket(per_s=1, burst=2, clock=clock)
    clock.now += 1000
    assert bucket.take(2) == 0
    assert bucket.take() == pytest.approx(1)


def test_every_key_has_its_own_bucket(clock: Clock) -> None:
    rates = Rates(per_s=1, burst=1, clock=clock)
    assert rates.take("alice") == 0
    assert rates.take("bob") == 0
    assert rates.take("alice") > 0


def test_who_asks_no_more_is_forgotten(clock: Clock) -> None:
    rates = Rates(per_s=1, burst=2, clock=clock)
    for key in range(MANY + 1):
        rates.take(key)
    clock.now += 10
    rates.take("alice", 2)
    rates.take("bob")
    assert len(rates) == 2
    assert rates.take("alice") > 0
