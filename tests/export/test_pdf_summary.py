"""The printed summary: everything of the record is on it, in both languages, on two pages."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any

import pypdf
import pytest

from observation.core.format import clock
from observation.core.judgements import CONFLICT, NOT_SEEN, SEEN
from observation.core.records import Record
from observation.core.review import STATES, content_events
from observation.export.answers import shown_answers
from observation.export.json import lead_seconds
from observation.export.pdf.behaviours import said
from observation.export.pdf.summary import observation_summary
from observation.export.pdf.words import Words
from observation.language import translator
from tests.export.conftest import long_session, record_of, two_leaders, unfinished, wordy
from tests.recorder import INSTRUMENT, Recorder, person
from tests.samples import records

LANGUAGES = ("nl", "en")
SAMPLES = tuple(records())
EVERY = pytest.mark.parametrize(
    ("label", "language"), [(label, language) for label in SAMPLES for language in LANGUAGES]
)


@cache
def printed(label: str, language: str) -> bytes:
    return observation_summary(records()[label], language)


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages]


def bare(text: str) -> str:
    return "".join(text.split())


def text_of(record: Record, language: str = "en") -> str:
    return " ".join(" ".join(pages(observation_summary(record, language))).split())


@EVERY
def test_an_ordinary_session_is_two_pages(label: str, language: str) -> None:
    assert len(pages(printed(label, language))) == 2


@EVERY
def test_everything_of_the_record_is_on_the_sheet(label: str, language: str) -> None:
    record = records()[label]
    whole = bare("".join(pages(printed(label, language))))
    # An answer may run on over a page, so it is looked for line by line.
    missing = [text for text in _content(record, language) if bare(text) not in whole]
    assert missing == []


def _content(record: Record, language: str) -> Iterator[str]:
    observation, instrument = record.observation, record.instrument
    for answer in shown_answers(record, language):
        yield answer.question.name[language]
        for text in answer.texts:
            yield from text.splitlines()
    for note in observation.notes:
        yield note.content.value.text
    for each in observation.people:
        yield each.person
        if each.present and each.there < observation.end:
            yield from (f"{clock(s.start)}–{clock(s.end)}" for s in each.spells)
    for counter, number in observation.board.items():
        yield f"{instrument.counter(counter).name[language]} {number}"
    for item in (*instrument.header, *instrument.groups):
        yield item.name[language]
    for indicator in instrument.indicators:
        lines = said(Words(record, language), indicator)
        blank = all(line.state == "blank" for line in lines)
        yield (indicator.short if blank else indicator.name)[language]
    for slot in observation.header.values():
        yield from slot.values
    for seconds in lead_seconds(observation)["people"].values():
        yield clock(seconds * 1000)
    for question in instrument.afterwards:
        if question.id in observation.answers and question.kind == "text":
            yield observation.answers[question.id].value.text
    yield from (record.stamp, instrument.version, instrument.digest[:8], instrument.title[language])
    yield translator(language)("Pseudonyms; no judgement of persons.")
    yield translator(language)("leads from %(seconds)s s") % {"seconds": instrument.leading_seconds}


@EVERY
def test_every_page_bears_the_label_and_its_number(label: str, language: str) -> None:
    for number, page in enumerate(pages(printed(label, language)), 1):
        foot = page.splitlines()[-1]
        values = {"page": number, "pages": 2}
        assert foot.endswith(translator(language)("page %(page)s of %(pages)s") % values)
        assert foot.startswith(label)


def _reviewed(steps: str) -> Recorder:
    recorder = Recorder()
    recorder.begin(person("T1"))
    recorder.add(900, "observation-ended")
    for number, step in enumerate(steps.split()):
        when = 1000 + number
        if step == "change":
            recorder.add(when, "answer-given", question="other", text="stil", because="vergeten")
        elif step == "ask":
            recorder.add(when, "issue-raised", question="lead", text="Wie leidde na 10:00?")
        else:
            number_of = content_events(recorder.fold().log)
            recorder.add(when, f"observation-{step}", events=number_of)
    return recorder


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ("", "draft"),
        ("finished", "finished"),
        ("finished ask", "has-issues"),
        ("finished approved", "approved"),
        ("finished change", "edited"),
        ("finished approved change", "edited"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_print_bears_the_state_of_review(steps: str, state: str, language: str) -> None:
    observation = _reviewed(steps).fold()
    assert observation.review.state == state
    first = pages(observation_summary(record_of(observation), language))[0].splitlines()
    title = INSTRUMENT.title[language]
    assert first[0] == f"A-01 {title} {translator(language)(STATES[state])}"
    edited = translator(language)("Edited.")
    assert any(edited in line for line in first) == (state == "edited")


@pytest.mark.parametrize("make", [two_leaders, long_session, unfinished])
def test_the_same_record_gives_the_same_bytes(make: Any) -> None:
    assert observation_summary(make(), "nl") == observation_summary(make(), "nl")


@EVERY
def test_fonts_are_embedded_and_no_other_is_named(label: str, language: str) -> None:
    reader = pypdf.PdfReader(BytesIO(printed(label, language)))
    fonts = [f.get_object() for page in reader.pages for f in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        assert "/FontFile2" in font["/FontDescriptor"].get_object()
        assert "/ToUnicode" in font
    assert b"Helvetica" not in printed(label, language)


def test_the_file_says_what_it_is() -> None:
    reader = pypdf.PdfReader(BytesIO(printed("A-01", "nl")))
    assert reader.metadata is not None
    assert reader.metadata.title == "A-01 · Observatieschema bordsessies"
    catalogue = reader.trailer["/Root"]
    assert catalogue["/Lang"] == "nl"
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    titles = [item["/Title"] for item in reader.outline]
    assert titles[:3] == ["Tijdlijn", "Schema", "Leiderschap"]


def test_no_text_is_smaller_than_eight_points_and_the_answers_are_ten() -> None:
    record = records()["A-01"]
    sizes: dict[str, float] = {}
    for page in pypdf.PdfReader(BytesIO(printed("A-01", "nl"))).pages:
        page.extract_text(visitor_text=lambda t, _c, _t, _f, size: sizes.update({t.strip(): size}))
    assert min(size for text, size in sizes.items() if text) >= 8
    answers = [line for a in shown_answers(record, "nl") for line in a.texts[0].splitlines()]
    found = [size for text, size in sizes.items() for line in answers if line and line == text]
    assert found
    assert set(found) == {10.0}


def test_long_answers_and_notes_flow_on_without_loss() -> None:
    answer = " ".join(f"a{number}" for number in range(3500))
    note = " ".join(f"n{number}" for number in range(15_000))
    assert len(answer) > 20_000 - 1000
    assert len(note) > 100_000 - 20_000
    content = observation_summary(wordy(answer, note), "nl")
    found = " ".join(pages(content)).split()
    assert [word for word in found if word[0] == "a" and word[1:].isdigit()] == answer.split()
    assert [word for word in found if word[0] == "n" and word[1:].isdigit()] == note.split()
    assert "Wat doen de leraren?" in " ".join(pages(content)[2].split())  # asked again on each page


def test_a_note_is_left_out_only_when_it_stands_in_an_answer_with_its_time() -> None:
    tablet = Recorder()
    tablet.begin(person("T1"))
    tablet.add(60, "note-written", text="ok", kind="seen", tags=["teachers"])
    tablet.add(70, "note-written", text="ja", kind="seen", tags=["coach"])
    tablet.add(80, "answer-given", question="teachers", text="ook ok, maar zonder tijd")
    tablet.add(900, "observation-ended")
    text = text_of(record_of(tablet.fold()))
    assert "01:00 ok teachers" in text
    assert "01:10 ja coach" not in text
    assert "word for word in the answers above: 1" in text


def test_a_note_from_after_the_end_says_so() -> None:
    tablet = Recorder()
    tablet.begin(person("T1"))
    tablet.add(900, "observation-ended")
    tablet.add(960, "note-written", text="nog iets", kind="impression", tags=[])
    assert "16:00 my impression: nog iets (after the end)" in text_of(record_of(tablet.fold()))


def test_drafts_conflicts_and_gaps_say_so_in_words() -> None:
    text = text_of(two_leaders())
    for words in (
        "draft",
        "Draft from the log, not taken over",
        "Texts that contradict each other; all are shown. 1 de ander 2 de een",
        "The version of the instrument of this observation is not known here.",
        "Several values stand beside each other: Place.",
        "aula / lokaal 3",
        "nobody leads 02:30–03:20 00:50 5%",
        "not recorded 05:00–09:00 04:00 26%",
        "teachers 04:15 28%",
        "Interruption: bel 11:40 00:25",
        "contradiction seen 12:15",
        "seen remembered afterwards (T2) · when finishing",
        "the log says: looked for, not seen",
        "Team sets goals (also under Facilitating)",
        "not evidence What was said in the corridor afterwards? dit was na afloop",
        "never-asked van een ander schema",
        "my impression: een notitie T1",
        "mark terugkijken",
        "T9 (was not expected; ill)",
        "The clock was changed: 00:00 counted, -00:15 by its clock.",
        "This corrects or takes back an entry that is not in the record (yet).",
    ):
        assert words in text, words


def test_a_behaviour_of_two_codes_stands_under_both_and_says_so() -> None:
    text = text_of(records()["D-02"])
    for group in ("Facilitating", "Stimulating"):
        assert f"(same behaviour under {group}, counted once) seen 05:10" in text


def test_leaders_who_differ_are_told_apart_and_those_who_agree_are_not() -> None:
    record = two_leaders()
    words = Words(record, "en")
    actors = {i.code: [j.actor for j in said(words, i)] for i in INSTRUMENT.indicators}
    assert actors["intervening.informs"] == ["L1", "L2"]
    assert actors["facilitating.asks-needs"] == ["leadership"]
    assert actors["stimulating.not-leading"] == ["L1", "L2"]
    states = [
        judgement.state for judgement in said(words, INSTRUMENT.indicator("learning.feedback"))
    ]
    assert states == [CONFLICT]


def test_no_sighting_and_no_state_of_a_judgement_is_dropped() -> None:
    for record in (two_leaders(), long_session(), *records().values()):
        words = Words(record, "en")
        for indicator in INSTRUMENT.indicators:
            own = [j for j in record.observation.judgements if j.code == indicator.code]
            told = said(words, indicator)
            assert {s.event for j in told for s in j.sightings} == {
                s.event for j in own for s in j.sightings
            }
            assert {SEEN, NOT_SEEN} & {j.state for j in told} == {SEEN, NOT_SEEN} & {
                j.state for j in own
            }


def test_an_unfinished_session_and_one_from_paper_say_so() -> None:
    going_on = text_of(unfinished())
    assert "The session has not been ended." in going_on
    assert "The session was already under way." in going_on
    assert "01:40 so far" in going_on
    assert "Typed in from paper." in text_of(long_session())
    assert "Typed in from paper." not in text_of(records()["A-01"])


def test_a_record_of_which_only_a_part_arrived_is_printed() -> None:
    tablet = Recorder()
    tablet.add(5, "note-written", text="los", kind="seen", tags=[])
    text = text_of(record_of(tablet.fold()))
    assert "The beginning of this record has not arrived yet." in text
    assert "los" in text


def test_dates_are_prose() -> None:
    assert "dinsdag 13 maart 2018" in text_of(records()["A-01"], "nl")
    assert "Tuesday 13 March 2018" in text_of(records()["A-01"], "en")
