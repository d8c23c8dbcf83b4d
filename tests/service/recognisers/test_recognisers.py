import pytest

from scribekit.service import recognisers


def test_every_public_name_is_there():
    assert dir(recognisers) == sorted(recognisers.__all__)
    assert all(getattr(recognisers, name) is not None for name in recognisers.__all__)


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Pond'"):
        _ = recognisers.Pond
