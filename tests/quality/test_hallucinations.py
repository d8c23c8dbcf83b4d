import pytest

from scribekit.base.text import normalise
from scribekit.quality.hallucinations import hints_at_stock_phrase, is_other_script, is_stock_phrase


@pytest.mark.parametrize(
    ("text", "language", "is_other"),
    [
        ("Guten Tag", "ru", True),
        ("Добрый день, Mr. X", "ru", False),
        ("東京へ行きます", "ja", False),
        ("東京へ行きます", "en", True),
        ("안녕", "ko", False),
        ("Добрый день", None, False),
        ("Добрый день", "tlh", False),
        ("12 + 30", "el", False),
    ],
)
def test_the_script_of_a_language(text, language, is_other):
    assert is_other_script(text, language) is is_other


@pytest.mark.parametrize(
    "text",
    [
        "Thank you so much for watching!", "Thanks for listening.", "Please subscribe to our channel.", "Like-and-subscribe",
        "See you in the next video", "Subtitles by Amara.org", "Amara-Org", "Transcription by CastingWords", "Untertitel im Auftrag",
        "Untertitelung des ZDF", "Vielen Dank fürs Zuschauen!", "Sous-titres réalisés par", "Merci d'avoir regardé", "Subtítulos por",
        "Gracias por ver.", "Sottotitoli a cura", "Legendas pela comunidade", "Редактор субтитров", "Продолжение следует...",
        "ご視聴ありがとうございました", "请不吝点赞", "字幕由",
    ],
)  # fmt: skip
def test_every_stock_phrase_has_a_word_that_hints_at_it(text):
    assert is_stock_phrase(text)
    assert any(hints_at_stock_phrase(normalise(word)) for word in text.split())
