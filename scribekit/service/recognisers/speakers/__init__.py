"""Who speaks when, by voices: windows of speech as vectors, which are clustered. The recogniser says where there is speech."""
