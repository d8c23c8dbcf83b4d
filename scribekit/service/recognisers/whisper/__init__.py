"""whisper: OpenAI's Whisper models by faster-whisper, on the processor or on a GPU. Only worker processes import ``faster_whisper``."""
