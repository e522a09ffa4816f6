"""The command line does what was asked, or says in one sentence why not and leaves nothing behind."""

from __future__ import annotations

import errno
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from observation.cli import main
from observation.store import deposit as door
from observation.store import open_store
from observation.store.codes import redeem
from observation.store.tinydb import TinyEvents
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
    assert run("sample") == (0, "the sample study: 231 events (231 kept).\n", "")
    assert run("sample") == (0, "the sample study: 231 events (231 already-kept).\n", "")
    assert run("verify") == (0, "11 records checked, 0 findings.\n", "")


def test_a_code_that_is_printed_enrols_one_tablet_in_the_study(run: Run, tmp_path: Path) -> None:
    run("sample")
    code, printed, _ = run("enrol")
    assert (code, printed[5], printed[11:]) == (0, "-", " (for one tablet, valid for 10 minutes)\n")
    registry = open_store(f"tinydb:{tmp_path / 'data' / 'store'}").registry
    device = "01900000-0000-7000-8000-0000000000d1"
    study, _ = redeem(registry, printed.split()[0], device, "iPad", datetime.now(UTC))
    assert study == BUNDLE.study
    assert run("enrol", "--study", "nothing")[0] == 1


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
    ("no header", LINES[1], "This is no bundle: one begins"),
    ("cut off in a line", "".join(LINES)[:-40], "Line 232 of the bundle: This is not JSON"),
    ("cut off between lines", "".join(LINES[:90]), "should hold 231 events and holds 89"),
    ("not text", b"\xff\xfe", "This is no bundle: one begins"),
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


def test_of_a_damaged_bundle_all_that_can_be_read_is_salvaged_when_that_is_asked_for(
    run: Run, bundle: Callable[[str | bytes], str]
) -> None:
    damaged = [*LINES]
    damaged[3] = damaged[3][:-20] + "\n"
    path = bundle("".join(damaged).encode()[:-30])
    assert run("import", path)[0] == 1
    assert run("verify")[1] == "0 records checked, 0 findings.\n"
    code, printed, error = run("import", path, "--salvage")
    assert (code, "229 events (229 kept)" in printed) == (1, True)
    assert ("Line 4 is left out: " in error, "Line 232 is left out: " in error) == (True, True)
    assert "Of 231 events 229 are left." in error
    assert run("import", bundle("".join(LINES)))[1].count("2 kept") == 1


def test_a_bundle_of_another_study_is_refused_unless_that_was_meant(
    run: Run, bundle: Callable[[str | bytes], str]
) -> None:
    run("sample")
    event = LINES[1].replace(
        json.loads(LINES[1])["stream"], "study/0190a5b0-0000-7000-8000-00000000ffff"
    )
    path = bundle(OTHER_STUDY.replace('"events":231', '"events":1') + event)
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
    assert run("verify")[1] == "11 records checked, 0 findings.\n"


def test_other_content_under_a_known_id_is_kept_beside_the_first_and_found_by_verify(
    run: Run, bundle: Callable[[str | bytes], str], tmp_path: Path
) -> None:
    run("sample")
    number = next(n for n, line in enumerate(LINES) if "begrijpend lezen" in line)
    changed = LINES[0].replace('"events":231', '"events":1') + LINES[number].replace(
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
            "".join(line for line in LINES if "label-assigned" not in line).replace("231", "230", 1)
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
    header = LINES[0].replace('"events":231', f'"events":{231 + len(added)}')
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


def test_https_needs_a_certificate_with_its_key(run: Run, tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish.pem"
    rubbish.write_text("no certificate")
    for words, told in (
        (["--certificate", str(rubbish)], "needs both"),
        (["--certificate", str(rubbish), "--key", str(rubbish)], "no certificate with its key"),
        (["--certificate", "missing.pem", "--key", "missing.pem"], "no certificate with its key"),
        (["--name", "two words"], "no name of a server"),
    ):
        code, _, error = run("serve", "--port", "0", *words)
        assert (code, told in error) == (1, True), error


def test_accounts_are_made_reset_and_disabled(run: Run) -> None:
    run("sample")
    code, link, told = run("user", "add", "Noor", "--url", "https://board.example/")
    assert code == 0
    assert re.fullmatch(r"https://board\.example/invitation#[\w-]{43}\n", link)
    assert "within 7 days" in told
    assert "Noor: lead of" in run("user", "list")[1]
    assert "no password yet" in run("user", "list")[1]
    code, again, _ = run("user", "reset", "noor")
    assert (code, again != link) == (0, True)
    assert "already" in run("user", "add", "Noor")[2]
    assert "last lead" in run("user", "disable", "Noor")[2]
    run("user", "add", "Sam")
    assert run("user", "disable", "Noor")[:2] == (0, "Noor can no longer sign in.\n")
    assert "Noor: lead of" in run("user", "list")[1]
    assert "; disabled" in run("user", "list")[1]
    assert "no account" in run("user", "reset", "nobody")[2]


def test_a_store_of_an_unknown_kind_is_refused(run: Run) -> None:
    code, _, error = run("--store", "mysql://x", "verify")
    assert (code, "is not known" in error) == (1, True)


def record_file(folder: Path, number: int = 0) -> Path:
    """The file of one of the sample's observations."""
    return sorted((folder / "data" / "store").rglob("observation/*.json"))[number]


def test_an_import_that_was_killed_before_labels_were_settled_is_finished_by_the_next(
    run: Run, bundle: Callable[[str | bytes], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [line for line in LINES if "label-assigned" not in line]
    path = bundle("".join(lines).replace("231", "230", 1))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(door, "settle_labels", killed)
        assert run("import", path)[0] == 130
    assert "2 observations have the label “D-01”" in run("export", "observation", "D-01")[2]
    assert run("import", path)[:2] == (0, f"{path}: 230 events (230 already-kept).\n")
    assert run("export", "observation", "D-01-W2", "--format", "json")[0] == 0


def test_a_damaged_record_is_named_and_all_others_are_taken_in_and_exported(
    run: Run, tmp_path: Path
) -> None:
    run("sample")
    file = record_file(tmp_path)
    sound = file.read_bytes()
    file.write_bytes(sound[:-9])
    stream = f"observation/{file.stem}"
    missing = sum(f'"stream":"{stream}"' in line for line in LINES)
    code, printed, error = run("import", str(FILE))
    assert (code, f"({231 - missing} already-kept)" in printed) == (1, True)
    assert (stream in error, "All other records were taken in" in error) == (True, True)
    code, _, error = run("export", "bundle", "--output", str(tmp_path / "rest.jsonl"))
    assert (code, stream in error, error.count("\n")) == (1, True, 1)
    rest = (tmp_path / "rest.jsonl").read_text().splitlines()
    assert json.loads(rest[0])["events"] == len(rest) - 1 == 231 - missing
    error = run("export", "observation", "Z-99")[2]
    assert "Records that cannot be read: 1; the command verify names them." in error
    code, _, error = run("sample")
    assert (code, stream in error, file.read_bytes()) == (1, True, sound[:-9])
    file.write_bytes(sound)
    assert run("sample")[0] == 0


@pytest.mark.parametrize("kind", ["folder", "loop", "link to nothing", "pipe"])
def test_what_is_no_file_in_place_of_a_record_is_named_and_hides_nothing(
    run: Run, tmp_path: Path, kind: str
) -> None:
    run("sample")
    file = record_file(tmp_path)
    file.unlink()
    if kind == "folder":
        file.mkdir()
    elif kind == "pipe":
        os.mkfifo(file)
    else:
        file.symlink_to(file if kind == "loop" else tmp_path / "nothing")
    code, printed, _ = run("verify")
    assert (code, printed.count("\n")) == (1, 2)
    assert f"observation/{file.stem}: The record" in printed
    assert "11 records checked, 1 finding." in printed
    code, printed, error = run("import", str(FILE))
    assert (code, "already-kept" in printed, file.stem in error) == (1, True, True)
    assert not file.is_file() or file.is_symlink()


def test_an_output_that_is_no_file_is_refused_by_the_name_that_was_typed(
    run: Run, tmp_path: Path
) -> None:
    run("sample")
    for name in ("", ".", "/", str(tmp_path)):
        code, _, error = run("export", "bundle", "--output", name)
        assert (code, error) == (
            1,
            f"observation: “{name}” is not the name of a file; --output needs one.\n",
        )
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    for name in ("no/such/folder", "file/below", "loop"):
        code, _, error = run("export", "bundle", "--output", str(tmp_path / name))
        assert (code, error.endswith(f": {tmp_path / name}\n")) == (1, True)
    assert {path.name for path in tmp_path.iterdir()} == {"data", "file", "loop"}


def test_an_output_replaces_no_device_no_link_and_no_file_of_the_user(
    run: Run, tmp_path: Path
) -> None:
    run("sample")
    (tmp_path / "out.draft").write_text("mine")
    (tmp_path / "out").write_text("old")
    (tmp_path / "out").chmod(0o640)
    (tmp_path / "link").symlink_to("out")
    assert run("export", "bundle", "--output", str(tmp_path / "link"))[0] == 0
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "out").read_text().startswith('{"bundle":1')
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "out.draft").read_text() == "mine"
    assert run("export", "bundle", "--output", "/dev/null")[0] == 0
    assert Path("/dev/null").is_char_device()
    assert {path.name for path in tmp_path.iterdir()} == {"data", "out", "out.draft", "link"}


def test_an_output_that_fails_halfway_leaves_the_old_file_and_no_draft(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("sample")
    (tmp_path / "out").write_text("old")

    def fails(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("observation.commands.terminal.os.replace", fails)
    code, _, error = run("export", "bundle", "--output", str(tmp_path / "out"))
    lost, said = error.splitlines()
    assert (code, said) == (1, f"observation: Input/output error: {tmp_path / 'out'}")
    assert lost.startswith("observation: the audit log lacks this command")
    assert (tmp_path / "out").read_text() == "old"
    assert {path.name for path in tmp_path.iterdir()} == {"data", "out"}


def shell(tmp_path: Path, line: str) -> tuple[int, str]:
    """Run a line of bash, in which `$observation` is the command; return its code and errors."""
    command = f"{sys.executable} -c 'import sys; from observation.cli import main; sys.exit(main())' --data {tmp_path / 'data'}"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line.replace("$observation", command)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stderr


def test_a_stdout_that_takes_nothing_is_no_traceback(run: Run, tmp_path: Path) -> None:
    run("sample")
    assert shell(tmp_path, "$observation export bundle | true") == (1, "")
    assert shell(tmp_path, "$observation verify >&-") == (0, "")
    sentence = "observation: There is no output to write to; name a file with --output.\n"
    assert shell(tmp_path, "$observation export bundle >&-") == (1, sentence)
    full = 1, "observation: No space left on device\n"
    assert shell(tmp_path, "$observation export bundle > /dev/full") == full
    assert shell(tmp_path, "$observation verify > /dev/full") == full


def test_a_full_disk_is_said_in_one_sentence_and_importing_again_finishes_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, calls = TinyEvents.append, iter(range(9))

    def fills(self: TinyEvents, *given: object) -> object:
        if next(calls) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return append(self, *given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(TinyEvents, "append", fills)
        assert run("import", str(FILE)) == (
            1,
            "",
            "observation: The disk is full. Nothing was taken in; make room and import again.\n",
        )
    assert run("verify")[1] == "0 records checked, 0 findings.\n"
    assert run("import", str(FILE))[0] == 0
    assert run("verify")[1] == "11 records checked, 0 findings.\n"


def test_a_limit_on_the_size_of_files_is_a_full_disk_too(tmp_path: Path) -> None:
    code, error = shell(tmp_path, f"ulimit -f 4; $observation import {FILE}")
    assert (code, error.startswith("observation: The disk is full.")) == (1, True)


def test_what_was_typed_or_taken_in_cannot_steer_the_terminal(
    run: Run, bundle: Callable[[str | bytes], str]
) -> None:
    run("import", bundle("".join(LINES).replace('"label":"A-01"', '"label":"A\\u001b[2J\\u202e"')))
    error = run("export", "observation", "\x1b]0;x\x07\x9b\n")[2]
    assert "“\\x1b]0;x\\x07\\x9b\\n”" in error
    assert "Known: A\\x1b[2J\\u202e, D-01" in error
    assert error.count("\n") == 1


def test_an_unknown_study_is_refused_with_the_known_ones(run: Run) -> None:
    run("sample")
    for words in (("bundle",), ("observation", "A-01")):
        code, _, error = run("export", *words, "--study", "x")
        assert (code, error) == (
            1,
            f"observation: There is no study “x” here. Known: {BUNDLE.study}.\n",
        )
    assert run("export", "bundle", "--study", BUNDLE.study)[0] == 0


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ({"bundle": True}, "has format True"),
        ({"events": -1}, "0 or more"),
        ({"events": True}, "0 or more"),
        ({"events": None}, "0 or more"),
        ({"made": ""}, "A time is written as"),
        ({"made": 2018}, "A time is written as"),
    ],
)
def test_a_header_that_says_something_odd_is_refused(
    run: Run, bundle: Callable[[str | bytes], str], header: dict[str, object], sentence: str
) -> None:
    first = json.dumps(json.loads(LINES[0]) | header) + "\n"
    code, _, error = run("import", bundle(first + "".join(LINES[1:])))
    assert (code, sentence in error) == (1, True)


def test_a_header_may_leave_out_when_it_was_made_and_how_much_it_holds(
    run: Run, bundle: Callable[[str | bytes], str]
) -> None:
    first = json.dumps({"bundle": 1, "study": BUNDLE.study}) + "\n"
    assert run("import", bundle(first + "".join(LINES[1:])))[0] == 0


@pytest.mark.parametrize("port", ["-1", "65536", "x", "1e3", ""])
def test_a_port_that_cannot_be_is_refused(
    run: Run, port: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        run("serve", f"--port={port}")
    assert left.value.code == 2
    assert "a port is a number from 0 to 65535" in capfd.readouterr().err


def test_a_port_that_is_taken_is_said_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sentence = f"observation: Port {port} is taken; choose another with --port.\n"
        assert shell(tmp_path, f"$observation serve --port {port}") == (1, sentence)


@contextmanager
def server(tmp_path: Path) -> Iterator[tuple[int, Callable[[], str]]]:
    """A server of its own, by its port; what it complained of is known after it stopped."""
    code = "import sys; from observation.cli import main; sys.exit(main())"
    words = [sys.executable, "-c", code, "--data", str(tmp_path / "data"), "serve", "--port", "0"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout

    def stop() -> str:
        process.send_signal(signal.SIGTERM)
        return process.communicate(timeout=30)[1]

    try:
        yield int(process.stdout.readline().split(":")[2].split()[0]), stop
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_beyond_the_limit_is_refused_without_a_traceback(
    tmp_path: Path, chunked: bool
) -> None:
    with server(tmp_path) as (port, stop):
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        client.putrequest("POST", "/observations/new")
        client.putheader("Content-Type", "application/x-www-form-urlencoded")
        if chunked:
            client.putheader("Transfer-Encoding", "chunked")
            client.endheaders()
            for _ in range(20):
                client.send(b"186a0\r\n" + b"x" * 100_000 + b"\r\n")
            client.send(b"0\r\n\r\n")
        else:
            client.putheader("Content-Length", "2000000")
            client.endheaders()
        assert client.getresponse().status == (400 if chunked else 413)
        client.close()
        assert stop() == ""


def test_what_is_no_bundle_is_said_so_with_the_name_of_the_file(run: Run, tmp_path: Path) -> None:
    rubbish = tmp_path / "README.md"
    for content in (b"# A title\n", b"%PDF-1.4 \xff\xfe\n", b"[1]\n"):
        rubbish.write_bytes(content)
        code, _, error = run("import", str(rubbish))
        assert (code, "This is no bundle: one begins with a header" in error) == (1, True), error
    run("sample")
    code, _, error = run("verify", "--against", str(rubbish))
    assert code == 1
    assert f"{rubbish}: Line 1 of the bundle: This is no bundle" in error


def test_a_print_is_not_poured_onto_a_terminal(
    run: Run, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    run("sample")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    code, output, error = run("export", "observation", "A-01", "--format", "pdf")
    assert (code, output) == (1, "")
    assert "name a file with --output" in error
    code, output, _ = run("export", "observation", "A-01", "--format", "csv")
    assert code == 0
    assert output


def test_a_port_that_may_not_be_opened_is_said_so(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "observation", "--data", str(tmp_path / "data"), "serve"]
    made = subprocess.run(
        [*command, "--host", "192.0.2.1", "--port", "8000"],  # an address that no machine has
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert made.returncode == 1
    assert "Port 8000 of 192.0.2.1 cannot be opened (" in made.stderr
    assert "Errno" not in made.stderr


def test_what_is_written_is_for_who_runs_it_alone(tmp_path: Path) -> None:
    data, print_ = tmp_path / "data", tmp_path / "A-01.pdf"
    command = [sys.executable, "-m", "observation", "--data", str(data)]
    for words in (
        ["sample"],
        ["backup", str(tmp_path / "backup.gz")],
        ["export", "observation", "A-01", "--format", "pdf", "--output", str(print_)],
    ):
        subprocess.run([*command, *words], check=True, capture_output=True, timeout=120)
    written = [data, *data.rglob("*"), tmp_path / "backup.gz", print_]
    assert len(written) > 10
    assert [path for path in written if path.stat().st_mode & 0o077] == []
