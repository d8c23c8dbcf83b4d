"""whisper: OpenAI's Whisper models by faster-whisper, on the processor or on a GPU. It imports ``faster_whisper`` only in worker processes."""
