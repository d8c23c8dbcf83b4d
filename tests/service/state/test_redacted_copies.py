import io
import wave

import pytest

from scribekit.service.state.redacted_copies import PATH, VALID_S, RedactedCopies, silent_wav


def parts(address):
    name, _, query = address.removeprefix(PATH).partition("?")
    return name, query


@pytest.mark.parametrize("spoil", [lambda query: "", lambda query: query.replace("Signature=", "Signature=0"), lambda query: "Expires=9e9"])
def test_only_its_own_signatures_open_a_copy(spoil):
    copies = RedactedCopies()
    name, query = parts(copies.address("a", 0.0))
    assert copies.is_signed(name, query, 1.0)
    assert not copies.is_signed(name, spoil(query), 1.0)
    assert not RedactedCopies().is_signed(name, query, 1.0)
    assert not copies.is_signed(name, query, VALID_S + 1.0)


def test_a_copy_is_a_wav_file_of_the_recordings_length():
    with wave.open(io.BytesIO(b"".join(silent_wav(12.5)))) as file:
        assert (file.getnframes() / file.getframerate(), file.getnchannels()) == (12.5, 1)
        assert set(file.readframes(1000)) == {128}
