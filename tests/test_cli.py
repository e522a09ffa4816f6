"""The command line does what was asked, or says in one sentence why not and leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from observation.cli import main
from tests.samples import BUNDLE, FILE

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command on a data folder of its own; return its code, output and errors."""

    def command(*words: str) -> tuple[int, str, str]:
        code = main(["--data", str(tmp_path / "data"), *words])
        printed = capfd.readouterr()
        return code, printed.out, printed.err

    return command


@pytest.fixture
def bundle(tmp_path: Path) -> Callable[[str | bytes], str]:
    """Write a bundle and return its path."""

    def write(content: str | bytes) -> str:
        path = tmp_path / "bundle.jsonl"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write


def test_the_sample_study_is_loaded_and_loading_it_again_changes_nothing(run: Run) -> None:
    assert run("sample") == (0, "the sample study: 180 events (180 kept).\n", "")
    assert run("sample") == (0, "the sample study: 180 events (180 already-kept).\n", "")
    assert run("verify") == (0, "7 records checked, 0 findings.\n", "")


@pytest.mark.parametrize("format", ["csv", "csv-raw", "json"])
def test_an_observation_is_exported_by_its_label(run: Run, tmp_path: Path, format: str) -> None:
    run("sample")
    target = tmp_path / "out"
    assert run("export", "observation", "A-01", "--format", format, "--output", str(target))[0] == 0
    content = target.read_text("utf-8-sig")
    assert "begrijpend lezen" in content
    if format == "json":
        assert json.loads(content)["label"] == "A-01"


def test_an_unknown_label_names_those_that_are_known(run: Run) -> None:
    run("sample")
    code, _, error = run("export", "observation", "Z-99")
    assert code == 1
    assert (
        error
        == "observation: There is no observation “Z-99” here. Known: A-01, D-01, D-01-W2, D-02.\n"
    )


def test_a_bundle_that_is_exported_and_imported_elsewhere_is_the_same(
    run: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run("sample")
    run("export", "bundle", "--output", str(tmp_path / "all.jsonl"))
    elsewhere = ["--data", str(tmp_path / "elsewhere")]
    assert main([*elsewhere, "import", str(tmp_path / "all.jsonl")]) == 0
    main([*elsewhere, "export", "bundle", "--output", str(tmp_path / "again.jsonl")])
    first, again = (
        (tmp_path / name).read_bytes().split(b"\n", 1) for name in ("all.jsonl", "again.jsonl")
    )
    assert first[1] == again[1]
    assert set(first[1].splitlines()) == set(FILE.read_bytes().splitlines()[1:])


LINES = FILE.read_text().splitlines(keepends=True)
OTHER_STUDY = LINES[0].replace(BUNDLE.study, "0190a5b0-0000-7000-8000-00000000ffff")

BAD = [
    ("empty", "", "The bundle is empty"),
    ("no header", LINES[1], "begins with its header"),
    ("cut off in a line", "".join(LINES)[:-40], "Line 181 of the bundle: This is not JSON"),
    ("cut off between lines", "".join(LINES[:90]), "should hold 180 events and holds 89"),
    ("not text", b"\xff\xfe", "not UTF-8"),
    ("a newer format", '{"bundle": 2, "study": "x"}', "Install a newer one"),
    ("a fraction", LINES[0] + LINES[1].replace('"elapsed":60000', '"elapsed":0.5'), "0.5 is not a whole number"),
    ("a name twice", LINES[0] + LINES[1].replace('"seq":1', '"seq":1,"seq":2'), "stands twice"),
    ("not an event", LINES[0] + "[]\n", "must be an object, not list"),
    ("half a character", LINES[0] + LINES[5].replace('"by":"W1"', '"by":"\\ud83d"'), "Line 2"),
    ("nested without end", LINES[0] + "[" * 100_000, "nested too deeply"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "content", "sentence"), BAD, ids=[row[0] for row in BAD])
def test_a_bad_bundle_is_refused_with_a_sentence_and_nothing_is_taken_in(
    run: Run, bundle: Callable[[str | bytes], str], tmp_path: Path,
    what: str, content: str | bytes, sentence: str,
) -> None:  # fmt: skip
    code, _, error = run("import", bundle(content))
    assert code == 1
    assert sentence in error
    assert error.count("\n") == 1, "one sentence, no traceback"
    assert run("verify")[1] == "0 records checked, 0 findings.\n"


def test_a_bundle_of_another_study_is_refused_unless_that_was_meant(
    run: Run, bundle: Callable[[str | bytes], str]
) -> None:
    run("sample")
    event = LINES[1].replace(
        json.loads(LINES[1])["stream"], "study/0190a5b0-0000-7000-8000-00000000ffff"
    )
    path = bundle(OTHER_STUDY.replace('"events":180', '"events":1') + event)
    code, _, error = run("import", path)
    assert (code, "--new-study" in error) == (1, True)
    assert run("import", path, "--new-study")[0] == 0
    assert run("export", "bundle")[2].startswith("observation: Here are 2 studies")


def test_a_stream_of_another_study_is_refused_whole(
    run: Run, bundle: Callable[[str | bytes], str]
) -> None:
    run("sample")
    code, _, error = run("import", bundle(OTHER_STUDY + "".join(LINES[1:])), "--new-study")
    assert (code, "belongs to another study" in error) == (1, True)
    assert run("verify")[1] == "7 records checked, 0 findings.\n"


def test_other_content_under_a_known_id_is_kept_beside_the_first_and_found_by_verify(
    run: Run, bundle: Callable[[str | bytes], str], tmp_path: Path
) -> None:
    run("sample")
    number = next(n for n, line in enumerate(LINES) if "begrijpend lezen" in line)
    changed = LINES[0].replace('"events":180', '"events":1') + LINES[number].replace(
        "lezen", "schrijven"
    )
    assert "1 kept-conflict" in run("import", bundle(changed))[1]
    code, printed, _ = run("verify")
    assert (code, "came twice with different content" in printed) == (1, True)
    raw = run("export", "observation", "A-01", "--format", "json")[1]
    assert "begrijpend lezen" in raw
    assert "Onder hetzelfde nummer" in raw
    assert "begrijpend schrijven" in run("export", "bundle")[1]


def test_a_second_record_with_a_known_label_gets_its_own(
    run: Run, bundle: Callable[[str | bytes], str]
) -> None:
    run(
        "import",
        bundle(
            "".join(line for line in LINES if "label-assigned" not in line).replace("180", "179", 1)
        ),
    )
    assert run("export", "observation", "D-01", "--format", "json")[0] == 0
    code, printed, _ = run("export", "observation", "D-01-W2", "--format", "json")
    assert (code, json.loads(printed)["observer"]) == (0, "W2")


HOSTILE = [
    "<b>vet <script>alert(1)</script>", "=1+1", "@sum", "-2", "\t=tab", "زيارة الصف", "ביקור", "🙂 smiley",
    "a\u0000b\u0007c", "\u202eomgekeerd", "<img src='file:///etc/passwd'/>", "a & b < c", "«élke» €", "'", '"', "\\n",
]  # fmt: skip


def test_every_text_is_kept_as_it_was_typed(run: Run, bundle: Callable[[str | bytes], str]) -> None:
    number = next(n for n, line in enumerate(LINES) if "begrijpend lezen" in line)
    event = json.loads(LINES[number])
    stream = [json.loads(line) for line in LINES if f'"stream":"{event["stream"]}"' in line]
    highest = max(each["seq"] for each in stream)
    added = []
    for place, text in enumerate([*HOSTILE, "lang " * 20_000], start=1):
        id = f"0190a5b0-0000-7000-8000-{place:012d}"
        data = {"text": text, "kind": "seen", "tags": []}
        added.append(json.dumps(event | {"id": id, "seq": highest + place, "data": data}) + "\n")
    header = LINES[0].replace('"events":180', f'"events":{180 + len(added)}')
    assert run("import", bundle(header + "".join([*LINES[1:], *added])))[0] == 0
    value = json.loads(run("export", "observation", "A-01", "--format", "json")[1])
    assert {*HOSTILE, "lang " * 20_000} <= {note["text"] for note in value["notes"]}


def test_a_file_that_is_not_there_is_named(run: Run) -> None:
    assert run("import", "nowhere.jsonl") == (
        1,
        "",
        "observation: No such file or directory: nowhere.jsonl\n",
    )


def test_an_export_that_cannot_be_written_leaves_no_half_file(run: Run, tmp_path: Path) -> None:
    run("sample")
    code, _, error = run(
        "export", "bundle", "--output", str(tmp_path / "no" / "such" / "folder.jsonl")
    )
    assert (code, "No such file or directory" in error) == (1, True)


def test_a_server_for_others_is_refused(run: Run) -> None:
    code, _, error = run("serve", "--host", "0.0.0.0", "--port", "0")
    assert (code, "answers to this machine only" in error) == (1, True)


def test_a_store_of_an_unknown_kind_is_refused(run: Run) -> None:
    code, _, error = run("--store", "mysql://x", "verify")
    assert (code, "of no known kind" in error) == (1, True)
