import wave

import pytest
from openai_server import OpenAIServer


@pytest.fixture
def speech():
    """A speech server."""
    server = OpenAIServer()
    yield server
    server.close()


@pytest.fixture
def recording(tmp_path):
    """Writes a recording of silence."""

    def write(seconds=2.0, channels=1):
        path = tmp_path / "recording"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(channels)
            file.setsampwidth(2)
            file.setframerate(16_000)
            file.writeframes(bytes(2 * channels * round(16_000 * seconds)))
        return path

    return write
