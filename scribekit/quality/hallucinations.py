"""Hallucinated text: loops, stock phrases from subtitles, and letters of a script that the language is not written in. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scribekit.base.text import is_unspaced, join_words, tokens

REPEATS = 4  # times in a row; an excited speaker may say one word 3 times
LONG_LOOP_WORDS, LONG_LOOP_REPEATS = 7, 3  # nobody says a whole sentence 3 times in a row, word by word
LONGEST_LOOP_WORDS = 200
OTHER_SCRIPT_SHARE = 0.5

# A part of one word of each phrase (one character, where words may be single characters), and the phrase in normalised words.
# The part finds the few sentences that are worth matching.
_STOCK_PHRASES = (
    ("amara", r"amara org"),
    ("watching|listening", r"thank(?:s| you) (?:so much )?for (?:watching|listening)"),
    ("subscribe", r"(?:please )?subscribe to (?:my|our|the) channel|like and subscribe"),
    ("next", r"see you in the next (?:video|one)"),
    ("subtitles", r"subtitles by"),
    ("castingwords", r"transcript(?:ion)? by castingwords"),
    ("untertitel", r"untertitel(?:ung)? (?:im auftrag|von|der|des zdf)"),
    ("zuschauen", r"(?:vielen )?dank (?:fürs|für das) zuschauen"),
    ("titr", r"sous titr(?:es|age) (?:réalisés? par|fait par|st|société|radio)"),
    ("regardé", r"merci d'avoir regardé"),
    ("subtítulos", r"subtítulos (?:realizados )?por"),
    ("gracias", r"gracias por ver"),
    ("suscríb", r"suscríb(?:ete|anse) (?:al|a mi|a nuestro) canal"),
    ("sottotitoli", r"sottotitoli (?:e revisione )?(?:creati|a cura)"),
    ("guardato", r"grazie per (?:aver|la vostra) (?:guardato|visione)"),
    ("legendas", r"legendas (?:pela comunidade|por)"),
    ("assistir", r"obrigad[oa] por assistir(?:em)?"),
    ("kijken|luisteren", r"bedankt voor (?:het|uw|jullie) (?:kijken|luisteren)"),
    ("ondertitel", r"ondertitel(?:s|d|ing) (?:ingediend |gemaakt )?(?:door|van)"),
    ("gelderland", r"tv gelderland(?: \d+)?"),
    ("abonneren", r"vergeet niet (?:om )?te abonneren"),
    ("ogląd|obejrz|uwagę", r"dzięk(?:i|uję|ujemy) (?:bardzo )?za (?:oglądanie|obejrzenie|uwagę)"),
    ("napisy", r"napisy (?:stworzone|wykonane|przygotowane) przez"),
    ("subskryb", r"(?:za)?subskryb(?:uj|ujcie|owania)(?: (?:mój|nasz))? kana(?:ł|łu)"),
    ("zobaczenia", r"do zobaczenia w (?:następnym|kolejnym) (?:filmie|odcinku)"),
    ("izlediğiniz|dinlediğiniz", r"(?:izlediğiniz|dinlediğiniz) için (?:çok )?teşekkür(?:ler| ederi[mz])"),
    ("altyaz", r"altyazi (?:m ?k|çeviri)"),
    ("abone", r"abone olmayi (?:ve beğenmeyi )?unutmayin(?:iz)?|kanalimiza abone olun"),
    ("videoda", r"bir sonraki videoda görüş(?:mek üzere|ürüz)"),
    ("시청", r"시청 ?해 ?주(?:셔서|신) (?:\w+ )?감사(?:합니다|드립니다|해요)?"),
    ("구독", r"구독(?:과|,| 및)? ?좋아요"),
    ("자막", r"(?:한글 ?)?자막 (?:by|제공|제작)"),
    ("영상", r"다음 ?(?:영상|시간)에서? (?:만나요|뵙겠습니다|뵐게요)"),
    ("뉴스", r"(?:mbc|kbs|sbs|ytn) ?뉴스 \w+입니다"),
    ("субтитр", r"(?:редактор субтитров|субтитры (?:сделал|создавал|создал|подогнал)\w*)"),
    ("следует", r"продолжение следует"),
    ("просмотр|перегляд", r"(?:спасибо за просмотр|дякую за перегляд)"),
    (
        "teksting|undertexter|tekster|titulky|svensktextning",
        r"teksting av|undertexter (?:från|av)|danske tekster af|titulky vytvořil|svensktextning",
    ),
)
_UNSPACED_STOCK_PHRASES = (
    ("聴", "ご(?:視|清)聴(?:いただき|頂き)?ありがとうござい(?:ました|ます)"),
    ("登", "チャンネル登録(?:を)?(?:お願い|よろしく)"),
    ("吝", "[请請]不吝[点點][赞讚贊]"),
    ("幕", "字幕由|字幕[志誌][愿願]者"),
    ("看", "[谢謝感][谢謝][观觀收]看"),
)
_PHRASE = re.compile(
    rf"\b(?:{'|'.join(phrase for _, phrase in _STOCK_PHRASES)})\b|{'|'.join(phrase for _, phrase in _UNSPACED_STOCK_PHRASES)}"
)
_HINTS = re.compile("|".join(hint for hint, _ in (*_STOCK_PHRASES, *_UNSPACED_STOCK_PHRASES)))
STOCK_PHRASE_WORDS, STOCK_PHRASE_CHARACTERS = 15, 45  # in a longer sentence the phrase is part of real speech

# The scripts that each language is usually written in.
_LANGUAGES = {
    "LATIN": "en de fr es it pt nl sv da no nb nn fi pl cs sk sl hr tr ro hu id vi af sq eu br ca et fo gl ht haw is jw jv la lv ln lb mg"
    " mt mi oc sn so su sw tl fil cy yo ga eo",
    "CYRILLIC": "ru uk bg be mk ba",
    "CYRILLIC LATIN": "sr sh bs cnr uz tt tk mo",
    "CYRILLIC LATIN ARABIC": "az kk ky",
    "CYRILLIC MONGOLIAN": "mn",
    "CYRILLIC ARABIC": "tg",
    "LATIN ARABIC": "ku ha ms ug",
    "GREEK": "el",
    "ARABIC": "ar fa ur ps",
    "ARABIC DEVANAGARI": "sd ks",
    "GURMUKHI ARABIC": "pa",
    "HEBREW": "he iw",
    "HEBREW LATIN": "yi ji",
    "DEVANAGARI": "hi mr ne sa",
    "BENGALI": "bn as",
    "GUJARATI": "gu",
    "TAMIL": "ta",
    "TELUGU": "te",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "SINHALA": "si",
    "THAI": "th",
    "LAO": "lo",
    "MYANMAR": "my",
    "KHMER": "km",
    "TIBETAN": "bo",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "ETHIOPIC": "am ti",
    "HANGUL CJK": "ko",
    "CJK BOPOMOFO": "zh yue",
    "KANA CJK": "ja",
}
_SCRIPTS_OF = {language: frozenset(scripts.split()) for scripts, languages in _LANGUAGES.items() for language in languages.split()}
_SAME_SCRIPT = {"HIRAGANA": "KANA", "KATAKANA": "KANA", "IDEOGRAPHIC": "CJK"}
_ANY_SCRIPT = "MODIFIER"


def repeated(recordings: pd.Series[Any], written: npt.NDArray[np.intp], plain: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return whether each word is part of a loop: a run of words that occurs several times in a row in a recording.

    A run of 1 to 6 words occurs at least four times, one of 7 to 200 words at least three times. Case and punctuation are ignored.

    Args:
        recordings: The recording of each word; the words of one follow each other.
        written: The form of each word, as a position in ``plain``.
        plain: The normalised forms; an empty one is punctuation only.

    Example:
        >>> plain = ["no", "", "yes"]
        >>> repeated(pd.Series(["a"] * 6), np.array([0, 0, 1, 0, 0, 2]), plain).tolist()
        [True, True, True, True, True, False]
    """
    forms = pd.factorize(np.array(plain, dtype=object))[0]
    is_spoken = np.array([form != "" for form in plain], dtype=bool)[written]
    spoken = np.flatnonzero(is_spoken)
    codes = (pd.factorize(recordings)[0] * len(plain) + forms[written])[spoken]
    is_repeated = np.zeros(len(written), dtype=bool)
    for period in range(1, LONGEST_LOOP_WORDS + 1):
        repeats = REPEATS if period < LONG_LOOP_WORDS else LONG_LOOP_REPEATS
        if not _may_loop(codes, period):
            continue
        same = codes[period:] == codes[:-period]
        edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(np.int8)))
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if end - start >= period * (repeats - 1):
                is_repeated[spoken[start] : spoken[end + period - 1] + 1] = True
    return is_repeated


def _may_loop(codes: npt.NDArray[np.int64], period: int) -> bool:
    """Return whether a loop of that many words is possible. It looks at every ``period``-th word first: few corpora have any loop."""
    sampled = codes[::period]
    is_same = sampled[1:] == sampled[:-1]
    places = np.flatnonzero(is_same[1:] & is_same[:-1]) * period  # three occurrences contain three samples in a row
    for step in range(1, period):
        if not len(places):
            return False
        places = places[codes[places + step] == codes[places + step + period]]
    return len(places) > 0


def hints_at_stock_phrase(plain: str) -> bool:
    """Return whether a sentence with this normalised word may be a stock phrase. A sentence without any such word is not one.

    Example:
        >>> hints_at_stock_phrase("watching"), hints_at_stock_phrase("waiting")
        (True, False)
    """
    return bool(_HINTS.search(plain))


def is_stock_phrase(text: str) -> bool:
    """Return whether a sentence is short and contains a phrase that recognisers learnt from subtitles and produce when nobody speaks.

    Short means at most 15 words, or 45 characters in scripts that are written without spaces; spaces in such scripts are ignored.

    Example:
        >>> is_stock_phrase("Thanks for watching!"), is_stock_phrase("Thank you for waiting."), is_stock_phrase("请 不 吝 点赞")
        (True, False, True)
    """
    words = tokens(text)
    longest = STOCK_PHRASE_CHARACTERS if is_unspaced(text) else STOCK_PHRASE_WORDS
    return len(words) <= longest and bool(_PHRASE.search(join_words(words)))


def is_other_script(text: str, language: Any) -> bool:
    """Return whether most letters are of scripts that the language is not usually written in; False for languages not listed here.

    Example:
        >>> is_other_script("Продолжение следует", "en_us"), is_other_script("Café in Köln", "en"), is_other_script("Dobar dan", "sr")
        (True, False, False)
    """
    expected = _SCRIPTS_OF.get(str(language).lower().replace("_", "-").partition("-")[0])
    if expected is None or ("LATIN" in expected and text.isascii()):
        return False
    scripts = Counter(_script(letter) for letter in unicodedata.normalize("NFKC", text) if letter.isalpha())
    del scripts[_ANY_SCRIPT]
    own = sum(scripts[script] for script in expected)
    return scripts.total() > 0 and 1 - own / scripts.total() > OTHER_SCRIPT_SHARE


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "UNKNOWN").split()[0].split("-")[0]
    return _SAME_SCRIPT.get(name, name)
