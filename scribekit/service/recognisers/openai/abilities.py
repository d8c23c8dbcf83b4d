"""What an OpenAI-compatible server does with each option."""

from __future__ import annotations

from scribekit.service.recognisers.abilities import Abilities, Ability, Treatment, basic_abilities

_TOLD = Ability(Treatment.DONE, "they are told to the server as its `prompt`")

ABILITIES: Abilities = basic_abilities(
    "multichannel dual_channel audio_start_from audio_end_at format_text punctuate temperature language_detection", languages=None
) | {
    "prompt": _TOLD,
    "keyterms_prompt": _TOLD,
    "word_boost": _TOLD,
    "language_code": Ability(Treatment.DONE, "it is told to the server, without its region"),
    "speaker_labels": Ability(Treatment.MARKED, "the server does not tell speakers apart"),
}
