"""For each rule about options: combinations that break it, and combinations that keep it."""

TRANSLATION = {"request": {"translation": {"target_languages": ["es"]}}}


def understanding(**tasks):
    return {"speech_understanding": {"request": tasks}}


def speakers_by(**asked):
    return understanding(speaker_identification=asked)


PII = {"redact_pii": True, "redact_pii_policies": ["person_name"]}
NEW, OLD = ["assemblyai-stt-3-7"], ["universal-2"]
SUMMARY = {"summarization": True, "summary_model": "informative", "summary_type": "bullets"}

EXAMPLES = {
    "speech_models is not empty": ([{"speech_models": []}], [{"speech_models": ["a-model-of-next-year"]}]),
    "language_code excludes detection": (
        [{"language_code": "fr", "language_detection": True}],
        [{"language_code": "fr"}, {"language_detection": True}, {"language_code": "fr", "language_detection": False}],
    ),
    "no detection needs language_code": ([{"language_detection": False}], [{"language_code": "en", "language_detection": False}]),
    "language_confidence_threshold needs detection": (
        [{"language_confidence_threshold": 0.5, "language_code": "fr"}],
        [{"language_confidence_threshold": 0.5, "language_detection": True}, {"language_confidence_threshold": 0.5}],
    ),
    "fallback_language is expected": (
        [{"language_detection_options": {"expected_languages": ["en", "es"], "fallback_language": "fr"}}],
        [
            {"language_detection_options": {"expected_languages": ["en", "es"], "fallback_language": "es"}},
            {"language_detection_options": {"expected_languages": ["en"], "fallback_language": "auto"}},
            {"language_detection_options": {"fallback_language": "fr"}},
        ],
    ),
    "localization has one locale a language": (
        [
            {"language_detection_options": {"localization": ["en_us"]}},
            {"language_detection_options": {"localization": ["en"]}},
            {"language_detection_options": {"localization": ["en_au", "en_uk"]}},
        ],
        [{"language_detection_options": {"localization": ["en_au"]}}],
    ),
    "language_codes has en": ([{"language_codes": ["es", "fr"]}], [{"language_codes": ["en", "es"]}]),
    "language_codes has two": ([{"language_codes": ["en", "es", "fr"]}], [{"language_codes": ["es", "en"]}]),
    "languages of disfluencies": ([{"disfluencies": True, "language_code": "fr"}], [{"disfluencies": True, "language_code": "en_us"}]),
    "languages of filter_profanity": (
        [{"filter_profanity": True, "language_code": "fi"}],
        [{"filter_profanity": True, "language_code": "ja"}],
    ),
    "languages of sentiment_analysis": (
        [{"sentiment_analysis": True, "language_code": "fr"}],
        [{"sentiment_analysis": True, "language_code": "en_uk"}, {"sentiment_analysis": True, "language_detection": True}],
    ),
    "languages of auto_highlights": (
        [{"auto_highlights": True, "language_code": "de"}],
        [{"auto_highlights": True, "language_code": "en"}],
    ),
    "languages of content_safety": ([{"content_safety": True, "language_code": "hi"}], [{"content_safety": True, "language_code": "pt"}]),
    "speaker_labels needs punctuate": ([{"speaker_labels": True, "punctuate": False}], [{"speaker_labels": True, "punctuate": True}]),
    "speakers_expected needs speaker_labels": ([{"speakers_expected": 2}], [{"speakers_expected": 2, "speaker_labels": True}]),
    "speaker_options needs speaker_labels": (
        [{"speaker_options": {"min_speakers_expected": 2}}],
        [{"speaker_options": {"min_speakers_expected": 2}, "speaker_labels": True}],
    ),
    "speaker_options excludes speakers_expected": (
        [{"speaker_labels": True, "speakers_expected": 2, "speaker_options": {"max_speakers_expected": 3}}],
        [{"speaker_labels": True, "speaker_options": {"max_speakers_expected": 3}}],
    ),
    "speaker_options is in order": (
        [{"speaker_labels": True, "speaker_options": {"min_speakers_expected": 4, "max_speakers_expected": 3}}],
        [{"speaker_labels": True, "speaker_options": {"min_speakers_expected": 3, "max_speakers_expected": 3}}],
    ),
    "sentiment_analysis needs punctuate": ([{"sentiment_analysis": True, "punctuate": False}], [{"sentiment_analysis": True}]),
    "auto_chapters needs punctuate": ([{"auto_chapters": True, "punctuate": False}], [{"auto_chapters": True}]),
    "auto_chapters excludes summarization": ([{"auto_chapters": True, **SUMMARY}], [SUMMARY]),
    "summarization needs punctuate": ([{**SUMMARY, "punctuate": False}], [SUMMARY]),
    "summarization needs format_text": ([{**SUMMARY, "format_text": False}], [{**SUMMARY, "format_text": True}]),
    "summary_model needs summary_type": ([{"summarization": True, "summary_model": "informative"}], [SUMMARY]),
    "summary_type needs summary_model": ([{"summarization": True, "summary_type": "bullets"}], [{"summarization": True}]),
    "summary_type goes with summary_model": (
        [
            {"summarization": True, "summary_model": "catchy", "summary_type": "bullets"},
            {"summarization": True, "summary_model": "informative", "summary_type": "gist"},
        ],
        [
            {"summarization": True, "summary_model": "catchy", "summary_type": "gist"},
            {"summarization": True, "summary_model": "conversational", "summary_type": "headline"},
        ],
    ),
    "redact_pii needs format_text": ([{**PII, "format_text": False}], [PII]),
    "redact_pii needs redact_pii_policies": ([{"redact_pii": True}, {"redact_pii": True, "redact_pii_policies": []}], [PII]),
    "redact_pii_audio needs redact_pii": ([{"redact_pii_audio": True}], [{**PII, "redact_pii_audio": True}]),
    "redact_pii_audio_options.return_redacted_no_speech_audio needs redact_pii_audio": (
        [{**PII, "redact_pii_audio_options": {"return_redacted_no_speech_audio": True}}],
        [{**PII, "redact_pii_audio": True, "redact_pii_audio_options": {"return_redacted_no_speech_audio": True}}],
    ),
    "redact_pii_return_unredacted needs redact_pii": (
        [{"redact_pii_return_unredacted": True}],
        [{**PII, "redact_pii_return_unredacted": True}],
    ),
    "redact_static_entities needs redact_pii": (
        [{"redact_static_entities": {"PROJECT": ["Kestrel"]}}],
        [{**PII, "redact_static_entities": {"PROJECT": ["Kestrel"]}}],
    ),
    "limits of redact_static_entities": (
        [
            {**PII, "redact_static_entities": {"a/b": ["Kestrel"]}},
            {**PII, "redact_static_entities": {"a": ["x" * 201]}},
            {**PII, "redact_static_entities": {"a": ["x"] * 201}},
            {**PII, "redact_static_entities": {f"a{number}": ["x"] for number in range(101)}},
            {**PII, "redact_static_entities": {"a": "Kestrel"}},
        ],
        [{**PII, "redact_static_entities": {"A b-c_1": ["x" * 200] * 200}}],
    ),
    "content_safety_confidence needs content_safety": (
        [{"content_safety_confidence": 60}],
        [{"content_safety_confidence": 60, "content_safety": True}],
    ),
    "keyterms_prompt has 1000 terms": (
        [{"keyterms_prompt": ["term"] * 1001, "speech_models": NEW}],
        [{"keyterms_prompt": ["term"] * 1000, "speech_models": NEW}],
    ),
    "keyterms_prompt has 200 terms for universal-2": (
        [{"keyterms_prompt": ["term"] * 201, "speech_models": OLD}, {"keyterms_prompt": ["term"] * 201, "speech_models": NEW + OLD}],
        [{"keyterms_prompt": ["term"] * 200, "speech_models": OLD}, {"keyterms_prompt": ["term"] * 201, "speech_models": NEW}],
    ),
    "keyterms_prompt has 1000 words": (
        [{"keyterms_prompt": ["two words"] * 501, "speech_models": NEW}],
        [{"keyterms_prompt": ["two words"] * 500, "speech_models": NEW}],
    ),
    "keyterms_prompt has terms of 6 words": (
        [{"keyterms_prompt": ["one two three four five six seven"]}],
        [{"keyterms_prompt": ["one two three four five six"]}, {"keyterms_prompt": ["Kestrel"], "prompt": "A talk.", "speech_models": NEW}],
    ),
    "prompt has 1500 words": ([{"prompt": "word " * 1501, "speech_models": NEW}], [{"prompt": "word " * 1500, "speech_models": NEW}]),
    "limits of custom_spelling": (
        [
            {"custom_spelling": [{"from": ["lisbon"], "to": "two words"}]},
            {"custom_spelling": [{"from": ["one two three four five six"], "to": "Lisboa"}]},
        ],
        [{"custom_spelling": [{"from": ["lis bon", "lisbon"], "to": "Lisboa"}]}],
    ),
    "word_boost is ASCII": ([{"word_boost": ["ok", "🇸🇬"], "speech_models": OLD}], [{"word_boost": ["ok"], "speech_models": OLD}]),
    "word_boost has 1000 words": (
        [{"word_boost": ["a"] * 1001, "speech_models": OLD}],
        [{"word_boost": ["a"] * 1000, "speech_models": OLD}],
    ),
    "speech_understanding has a request": (
        [{"speech_understanding": {"request": {}}}, {"speech_understanding": {}}],
        [understanding(action_items={})],
    ),
    "speech_understanding.request.translation.match_original_utterance needs speaker_labels": (
        [understanding(translation={"target_languages": ["es"], "match_original_utterance": True})],
        [
            {**understanding(translation={"target_languages": ["es"], "match_original_utterance": True}), "speaker_labels": True},
            {"speech_understanding": TRANSLATION},
        ],
    ),
    "speech_understanding.request.speaker_identification needs speaker_labels": (
        [speakers_by(speaker_type="name")],
        [{**speakers_by(speaker_type="name", known_values=["Ana"]), "speaker_labels": True}],
    ),
    "speech_understanding.request.translation needs target_languages": (
        [understanding(translation={"formal": True})],
        [{"speech_understanding": TRANSLATION}],
    ),
    "speech_understanding.request.summarization needs summary_type": (
        [understanding(summarization={"effort": "low"})],
        [understanding(summarization={"summary_type": "bullets"})],
    ),
    "speech_understanding.request.speaker_identification needs speaker_type": (
        [{**speakers_by(known_values=["Ana"]), "speaker_labels": True}],
        [{**speakers_by(speaker_type="name"), "speaker_labels": True}],
    ),
    "speaker roles have names": (
        [{**speakers_by(speaker_type="role"), "speaker_labels": True}],
        [
            {**speakers_by(speaker_type="role", known_values=["Agent"]), "speaker_labels": True},
            {**speakers_by(speaker_type="role", speakers=[{"role": "Agent"}]), "speaker_labels": True},
        ],
    ),
    "known_values excludes speakers": (
        [{**speakers_by(speaker_type="name", known_values=["Ana"], speakers=[{"name": "Ana"}]), "speaker_labels": True}],
        [{**speakers_by(speaker_type="name", speakers=[{"name": "Ana"}]), "speaker_labels": True}],
    ),
    "known_values are short": (
        [{**speakers_by(speaker_type="name", known_values=["x" * 36]), "speaker_labels": True}],
        [{**speakers_by(speaker_type="name", known_values=["x" * 35]), "speaker_labels": True}],
    ),
    "webhook_auth_header_name needs webhook_auth_header_value": (
        [{"webhook_url": "http://127.0.0.1:9/", "webhook_auth_header_name": "x-key"}],
        [{"webhook_url": "http://127.0.0.1:9/", "webhook_auth_header_name": "x-key", "webhook_auth_header_value": "v"}],
    ),
    "webhook_auth_header_value needs webhook_auth_header_name": (
        [{"webhook_url": "http://127.0.0.1:9/", "webhook_auth_header_value": "v"}],
        [{"webhook_url": "http://127.0.0.1:9/"}],
    ),
    "webhook_auth_header_name needs webhook_url": (
        [{"webhook_auth_header_name": "x-key", "webhook_auth_header_value": "v"}],
        [{"webhook_url": "http://127.0.0.1:9/", "webhook_auth_header_name": "x-key", "webhook_auth_header_value": "v"}],
    ),
    "range of language_confidence_threshold": ([{"language_confidence_threshold": 1.5}], [{"language_confidence_threshold": 0}]),
    "range of speakers_expected": ([{"speaker_labels": True, "speakers_expected": 0}], [{"speaker_labels": True, "speakers_expected": 1}]),
    "range of temperature": ([{"temperature": 1.01, "speech_models": NEW}], [{"temperature": 1, "speech_models": NEW}]),
    "range of audio_start_from": ([{"audio_start_from": -1}], [{"audio_start_from": 0}]),
    "range of audio_end_at": ([{"audio_end_at": -1}], [{"audio_end_at": 60_000}]),
    "range of speech_threshold": ([{"speech_threshold": -0.1}], [{"speech_threshold": 0.5}]),
    "range of content_safety_confidence": (
        [{"content_safety": True, "content_safety_confidence": 24}],
        [{"content_safety": True, "content_safety_confidence": 25}],
    ),
    "models of prompt": ([{"prompt": "A talk.", "speech_models": OLD}], [{"prompt": "A talk.", "speech_models": NEW + OLD}]),
    "models of temperature": ([{"temperature": 0.5, "speech_models": OLD}], [{"temperature": 0.5, "speech_models": NEW}]),
    "models of remove_audio_tags": (
        [{"remove_audio_tags": "all", "speech_models": OLD}],
        [{"remove_audio_tags": "speaker", "speech_models": NEW}],
    ),
    "models of auto_chapters": ([{"auto_chapters": True, "speech_models": NEW}], [{"auto_chapters": True, "speech_models": NEW + OLD}]),
    "models of summarization": ([{**SUMMARY, "speech_models": NEW}], [{**SUMMARY, "speech_models": OLD}]),
    "models of summary_model": ([{**SUMMARY, "summarization": None, "speech_models": NEW}], [{**SUMMARY, "speech_models": OLD}]),
    "models of summary_type": ([{**SUMMARY, "summarization": None, "speech_models": NEW}], [{**SUMMARY, "speech_models": OLD}]),
    "models of word_boost": ([{"word_boost": ["ok"], "speech_models": NEW}], [{"word_boost": ["ok"], "speech_models": OLD}]),
}
"""Name of the rule → wrong combinations and right ones."""
