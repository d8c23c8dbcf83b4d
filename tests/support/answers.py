"""A payload of the service's newer answers: translations, summaries, action items, warnings, texts without masks."""

import json

TURNS = [("A", "We met ###### on the bridge.", "Wir trafen Maria auf der Brücke.", 0), ("B", "Send the plan.", "Schick den Plan.", 4000)]
SECRET = "Maria"
"""What only the texts without masks have."""


def words(text, start, speaker):
    return [
        {"text": word, "start": start + 400 * place, "end": start + 400 * place + 300, "confidence": 0.9, "speaker": speaker}
        for place, word in enumerate(text.split())
    ]


def turn(speaker, text, start, **more):
    listed = words(text, start, speaker)
    times = {"start": start, "end": listed[-1]["end"], "confidence": 0.9}
    return {"text": text, **times, "speaker": speaker, "words": listed, **more}


def payload(transcript_id="t-one", **more):
    """A transcript with every answer."""
    german = [german.replace(SECRET, "######") for *_, german, _ in TURNS]
    turns = [
        turn(speaker, text, start, translated_texts={"de": translated, "zh-Hant": "送計劃。"})
        for (speaker, text, _, start), translated in zip(TURNS, german, strict=True)
    ]
    plain = [turn(speaker, text.replace("######", SECRET), start) for speaker, text, _, start in TURNS]
    return {
        "id": transcript_id,
        "status": "completed",
        "text": " ".join(one["text"] for one in turns),
        "words": [word for one in turns for word in one["words"]],
        "utterances": turns,
        "audio_duration": 60,
        "speech_model_used": "universal-2",
        "language_code": "en_us",
        "domain": "medical-v1",
        "metadata": {"warnings": [{"message": "Skipped a domain"}, {"message": "Fell back"}], "domain_used": "medical-v2"},
        "translated_texts": {"de": " ".join(german), "fr": "Nous l'avons vue sur le pont. Envoie le plan."},
        "speech_understanding": {
            "request": {"translation": {"target_languages": ["de"]}},
            "response": {
                "translation": {"status": "success"},
                "speaker_identification": {"status": "partly", "mapping": {"A": "Ana", "B": "Bo"}},
                "custom_formatting": {
                    "status": "formatted",
                    "mapping": {"5/3": "03.05.2026"},
                    "formatted_text": "We met on 03.05.2026.",
                    "formatted_utterances": [{"speaker": "A", "text": "On 03.05."}],
                },
                "summarization": {
                    "status": "summarised",
                    "summary_type": "bullets",
                    "effort": "medium",
                    "summary": [{"start": 0, "end": 5000, "headline": "A meeting", "bullets": ["They met.", "A plan is due."]}],
                    "block_summary": "All of it.",
                },
                "action_items": {
                    "status": "found",
                    "effort": "low",
                    "items": [{"action_item": "Send the *plan*", "quote": "Send the plan.", "timestamp": 4000}],
                    "decisions": [{"decision": "Build a bridge"}],
                },
                "task_of_next_year": {"error": {"code": 17, "is_final": False}},
            },
        },
        "unredacted_text": " ".join(one["text"] for one in plain),
        "unredacted_words": [word for one in plain for word in one["words"]],
        "unredacted_utterances": plain,
        **more,
    }


def body(transcript_id="t-one", **more):
    return json.dumps(payload(transcript_id, **more)).encode()
