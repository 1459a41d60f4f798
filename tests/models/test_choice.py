"""Which model is taken when the user names none."""

import pytest

from svs.models import choice
from svs.models.installed import Model


@pytest.fixture
def models(monkeypatch, tmp_path):
    """Have a small, a middle and a large model."""
    found = [
        Model(name=name, folder=tmp_path / name, bytes=size, multilingual=True, verified="no", carried=False)
        for name, size in (("small", 100), ("middle", 400), ("large", 2000))
    ]
    monkeypatch.setattr(choice, "available", lambda: found)
    return found


@pytest.mark.parametrize(
    ("speeds", "name"),
    [
        ({}, "large"),
        ({"small": 30.0}, "large"),
        ({"small": 10.0}, "middle"),
        ({"small": 1.5}, "small"),
        ({"small": 0.5}, "small"),
        ({"small": 10.0, "middle": 0.9}, "small"),
        ({"small": 10.0, "large": 1.1}, "large"),
    ],
)
def test_the_largest_that_is_faster_than_real_time_is_taken(models, speeds, name):
    assert choice.best(speeds=speeds).name == name
