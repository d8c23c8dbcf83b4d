"""What the scripted recogniser does with each option."""

from __future__ import annotations

from scribekit.service.recognisers.abilities import Abilities, abilities

ABILITIES: Abilities = abilities(
    done={
        "": "audio_url punctuate format_text multichannel speaker_labels speakers_expected speaker_options webhook_url "
        "webhook_auth_header_name webhook_auth_header_value",
        "the first one answers": "speech_models speech_model",
        "it comes back in the transcript; the words are English": "language_code",
        "it finds English, with a confidence of 0.99": "language_detection language_confidence_threshold",
        "all of the audio counts as speech": "speech_threshold",
        "the names, places, dates and numbers of its own sentences, and your own terms": "redact_pii redact_pii_policies redact_pii_sub "
        "redact_pii_return_unredacted redact_static_entities",
        "the words have none": "filter_profanity remove_audio_tags disfluencies",
        "no effect at the service either": "speed_boost custom_topics topics",
    },
    marked={
        "the words are invented": "keyterms_prompt keyterms_prompt_options prompt temperature domain word_boost boost_param "
        "custom_spelling language_codes language_detection_options entity_detection sentiment_analysis auto_highlights iab_categories "
        "content_safety content_safety_confidence speech_understanding auto_chapters summarization summary_model summary_type",
        "write `multichannel` instead": "dual_channel",
        "the whole audio has words": "audio_start_from audio_end_at",
        "the masked copy of the audio is silence": "redact_pii_audio redact_pii_audio_quality redact_pii_audio_options",
    },
    refused={},
)
