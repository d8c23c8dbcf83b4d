import pandas as pd
import pytest

from scribekit.base.errors import OptionError
from scribekit.base.names import names_of


@pytest.mark.parametrize(
    "value", [["a", "b"], ("a", "b"), pd.Series(["a", "b"]), pd.Index(["a", "b"]), (name for name in "ab"), {"a": 1, "b": 2}]
)
def test_any_list_of_names_is_read(value):
    assert names_of(value, "recordings") == ["a", "b"]


def test_a_text_is_one_name_and_none_is_no_name():
    assert (names_of("universal-2", "models"), names_of(None, "models")) == (["universal-2"], [])


@pytest.mark.parametrize("value", [3, [1, "a"], [None], {1: "a"}, b"a", [["a"]], object()])
def test_anything_else_is_refused_with_the_arguments_name(value):
    with pytest.raises(OptionError, match="recordings= takes a name or a list of names"):
        names_of(value, "recordings")
