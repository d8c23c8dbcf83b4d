"""What Whisper does with each option."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from scribekit.base.options import base_language
from scribekit.service.recognisers.abilities import Abilities, abilities

ENGLISH = "en"


def of_languages(languages: Set[str]) -> Abilities:
    """Return the abilities of a model.

    Args:
        languages: The codes of the languages that it knows, without regions.
    """
    is_known = base_language
    only_english = languages == {ENGLISH}
    known = "English only" if only_english else "other languages only"
    detection = "language_detection language_confidence_threshold language_detection_options"
    return abilities(
        done={
            "the transcript names the model in `speech_model_used`": "speech_models speech_model",
            "words have capitals and figures as the model writes them": "format_text",
            "the model writes punctuation": "punctuate",
            "they are told to the model before each part": "keyterms_prompt word_boost prompt",
            "the first temperature that it decodes with": "temperature",
            "no marks are made": "remove_audio_tags",
            "channels are transcribed separately, without turns": "dual_channel",
            "": "audio_url multichannel speaker_labels speakers_expected speaker_options audio_start_from audio_end_at webhook_url "
            "webhook_auth_header_name webhook_auth_header_value" + ("" if only_english else f" {detection}"),
            "no effect at the service either": "speed_boost custom_topics topics",
        },
        marked={
            "key terms have one strength": "keyterms_prompt_options boost_param",
            "it does not change spellings": "custom_spelling",
            "it leaves most fillers out": "disfluencies",
            "it knows no special fields": "domain",
            "it does not measure how much of the audio is speech": "speech_threshold",
            "it transcribes, and translates into English": "speech_understanding",
            "it only transcribes": "entity_detection sentiment_analysis auto_highlights iab_categories content_safety "
            "content_safety_confidence auto_chapters summarization summary_model summary_type",
            **({"it knows English only": detection} if only_english else {}),
        },
        refused={
            "it masks nothing": "redact_pii redact_pii_policies redact_pii_sub redact_pii_audio redact_pii_audio_quality "
            "redact_pii_audio_options redact_pii_return_unredacted redact_static_entities filter_profanity",
            f"the model knows {known}": "language_code",
            "a recording has one language": "language_codes",
        },
        can={
            "language_code": lambda code: is_known(code) in languages,
            "speech_understanding": lambda asked: not only_english and translates_only_into_english(asked),
        },
    )


def translates_only_into_english(asked: Any) -> bool:
    """Return whether ``speech_understanding`` asks for a translation into English and for nothing else."""
    request = asked.get("request") if isinstance(asked, dict) else None
    if not isinstance(request, dict) or set(request) != {"translation"} or not isinstance(request["translation"], dict):
        return False
    translation = request["translation"]
    return translation.get("target_languages") == [ENGLISH] and not translation.get("match_original_utterance")
