"""The languages as OpenAI's API names them. Pure."""

from __future__ import annotations

import re
from typing import Any

# Whisper's own names (openai/whisper, tokenizer.py), which its API and most servers answer.
_NAMES = """en english zh chinese de german es spanish ru russian ko korean fr french ja japanese pt portuguese tr turkish pl polish
    ca catalan nl dutch ar arabic sv swedish it italian id indonesian hi hindi fi finnish vi vietnamese he hebrew uk ukrainian el greek
    ms malay cs czech ro romanian da danish hu hungarian ta tamil no norwegian th thai ur urdu hr croatian bg bulgarian lt lithuanian
    la latin mi maori ml malayalam cy welsh sk slovak te telugu fa persian lv latvian bn bengali sr serbian az azerbaijani sl slovenian
    kn kannada et estonian mk macedonian br breton eu basque is icelandic hy armenian ne nepali mn mongolian bs bosnian kk kazakh
    sq albanian sw swahili gl galician mr marathi pa punjabi si sinhala km khmer sn shona yo yoruba so somali af afrikaans oc occitan
    ka georgian be belarusian tg tajik sd sindhi gu gujarati am amharic yi yiddish lo lao uz uzbek fo faroese ps pashto tk turkmen
    nn nynorsk mt maltese sa sanskrit lb luxembourgish my myanmar bo tibetan tl tagalog mg malagasy as assamese tt tatar haw hawaiian
    ln lingala ha hausa ba bashkir jw javanese su sundanese yue cantonese"""
_CODES = dict(zip(_NAMES.split()[1::2], _NAMES.split()[::2], strict=True)) | {"haitian creole": "ht"}
_CODE = re.compile(r"[a-z]{2,3}([_-][a-z]{2,4})?")


def language_code(said: Any) -> str | None:
    """Return the code of a language that a server says, by its name or its code; None for anything else.

    Example:
        >>> language_code("german"), language_code("en"), language_code("pt-BR"), language_code("klingon?")
        ('de', 'en', 'pt_br', None)
    """
    name = said.strip().lower() if isinstance(said, str) else ""
    code = _CODES.get(name) or (name if _CODE.fullmatch(name) else None)
    return None if code is None else code.replace("-", "_")
