import resource
import subprocess
import sys
import textwrap

import pyarrow as pa
import pytest

from scribekit.base.text_columns import plain, repeated

LONG = "x" * 5_000_000


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
@pytest.mark.parametrize("texts", [["a", None, "b"], ["a", None, LONG]], ids=["short", "one long"])
def test_texts_are_repeated(texts, kind):
    positions = [0, 1, None, 2] + [0] * 100_000
    found = repeated(pa.array(texts, kind), pa.array(positions))
    assert found.type == kind
    assert found.to_pylist() == [None if at is None else texts[at] for at in positions]


def test_no_texts_have_no_positions():
    assert repeated(pa.array([], pa.string()), pa.array([], pa.int64())).to_pylist() == []


@pytest.mark.parametrize("texts", [["a", None, "b", "a"], ["a", None, LONG, *["a"] * 100_000]], ids=["short", "one long"])
def test_a_dictionary_becomes_plain(texts):
    column = pa.chunked_array([pa.array(texts).dictionary_encode(), pa.array(texts[:1]).dictionary_encode()])
    assert plain(column).to_pylist() == [*texts, texts[0]]


CAREFUL = """
    import resource
    import pyarrow as pa
    from scribekit.base.text_columns import repeated
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    texts = pa.array(["a"] * 13 + ["x" * 5_000_000])
    assert len(repeated(texts, pa.array([0] * 1_000_000))) == 1_000_000
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_AS"), reason="the system bounds no memory")
def test_no_more_memory_is_asked_for_than_the_result_has():
    """Arrow by itself asks for 357 GB."""
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(CAREFUL)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
