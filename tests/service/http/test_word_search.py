def test_word_search_finds_words_and_phrases_whatever_their_case(service):
    upload = service.upload(b'scripted:{"turns": [{"text": "New York, new ideas. I love New York!", "start_ms": 0, "end_ms": 4000}]}')
    done = service.transcribe(upload)
    body = service.http.get(f"/v2/transcript/{done['id']}/word-search", params={"words": "new york,love,absent"}).json()
    assert body["total_count"] == 3
    york, love = body["matches"]
    assert (york["text"], york["count"], york["indexes"]) == ("new york", 2, [0, 6])
    assert york["timestamps"][1] == [done["words"][6]["start"], done["words"][7]["end"]]
    assert love["indexes"] == [5]


def test_word_search_needs_short_phrases(service, talk):
    for words in ("", " , ", "one two three four five six"):
        assert service.http.get(f"/v2/transcript/{talk['id']}/word-search", params={"words": words}).status_code == 400
