"""Where sentences end, by language: a table of what people say, and that a point in it never breaks what belongs together."""

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scribekit.base.sentences import CLOSING, SENTENCE_ENDS, ends_sentence, is_inside, marks_of


def sentences(text, language=None):
    words = ["", *text.split(), ""]
    found = [[]]
    for before, word, following in zip(words, words[1:], words[2:], strict=False):
        found[-1].append(word)
        if ends_sentence(word, following, before=before, language=language):
            found.append([])
    return [" ".join(one) for one in found if one]


CASES = """
en | He joined the U.S. Army in May. | Then he left.
en | It was J. R. R. Tolkien who wrote it. | He was fifty.
en | We saw Smith vs. Jones. | It was No. 7 on Jan. 5th.
en | She has a Ph.D. from Yale. | Dr. Brooks agreed.
en | She has a Ph.D. | She is at Yale.
en | He lives in the U.S. | He likes it.
en | We met at 5 p.m. on Friday. | It rained at 6 p.m. | We left.
en | Apples, pears, etc. were sold by Smith Inc. in Gen. Lee's day.
en | See p. 7, fig. 3, e.g. the map, i.e. that one (cf. vol. 2).
en | I may. | You may not. | So do I. | John too. | J. I. Smith too.
en | St. Louis and Mt. Everest are approx. 5 ft. tall.
en | Well... maybe not. | Well... | We will see… | Yes.
en | Did you? | No. | I think not. | Yes.
en | Plan A. | Then we go. | I ate no. | 7 people did.
en | George W. Bush Jr. and John F. Kennedy met Lt. Col. O'Neil at Acme Corp. in D.C. on Sept. 11.
en | No. IV was better than No. 5.
de | Wir treffen uns am 3. Oktober. | Dann gehen wir, z. B. ins Kino.
de | Das ist d. h. der 2. Weltkrieg bzw. das 19. Jahrhundert. | Ja.
de | Es waren 35. | Dann kamen mehr. | Das war 1945. | Danach nicht.
de | Ludwig XIV. war König usw. und Nr. 7 der Liste, vgl. S. 12. | Er starb.
de | Am 3. 10. 1990 kam Dr. Kohl u. a. nach Berlin. | Es waren 5 Mio. Menschen da.
de_at | Das gilt i. d. R. auch am 1. Mai, lt. Abs. 3 ca. zum 10. Mal.
fr | M. Dupont et Mme. Petit, av. J.-C., p. ex. ici. | Oui. | M. Le Pen aussi.
es | El Sr. Pérez vive en EE. UU. desde hace años. | La Sra. Díaz p. ej. no.
es | El Dr. Ruiz vio a Ud. en la pág. 7. | Dije que no. | Él sí.
nl | Dhr. Jansen komt o.a. uit Gent, bijv. met de trein. | Mevr. De Vries niet.
it | Il sig. Rossi e il dott. Bianchi ecc. sono qui. | La sig.ra Verdi no.
pt | O Sr. Silva e a Dra. Costa, p. ex., vivem na Av. Brasil. | Sim.
ru | Это было в 1812 г. в Москве, т. е. давно. | А. С. Пушкин родился в 1799 г. | Он умер.
pl | To jest np. prof. Nowak, tzn. on, ul. Długa. | Tak, 3. maja.
sv | Vi ses t.ex. kl. 8 den 3 maj. | Bra.
da | Vi ses den 3. maj f.eks. kl. 8. | Godt.
nb | Vi ses den 17. mai f.eks. kl. 8. | Bra.
fi | Näemme 3. toukokuuta esim. klo 8. | Hyvä.
cs | Sejdeme se 3. května např. v 8 h. | Dobře.
hu | Május 3. napján pl. nyolckor dr. Nagy. | Jó.
tr | Bu 3. kitap, vb. şeyler, Dr. Kaya. | Evet.
el | Πώς είσαι; | Καλά.
hy | Սա մեկն է։ | Դա երկուսն է։
my | ဒါက တစ်ပါ။ | ဟိုဟာ နှစ်ပါ။
km | នេះគឺមួយ។ | នោះគឺពីរ។
bo | འདི་གཅིག་རེད། | དེ་གཉིས་རེད།
am | ይህ አንድ ነው። | ያ ሁለት ነው፧
hi | यह एक है। | वह दो हैं॥
ur | یہ ایک ہے۔ | وہ دو ہیں؟
zh | 好。 | 是吗？」 | 走了！
- | am 3. Oktober in the U.S. Army, z. B. with J. R. R. Tolkien, a Ph.D. student, vs. No. 7 of Jan. 5th.
- | Come on. | John, get out. | Tell me. | Bob did not. | Ann sat. | It is art. | Well. | OK. | Max.
- | यह एक है। | Սա մեկն է։ | នេះគឺមួយ។ | འདི་གཅིག་རེད། | 好。
xx-unknown | Dr. Brooks came. | He left.
"""
TABLE = [[part.strip() for part in line.split("|")] for line in CASES.strip().splitlines()]


@pytest.mark.parametrize(("language", "expected"), [(row[0], row[1:]) for row in TABLE])
def test_sentences_end_where_people_end_them(language, expected):
    assert sentences(" ".join(expected), None if language == "-" else language) == expected


@pytest.mark.parametrize("word", ["so.", "Why?", "said.”", "好。", "है।", "ہے۔", "Really‽", "I.", "“No!”)", "ö.", "wait…", "「行く。」"])
def test_words_that_end_a_sentence(word):
    assert ends_sentence(word)


@pytest.mark.parametrize("word", ["so", "so,", "Dr.", "“Mr.", "U.S.", "e.g.", "J.", "А.", "3.5", ""])
def test_words_that_end_no_sentence(word):
    assert not ends_sentence(word)


@given(st.text(max_size=6), st.text(st.sampled_from(CLOSING), max_size=3))
def test_quotes_and_brackets_do_not_decide_whether_a_sentence_ends(word, closing):
    assume(not is_inside(word))
    assert ends_sentence(word + closing) == ends_sentence(word)


ANY = st.text(max_size=8)
LANGUAGE = st.sampled_from([None, "", "en", "de_ch", "el", "xx", "zh", "en-GB", "hy"])


@given(ANY, ANY, ANY, LANGUAGE)
def test_only_a_mark_ends_a_sentence(word, following, before, language):
    if ends_sentence(word, following, before=before, language=language):
        assert word.rstrip(CLOSING)[-1] in marks_of(language)


@given(ANY.map(lambda text: text.replace(".", "")), st.sampled_from(SENTENCE_ENDS.replace(".", "").replace("…", "")), ANY, ANY, LANGUAGE)
def test_a_mark_other_than_a_point_always_ends_one(stem, mark, following, before, language):
    assert ends_sentence(stem + mark, following, before=before, language=language)


@given(
    st.lists(st.from_regex(r"[A-HJ-Z]\.", fullmatch=True), min_size=1, max_size=4),
    st.from_regex(r"[A-Z][a-z]{3,8}son", fullmatch=True),
    LANGUAGE,
)
def test_initials_belong_to_the_name(initials, name, language):
    words = [*initials, name]
    assert not any(ends_sentence(word, following, language=language) for word, following in pairwise(words))
