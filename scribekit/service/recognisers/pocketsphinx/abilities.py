"""What the embedded recogniser does with each option."""

from __future__ import annotations

from scribekit.base.options import base_language
from scribekit.service.recognisers.abilities import Abilities, abilities

ABILITIES: Abilities = abilities(
    done={
        "the transcript names the recogniser in `speech_model_used`": "speech_models speech_model",
        "a capital at the beginning of each sentence": "format_text",
        "a full stop at the end of each sentence": "punctuate",
        "a term may end with its pronunciation, as in `Kafka=K-AA-F-K-AH`": "keyterms_prompt word_boost",
        "no marks are made": "remove_audio_tags",
        "channels are transcribed separately, without turns": "dual_channel",
        "": "audio_url multichannel speaker_labels speakers_expected speaker_options audio_start_from audio_end_at webhook_url "
        "webhook_auth_header_name webhook_auth_header_value",
        "no effect at the service either": "speed_boost custom_topics topics",
    },
    marked={
        "it knows US English only": "language_detection language_detection_options language_confidence_threshold",
        "it is not controlled by a text": "prompt temperature domain",
        "key terms have one strength": "keyterms_prompt_options boost_param",
        "it does not change spellings": "custom_spelling",
        "fillers are left as they are heard": "disfluencies",
        "it does not measure how much of the audio is speech": "speech_threshold",
        "it only transcribes": "entity_detection sentiment_analysis auto_highlights iab_categories content_safety "
        "content_safety_confidence speech_understanding auto_chapters summarization summary_model summary_type",
    },
    refused={
        "it knows English only. Use whisper, or the service": "language_code language_codes",
        "it masks nothing": "redact_pii redact_pii_policies redact_pii_sub redact_pii_audio redact_pii_audio_quality "
        "redact_pii_audio_options redact_pii_return_unredacted redact_static_entities filter_profanity",
    },
    can={"language_code": lambda code: base_language(code) == "en"},
)
