"""The shipped schedule is the thesis's to the letter, and a bad file is refused by its place."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, is_dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observation.core import instrument as module
from observation.core.errors import Refused
from observation.core.instrument import (
    TILE_LENGTH,
    CounterEvidence,
    Instrument,
    Item,
    Text,
)
from observation.core.instrument_file import read_instrument

FILE = Path(module.__file__).parents[1] / "instruments" / "appendix-4.toml"
SHIPPED = FILE.read_bytes()
APPENDIX_4 = read_instrument(SHIPPED)

# A released file never changes: make a new file instead of a new digest.
DIGEST = "ca5cf7209434866c282d790e40a9c2f0409b6a6903b4a89ace5d40b721a7fade"

QUESTIONS = [
    ("present", "Wie zijn aanwezig bij de bordsessie? (schoolleiding, coach, leraren)"),
    ("topics", "Waar hebben ze het over?"),
    ("course", "Hoe verloopt de bordsessie? Hoe is de sessie opgebouwd?"),
    ("lead", "Wie neemt de leiding over de bordsessie?"),
    ("leader", "Wat doet de schoolleider?"),
    ("styles", "Welke vormen van leiderschap zijn zichtbaar (zie theoretisch kader)?"),
    ("coach", "Wat doet de coach?"),
    ("teachers", "Wat doen de leraren?"),
    ("interaction", "Wat gebeurt er tussen schoolleiding en leraren?"),
    (
        "collaboration",
        "Waaruit blijkt professionele samenwerking tussen leraren? "
        "(kennisdeling, samenwerken, feedback geven, klasbezoeken, etc.)",
    ),
    ("other", "Wat valt nog meer op?"),
]

SESSION, EITHER, OUTSIDE = "session", "session-or-elsewhere", "outside"
INDICATORS = [
    ("stimulating.present", SESSION, "Schoolleiding is aanwezig bij bordsessies"),
    ("stimulating.not-leading", SESSION, "Schoolleiding leidt de bordsessies niet"),
    ("stimulating.walks-round", OUTSIDE, "Schoolleiding doet vaak een rondje door de school"),
    (
        "stimulating.teachers-set-goals",
        SESSION,
        "De leerkrachten bedenken de acties en doelen van het bord",
    ),
    (
        "facilitating.asks-needs",
        EITHER,
        "De schoolleiding vraagt aan de leerkrachten wat ze nodig hebben qua middelen",
    ),
    (
        "facilitating.teachers-set-goals",
        SESSION,
        "De leerkrachten bedenken de doelen en acties van de bordsessies",
    ),
    (
        "facilitating.visit-schedule",
        EITHER,
        "De schoolleiding maakt een schema voor de lesbezoeken",
    ),
    ("connecting.composes-units", OUTSIDE, "De schoolleider stelt de units samen"),
    (
        "connecting.team-building",
        OUTSIDE,
        "De schoolleider zorgt voor teambuilding, bijvoorbeeld door middel van een bedrijfsuitje",
    ),
    (
        "intervening.leads",
        SESSION,
        "Schoolleiding leidt de bordsessies of geeft punten mee om te bespreken",
    ),
    ("intervening.sets-goals", SESSION, "Schoolleiding bedenkt doelen en acties"),
    (
        "intervening.intervenes",
        EITHER,
        "De schoolleider intervenieert tijdens bordsessies of andere momenten van samenwerking",
    ),
    (
        "intervening.informs",
        EITHER,
        "De schoolleider geeft informatie tijdens de bordsessies "
        "of andere momenten van samenwerking",
    ),
    (
        "professionality.hold-to-account",
        EITHER,
        "Spreken collega’s elkaar aan op gedrag of lesmethodes?",
    ),
    ("professionality.session-frequency", OUTSIDE, "Frequentie van de bordsessies"),
    ("professionality.goals-on-board", SESSION, "De doelen en acties op de borden"),
    (
        "professionality.action-check",
        SESSION,
        "De check van acties aan het begin van de bordsessies",
    ),
    ("learning.feedback", EITHER, "Geven collega’s feedback aan elkaar?"),
    ("learning.feedback-planned", EITHER, "Worden feedback gesprekken ingepland?"),
    ("learning.knowledge-sharing", EITHER, "Is er sprake van kennisdeling?"),
    ("learning.sharing-planned", EITHER, "Worden momenten voor kennisdeling ingepland?"),
    ("learning.visits-planned", EITHER, "Worden lesbezoeken ingepland?"),
    ("community.seek-each-other", EITHER, "Zoeken leerkrachten elkaar op?"),
    (
        "community.joint-design-planned",
        EITHER,
        "Worden momenten voor gezamenlijk lesontwerp ingepland?",
    ),
]


def ids(things: Any) -> list[str]:
    return [each.id for each in things]


def texts(thing: Any) -> list[Text]:
    """Every text in a dataclass, however deep."""
    if isinstance(thing, Text):
        return [thing]
    if isinstance(thing, tuple):
        return [text for each in thing for text in texts(each)]
    if is_dataclass(thing):
        return [text for each in fields(thing) for text in texts(getattr(thing, each.name))]
    return []


# ------------------------------------------------------------------------------ the shipped file


def test_a_released_schedule_never_changes() -> None:
    assert sha256(SHIPPED).hexdigest() == DIGEST
    assert APPENDIX_4.digest == DIGEST
    assert (APPENDIX_4.id, APPENDIX_4.version) == ("appendix-4", "1.0")


def test_the_eleven_questions_are_to_the_letter_and_in_order() -> None:
    assert [(each.id, each.name["nl"]) for each in APPENDIX_4.questions] == QUESTIONS


def test_the_header_is_that_of_the_appendix() -> None:
    names = [each.name["nl"] for each in APPENDIX_4.header]
    assert names == ["Observatie", "Locatie", "Datum", "Duur"]


def test_the_indicators_are_to_the_letter_with_their_loci() -> None:
    shipped = [(each.code, each.locus, each.name["nl"]) for each in APPENDIX_4.indicators]
    assert shipped == INDICATORS


def test_thirteen_codes_are_leadership_and_eleven_collaboration() -> None:
    tables = [APPENDIX_4.group(each.group).table for each in APPENDIX_4.indicators]
    assert (tables.count("leadership"), tables.count("collaboration")) == (13, 11)


def test_an_indicator_stands_in_the_group_that_its_code_names() -> None:
    assert all(each.code.startswith(each.group + ".") for each in APPENDIX_4.indicators)


def test_the_styles_lie_on_two_axes() -> None:
    assert {each.id: each.axes for each in APPENDIX_4.groups} == {
        "stimulating": ("bottom-up", "person"),
        "facilitating": ("bottom-up", "task"),
        "connecting": ("top-down", "person"),
        "intervening": ("top-down", "task"),
        "professionality": (),
        "learning": (),
        "community": (),
    }


def test_every_text_stands_in_dutch_and_english() -> None:
    shipped = texts(APPENDIX_4)
    assert len(shipped) > 200
    assert {tuple(text) for text in shipped} == {("nl", "en")}


def test_every_text_is_typeset() -> None:
    for text in texts(APPENDIX_4):
        for words in text.values():
            assert words == words.strip()
            assert not set(words) & set("'\"\n")


def test_the_names_on_tiles_fit_and_differ() -> None:
    part = APPENDIX_4.indicator("intervening.leads").log
    assert part is not None
    assert part.part is not None
    for language in APPENDIX_4.languages:
        tiles = [each.short[language] for each in APPENDIX_4.behaviours()]
        tiles.append(part.part.name[language])
        assert max(map(len, tiles)) <= TILE_LENGTH
        assert len(set(tiles)) == 24


def test_one_behaviour_has_two_codes() -> None:
    first, second = "stimulating.teachers-set-goals", "facilitating.teachers-set-goals"
    assert len(APPENDIX_4.indicators) == 24
    assert len(APPENDIX_4.behaviours()) == 23
    assert APPENDIX_4.behaviour(second) == APPENDIX_4.behaviour(first) == first
    assert APPENDIX_4.codes_of(first) == APPENDIX_4.codes_of(second) == (first, second)
    assert APPENDIX_4.codes_of("learning.feedback") == ("learning.feedback",)


def test_a_second_code_differs_in_code_group_and_wording_only() -> None:
    first, second = map(APPENDIX_4.indicator, APPENDIX_4.codes_of("stimulating.teachers-set-goals"))
    differ = {
        field.name
        for field in fields(first)
        if getattr(first, field.name) != getattr(second, field.name)
    }
    assert differ == {"code", "group", "name", "same_as"}


def test_the_team_does_what_teachers_do() -> None:
    by_team = {each.code for each in APPENDIX_4.indicators if each.actor == "team"}
    collaboration = {code for code, _, _ in INDICATORS[13:]}
    assert by_team - collaboration == set(APPENDIX_4.codes_of("stimulating.teachers-set-goals"))
    assert collaboration <= by_team


def test_five_behaviours_need_a_leader() -> None:
    assert [each.code for each in APPENDIX_4.indicators if each.needs_leader] == [
        "facilitating.asks-needs",
        "facilitating.visit-schedule",
        "intervening.sets-goals",
        "intervening.intervenes",
        "intervening.informs",
    ]


def test_setting_goals_counts_against_the_team_and_the_reverse_under_a_condition() -> None:
    counters = {each.code: each.counters for each in APPENDIX_4.behaviours() if each.counters}
    assert counters == {
        "stimulating.teachers-set-goals": (CounterEvidence("intervening.sets-goals", None),),
        "intervening.sets-goals": (
            CounterEvidence("stimulating.teachers-set-goals", "leader-present-and-self-not-seen"),
        ),
    }


def test_the_log_suggests_three_behaviours() -> None:
    rules = {each.code: each.log for each in APPENDIX_4.behaviours() if each.log}
    assert {code: log.rule for code, log in rules.items()} == {
        "stimulating.present": "present",
        "stimulating.not-leading": "present-not-leading",
        "intervening.leads": "leads-or-part",
    }
    assert [log.part.id for log in rules.values() if log.part] == ["points"]


def test_leading_starts_at_sixty_seconds_of_a_school_leader() -> None:
    assert (APPENDIX_4.leading_seconds, APPENDIX_4.leading_role) == (60, "school-leader")


def test_phases_have_their_usual_length_where_it_is_known() -> None:
    assert [(each.id, each.usual_seconds) for each in APPENDIX_4.phases] == [
        ("check-in", 300),
        ("content", 600),
        ("planning", None),
        ("other", None),
    ]


def test_the_words_of_the_field_have_their_ids() -> None:
    roles = ["school-leader", "coach", "expert-coach", "teacher", "other"]
    away = ["other-working-day", "ill", "other-task", "not-expected", "unknown"]
    board = ["actions-done", "actions-not-done"]
    board += ["new-team", "new-leader", "new-coach", "new-other", "goals"]
    assert ids(APPENDIX_4.roles) == roles
    assert ids(APPENDIX_4.absences) == away
    assert ids(APPENDIX_4.board) == board


def test_an_impression_never_drafts_an_answer() -> None:
    kinds = {each.id: each.prefills for each in APPENDIX_4.note_kinds}
    assert kinds == {"seen": True, "verbatim": True, "impression": False}


def test_what_is_said_afterwards_is_no_evidence() -> None:
    apart = [each.id for each in APPENDIX_4.afterwards if not each.evidence]
    assert apart == ["said-afterwards"]
    assert ids(APPENDIX_4.after_question("ordinary").choices) == ["yes", "no", "unknown"]


def test_each_tag_drafts_exactly_one_answer() -> None:
    drafted = [tag for each in APPENDIX_4.questions for tag in each.prefill.notes]
    assert sorted(drafted) == sorted(ids(APPENDIX_4.tags))
    assert len(drafted) == 10


def test_each_question_is_drafted_from_its_part_of_the_log() -> None:
    drafts = {each.id: each.prefill for each in APPENDIX_4.questions}
    assert [id for id, each in drafts.items() if each.people] == ["present"]
    assert [id for id, each in drafts.items() if each.phases] == ["course"]
    assert [id for id, each in drafts.items() if each.leads] == ["lead"]
    assert [id for id, each in drafts.items() if each.untagged] == ["other"]
    assert {id: each.indicators for id, each in drafts.items() if each.indicators} == {
        "styles": ("leadership",),
        "collaboration": ("collaboration",),
    }
    assert {id: each.actors for id, each in drafts.items() if each.actors} == {
        "leader": ("leadership",)
    }


# -------------------------------------------------------------------------------- looking things up


@pytest.mark.parametrize(
    ("look_up", "things"),
    [
        (Instrument.question, APPENDIX_4.questions),
        (Instrument.after_question, APPENDIX_4.afterwards),
        (Instrument.phase, APPENDIX_4.phases),
        (Instrument.role, APPENDIX_4.roles),
        (Instrument.absence, APPENDIX_4.absences),
        (Instrument.note_kind, APPENDIX_4.note_kinds),
        (Instrument.tag, APPENDIX_4.tags),
        (Instrument.counter, APPENDIX_4.board),
        (Instrument.group, APPENDIX_4.groups),
    ],
)
def test_an_id_is_found_or_refused_by_name(look_up: Any, things: tuple[Item, ...]) -> None:
    assert [look_up(APPENDIX_4, each.id) for each in things] == list(things)
    with pytest.raises(Refused, match=r"appendix-4 1\.0 has no .+ “nowhere”"):
        look_up(APPENDIX_4, "nowhere")


@pytest.mark.parametrize("look_up", ["indicator", "behaviour", "codes_of"])
def test_a_code_that_the_schedule_lacks_is_refused(look_up: str) -> None:
    with pytest.raises(Refused, match=r"has no indicator “learning\.nothing”"):
        getattr(APPENDIX_4, look_up)("learning.nothing")


def test_a_text_reads_in_the_first_language_where_one_is_missing() -> None:
    text = Text({"nl": "bord", "en": "board"})
    assert (text["en"], text["de"], text.get("de")) == ("board", "bord", "bord")
    assert "de" not in text
    assert {text: 1}[Text({"nl": "bord", "en": "board"})] == 1
    assert text != Text({"nl": "bord", "en": "boards"})


def test_an_instrument_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        APPENDIX_4.leading_seconds = 30  # type: ignore[misc]


# --------------------------------------------------------------------------------------- other files


def test_another_schedule_is_another_file() -> None:
    other = SHIPPED.replace(b'id = "appendix-4"', b'id = "short"').replace(b"= 60", b"= 90")
    read = read_instrument(other)
    assert (read.id, read.leading_seconds) == ("short", 90)
    assert read.digest != DIGEST


def test_windows_line_ends_and_a_byte_order_mark_are_read() -> None:
    windows = b"\xef\xbb\xbf" + SHIPPED.replace(b"\n", b"\r\n")
    assert read_instrument(windows).indicators == APPENDIX_4.indicators


LEADS = "indicators[10] “intervening.leads”"
BROKEN: dict[str, tuple[str, str | bytes, str]] = {
    "not UTF-8": (
        "# The",
        b"# \xe9The",
        "The schedule file: line 1 holds a byte that is not UTF-8",
    ),
    "not TOML": ('version = "1.0"', "version = ", "not TOML: Invalid value (at line 9, column 11)"),
    "a key twice": ('version = "1.0"', 'version = "1.0"\nversion = "1.1"', "at line 10"),
    "nested too deeply": ('version = "1.0"', "version = " + "[" * 9999, "nested too deeply"),
    "a deep table for an id": (
        'id = "appendix-4"',
        "id" + ".a" * 1500 + " = 1",
        "The schedule file: id “...” must be small letters",
    ),
    "a number too long to print": (
        'locus = "outside"',
        "locus = 0x" + "f" * 9999,
        "“stimulating.walks-round”: locus “...” is not one of",
    ),
    "no version": ('version = "1.0"\n', "", "The schedule file: “version” is missing; add it."),
    "an empty version": ('version = "1.0"', 'version = " "', "version must be a text between"),
    "no languages": ('["nl", "en"]', "[]", "The schedule file: languages must be a list of one"),
    "a language twice": ('["nl", "en"]', '["nl", "en", "nl"]', "languages[3] “nl”: this stands"),
    "a language not translated": (
        '["nl", "en"]',
        '["nl", "en", "fy"]',
        "title: the text in “fy” is missing; add the translation.",
    ),
    "a digest of its own": ("leading-seconds", "digest = '0'\nleading-seconds", "“digest” is not"),
    "a missing translation": (
        'name.en = "What do they talk about?"\n',
        "",
        "questions[2] “topics”, name: the text in “en” is missing; add the translation.",
    ),
    "an empty translation": (
        '"What do they talk about?"',
        '""',
        "questions[2] “topics”, name: the text in “en” is missing",
    ),
    "an unknown language": (
        "card.example.en = ",
        "card.example.fy = ",
        "indicators[1] “stimulating.present”, card, example: “fy” is not a key here; known are nl, en.",
    ),
    "a text in no language": (
        'name = { nl = "Datum", en = "Date" }',
        'name = "Datum"',
        "header[3] “date”, name: this must be a text per language (nl, en).",
    ),
    "an id with a blank": (
        'id = "check-in"',
        'id = "check in"',
        "phases[1] “check in”: id “check in",
    ),
    "no id": ('id = "check-in"\n', "", "phases[1]: “id” is missing; add it."),
    "an id twice": ('id = "planning"', 'id = "content"', "phases[3] “content”: this stands in the"),
    "a code twice": (
        'code = "learning.sharing-planned"',
        'code = "learning.feedback"',
        "indicators[21] “learning.feedback”: this stands in the list already",
    ),
    "no rows": ('[[absences]]\nid = "ill"', '[[absences.x]]\nid = "ill"', "“x” is not a key here"),
    "a list that is empty": (
        'notes = ["leader"]',
        "notes = []",
        "prefill: notes must be a list of",
    ),
    "a row that is no table": (
        '{ id = "no", name = { nl = "nee", en = "no" } }',
        '"no"',
        "afterwards[1] “ordinary”, choices[2] “no”: this must be a table",
    ),
    "a misspelt key": (
        'locus = "session"\nactor = "leadership"\nlog.rule = "leads',
        'lokus = "session"\nactor = "leadership"\nlog.rule = "leads',
        f"{LEADS}: “lokus” is not a key here; known are code, group, ",
    ),
    "a misspelt locus": (
        'locus = "session"\nactor = "leadership"\nlog.rule = "leads',
        'locus = "sesion"\nactor = "leadership"\nlog.rule = "leads',
        f"{LEADS}: locus “sesion” is not one of session, session-or-elsewhere, outside; write one",
    ),
    "an unknown actor": ('actor = "team"', 'actor = "pupils"', "actor “pupils” is not one of"),
    "an unknown rule": ('"leads-or-part"', '"leads"', f"{LEADS}, log: rule “leads” is not one of"),
    "a rule without its part": (
        'log.rule = "present"',
        'log.rule = "leads-or-part"',
        "indicators[1] “stimulating.present”, log: the rule leads-or-part has a part",
    ),
    "a part without its rule": (
        '"leads-or-part"',
        '"present"',
        f"{LEADS}, log: the rule leads-or-part has a part, another has none",
    ),
    "no card": ("card.", "kaart.", "“stimulating.present”: “kaart” is not a key here"),
    "half a card": (
        'card.example.en = "T1 and T5 agree to make an',
        'card.sample.en = "T1 and T5 agree to make an',
        "indicators[24] “community.joint-design-planned”, card: “sample” is not a key here",
    ),
    "a tile too long": (
        'short.nl = "Intervenieert"',
        'short.nl = "Stuurt bij of breekt het af"',
        "indicators[12] “intervening.intervenes”: short is longer than 24 characters",
    ),
    "an unknown group": (
        'group = "community"',
        'group = "communal"',
        "indicators[23] “community.seek-each-other”: group “communal” is not one of stimulating,",
    ),
    "an unknown tag": (
        'notes = ["stands-out", "atmosphere"]',
        'notes = ["stands-out", "mood"]',
        "questions[11] “other”, prefill: notes “mood” is not one of leader, coach,",
    ),
    "a tag twice": (
        'notes = ["stands-out", "atmosphere"]',
        'notes = ["stands-out", "stands-out"]',
        "questions[11] “other”, prefill, notes[2] “stands-out”: this stands in the list already",
    ),
    "an unknown table to draft from": (
        'prefill.indicators = ["collaboration"]',
        'prefill.indicators = ["working-together"]',
        "questions[10] “collaboration”, prefill: indicators “working-together” is not one of",
    ),
    "an unknown counter": (
        'code = "intervening.sets-goals" }',
        'code = "intervening.goals" }',
        "indicators[4] “stimulating.teachers-set-goals”, counters[1] “intervening.goals”: code “",
    ),
    "a counter of itself": (
        'code = "intervening.sets-goals" }',
        'code = "stimulating.teachers-set-goals" }',
        "indicators[4] “stimulating.teachers-set-goals”: counters names this indicator itself",
    ),
    "an unknown condition": (
        "leader-present-and-self-not-seen",
        "always",
        "counters[1] “stimulating.teachers-set-goals”: only-when “always” is not one of",
    ),
    "the same as nothing": (
        'same-as = "stimulating.teachers-set-goals"',
        'same-as = "stimulating.goals"',
        "indicators[6] “facilitating.teachers-set-goals”: same-as “stimulating.goals” is not one",
    ),
    "the same as a later one": (
        'same-as = "stimulating.teachers-set-goals"',
        'same-as = "learning.feedback"',
        "indicators[6] “facilitating.teachers-set-goals”: same-as “learning.feedback” is not one",
    ),
    "a second code with a say of its own": (
        "same-as = ",
        'locus = "outside"\nsame-as = ',
        "“locus” is not a key here; known are code, group, name, same-as.",
    ),
    "an unknown leading role": (
        'leading-role = "school-leader"',
        'leading-role = "head"',
        "The schedule file: leading-role “head” is not one of school-leader, coach,",
    ),
    "no seconds": ("= 60", "= 0", "leading-seconds must be a whole number above 0."),
    "half seconds": ("= 60", "= 59.5", "leading-seconds must be a whole number above 0."),
    "true for a number": ("= 300", "= true", "phases[1] “check-in”: usual-seconds must be a whole"),
    "a text for a truth": (
        "prefills = false",
        'prefills = "no"',
        "note-kinds[3] “impression”: prefills must be true or false.",
    ),
    "an unknown kind of answer": (
        'kind = "date"',
        'kind = "day"',
        "afterwards[4] “previous-session”",
    ),
    "a choice of nothing": (
        'kind = "date"',
        'kind = "choice"',
        "afterwards[4] “previous-session”: a question of kind choice has choices",
    ),
    "choices for a text": (
        'kind = "choice"',
        'kind = "text"',
        "afterwards[1] “ordinary”: a question of kind choice has choices, another has none",
    ),
    "a style with one axis": (
        '["top-down", "task"]',
        '["top-down"]',
        "groups[4] “intervening”: axes must be two, a direction and then a focus",
    ),
    "axes the wrong way round": (
        '["top-down", "task"]',
        '["task", "top-down"]',
        "groups[4] “intervening”: axes must be two, a direction and then a focus",
    ),
    "axes for collaboration": (
        'table = "collaboration"',
        'table = "collaboration"\naxes = ["top-down", "task"]',
        "groups[5] “professionality”: only a style of leadership has axes",
    ),
}


@pytest.mark.parametrize(("old", "new", "sentence"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_by_its_place(old: str, new: str | bytes, sentence: str) -> None:
    replacement = new if isinstance(new, bytes) else new.encode()
    assert old.encode() in SHIPPED
    with pytest.raises(Refused) as refusal:
        read_instrument(SHIPPED.replace(old.encode(), replacement, 1))
    assert sentence in str(refusal.value)
    assert str(refusal.value).endswith(".")


@given(at=st.integers(0, len(SHIPPED) - 1), put=st.binary(max_size=3), cut=st.integers(0, 3))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(at: int, put: bytes, cut: int) -> None:
    damaged = SHIPPED[:at] + put + SHIPPED[at + cut :]
    try:
        read = read_instrument(damaged)
    except Refused:
        return
    assert read.digest == sha256(damaged).hexdigest()
    assert {tuple(text) for text in texts(read)} == {read.languages}
