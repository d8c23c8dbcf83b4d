"""Reads audio files; the only place of the service that uses FFmpeg (through PyAV).

`media` decodes a recording to samples, `probing` only finds its length and channels, and `media_type` says what a file without audio is.
"""
