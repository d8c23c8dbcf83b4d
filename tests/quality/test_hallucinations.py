import unicodedata

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from scribekit.base.text import normalise, split_words
from scribekit.quality.hallucinations import hints_at_stock_phrase, is_other_script, is_stock_phrase, repeated


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
        ("Dobar dan, kako ste?", "sr", False),
        ("Добар дан, како сте?", "sr", False),
        ("Doviđenja, čekaću", "sr_latn", False),
        ("Salom, yaxshimisiz", "uz", False),
        ("Салом", "uz", False),
        ("Сәлем", "kk", False),
        ("سلام", "az", False),
        ("ਸਤ ਸ੍ਰੀ", "pa", False),
        ("پنجابی", "pa", False),
        ("Dobar dan", "mk", True),
        ("Добрый день", "hr", True),
        ("안녕", "sr", True),
        ("Ｈｅｌｌｏ", "en", False),
        ("ﾊﾝｶｸ", "ja", False),
        ("人々", "zh", False),
        ("নমস্কার", "bn", False),
        ("Hello there", "bn", True),
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
        "ご視聴ありがとうございました", "请不吝点赞", "字幕由", "amara.org", "Subtítulos realizados por la comunidad de Amara.org",
        "Untertitel der Amara.org-Community", "AMARA．ORG", "시청해주셔서 감사합니다.", "시청해 주셔서 감사합니다",
        "구독과 좋아요 부탁드려요",
        "한글자막 by 한효정", "자막 제공 및 광고", "다음 영상에서 만나요!", "MBC 뉴스 이덕영입니다.", "İzlediğiniz için teşekkür ederim.",
        "izlediğiniz için teşekkürler", "İZLEDİĞİNİZ İÇİN TEŞEKKÜR EDERİZ", "Altyazı M.K.", "Abone olmayı unutmayın!",
        "Bir sonraki videoda görüşmek üzere.", "Dziękuję za uwagę.", "Dziękuję za oglądanie!", "Dzięki za obejrzenie",
        "Napisy stworzone przez społeczność Amara.org", "Do zobaczenia w następnym filmie.", "Subskrybuj kanał", "Bedankt voor het kijken!",
        "Ondertitels ingediend door de Amara.org gemeenschap", "TV GELDERLAND 2021", "Vergeet niet te abonneren",
        "Sottotitoli e revisione a cura di QTSS", "Sous-titrage ST' 501", "Sous-titrage Société Radio-Canada", "Субтитры сделал DimaTorzok",
        "Спасибо за просмотр!", "ご清聴ありがとうございました", "請不吝點讚", "谢谢观看", "字幕志愿者 杨茜茜", "Obrigado por assistir!",
    ],
)  # fmt: skip
def test_every_stock_phrase_has_a_word_that_hints_at_it(text):
    assert is_stock_phrase(text)
    assert any(hints_at_stock_phrase(normalise(word)) for word in split_words(text))
    assert is_stock_phrase(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(
    "text",
    [
        "Ich danke Amara sehr.",
        "Dziękuję za pomoc.",
        "Bedankt voor het eten.",
        "감사합니다.",
        "Teşekkür ederim.",
        "뉴스 봤어요?",
        "Abone oldum.",
        "谢谢。",
    ],
)
def test_what_people_say_is_no_stock_phrase(text):
    assert not is_stock_phrase(text)


def found(*spoken):
    """Whether each word is part of a loop; the texts are recordings."""
    words = [(number, word) for number, text in enumerate(spoken) for word in text.split()]
    written, forms = pd.factorize(np.array([word for _, word in words], dtype=object))
    return repeated(pd.Series([number for number, _ in words]), written, [normalise(form) for form in forms]).tolist()


SEVEN = "I will see you in the morning"


@pytest.mark.parametrize(
    ("text", "is_loop"),
    [
        ("no no no", False),
        ("no no no no", True),
        ("No, no. NO! no?", True),
        ("no — no ... no , no", True),
        ("thank you. Thank you, thank you! thank you…", True),
        ("don't don’t don't don’t", True),
        (f"{SEVEN} {SEVEN}", False),
        (f"{SEVEN}. {SEVEN}, {SEVEN}!", True),
        (" ".join([f"{SEVEN} and then we go to the river again, as ever"] * 3), True),
        (" ".join([str(number) for number in range(150)] * 3), True),
        (f"{SEVEN} {SEVEN} {SEVEN.replace('morning', 'evening')}", False),
    ],
)
def test_a_loop_has_any_length_and_any_punctuation(text, is_loop):
    assert set(found(text)) == {is_loop}


def test_a_loop_ends_with_its_recording():
    assert not any(found("no no", "no no"))
    assert found("so it goes", "a no no no no b") == [False] * 4 + [True] * 4 + [False]


@given(st.lists(st.sampled_from(["a", "b", "a,", "B.", "…"]), max_size=60))
def test_loops_are_those_that_a_plain_search_finds(words):
    spoken = [(place, normalise(word)) for place, word in enumerate(words) if normalise(word)]
    expected = [False] * len(words)
    for period in range(1, len(spoken) // 3 + 1):
        length = period * (4 if period < 7 else 3)
        for start in range(len(spoken) - length + 1):
            run = [form for _, form in spoken[start : start + length]]
            if run[period:] == run[:-period]:
                for place in range(spoken[start][0], spoken[start + length - 1][0] + 1):
                    expected[place] = True
    assert found(" ".join(words)) == expected
