import pytest


@pytest.fixture(scope="session")
def talk(service):
    """A completed transcript of two speakers."""
    return service.transcribe("http://files.example/talk.mp3?duration=240&speakers=2", speaker_labels=True)
