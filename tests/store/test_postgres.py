"""What only a database can be: away, killed, full, newer, damaged by hand, or behind a password."""

import errno
import os
import signal
import threading
import time
from datetime import UTC, datetime

import psycopg
import pytest

from observation.core.errors import Refused
from observation.settings import open_context
from observation.store import Damaged, Outcome, Unavailable, open_store
from observation.store.backup import make_backup
from observation.store.restore import restore
from observation.store.verify import verify, verify_registry
from tests.postgres_server import postgres_server
from tests.soak import seeded, turns
from tests.store.store_events import (
    ERASED,
    LATER,
    OTHER_STREAM,
    RECEIPT,
    STREAM,
    STUDY,
    everything,
    log_of,
    make_event,
    make_events,
    together,
)

NOW = datetime(2026, 3, 13, 14, 10, tzinfo=UTC)
KILLS = 40, 1_000  # of the server, in every run and in a soak
STREAMS = [STREAM.replace("a1", f"a{number}") for number in range(1, 6)]


@pytest.fixture
def url(postgres):
    return postgres.url()


@pytest.fixture
def store(url):
    return open_store(url)


@pytest.fixture
def sql(postgres, url):
    """What runs a statement as the server's administrator in the schema of the store."""
    schema = url.rpartition("%3D")[2]
    return lambda statement: postgres.sql(f"SET search_path = {schema}; {statement}")


class TestOpening:
    def test_an_acknowledgement_waits_for_the_disk_whatever_the_default_is(self, postgres, store):
        assert postgres.sql("SHOW synchronous_commit") == [("off",)]
        found = store.events._session.rows("SHOW synchronous_commit")
        assert found == [("on",)]

    def test_a_newer_database_is_refused_and_left_as_it_is(self, url, store, sql):
        store.events.append(STUDY, STREAM, make_events(2), RECEIPT)
        sql("UPDATE format SET version = 99; DROP TABLE registry")
        with pytest.raises(Refused, match="written by a newer program"):
            open_store(url)
        assert sql("SELECT version FROM format") == [(99,)]
        assert sql("SELECT to_regclass('registry')") == [(None,)]

    def test_an_unfinished_opening_is_finished_by_the_next(self, url, monkeypatch):
        from observation.store import tables

        with monkeypatch.context() as patch:
            patch.setattr(tables, "STEPS", (tables.STEPS[0] + "SELECT 1 / 0;",))
            with pytest.raises(Unavailable, match="division by zero"):
                open_store(url)
        open_store(url).events.append(STUDY, STREAM, make_events(2), RECEIPT)

    def test_a_database_in_another_encoding_holds_every_text(self, postgres):
        postgres.sql(
            "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 OWNER observation",
            "postgres",
        )
        store = open_store(postgres.address("latin"))
        event = make_event(text="Çağrı \u0000 \U0001f600")
        store.events.append(STUDY, STREAM, [event], RECEIPT)
        store.registry.put("device", "Çağrı\u0000", "\ud83d", None)
        assert store.events.read(STUDY, STREAM).events == (event,)
        assert store.registry.list("device") == {"Çağrı\u0000": "\ud83d"}

    def test_twenty_thousand_streams_are_one_query(self, store, sql):
        sql(
            "INSERT INTO streams SELECT 'observation/01900000-0000-7000-8000-' || lpad(n::text, 12, '0'),"
            f" '{STUDY}', 'v' || n, 0 FROM generate_series(1, 20000) AS n"
        )
        start = time.monotonic()
        assert len(store.events.versions(STUDY)) == 20_000
        assert store.events.studies() == [STUDY]
        print(f"20,000 versions and the studies: {1000 * (time.monotonic() - start):.0f} ms")


class TestPasswords:
    @pytest.mark.parametrize(
        "url",
        [
            "postgres+psycopg://o:s3cret@db/x",
            "postgresql://o:s3cret@[db/x",
            "postgresql://o:s3cret@db:port/x",
            "postgresql://o:s3cret@db/x?password=s3cret&what=s3cret",
            "postgresql://o:s3%zzcret@db/x",
            "postgresql://o:s3cret@127.0.0.1:1/x",
        ],
    )
    def test_no_sentence_holds_the_password(self, url):
        with pytest.raises((Refused, Unavailable)) as raised:
            open_store(url)
        assert "cret" not in f"{raised.value!r} {raised.value} {vars(raised.value)}"

    def test_what_is_printed_or_logged_of_an_open_store_does_not(self, postgres, tmp_path, caplog):
        postgres.sql("CREATE ROLE guarded LOGIN PASSWORD 's3cret' IN ROLE observation")
        url = postgres.url(user="guarded:s3cret")
        context = open_context(tmp_path, url)
        context.store.events.append(STUDY, STREAM, make_events(1), RECEIPT)
        for backend in postgres.backends("guarded"):
            os.kill(backend, signal.SIGTERM)
        assert len(context.store.events.read(STUDY, STREAM).kept) == 1
        seen = f"{context!r} {context.store!r} {context.store.place} {caplog.text}"
        assert ("cret" in seen, context.store.place.startswith("postgresql://")) == (False, True)


class TestWhatTheServerAnswers:
    def fail(self, sql, state, table="events"):
        sql(
            f"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$BEGIN RAISE EXCEPTION 'as told' USING ERRCODE = '{state}'; END$$;"
            f"CREATE TRIGGER fail BEFORE INSERT ON {table} EXECUTE FUNCTION fail()"
        )

    @pytest.mark.parametrize(
        ("state", "number"),
        [("53100", errno.ENOSPC), ("58030", errno.EIO), ("XX001", errno.EIO)],
    )
    def test_a_full_or_failing_disk_is_an_error_of_the_disk(self, store, sql, state, number):
        store.events.append(STUDY, STREAM, make_events(2), RECEIPT)
        self.fail(sql, state)
        with pytest.raises(OSError, match=r"No space|as told") as raised:
            store.events.append(STUDY, STREAM, make_events(3), RECEIPT)
        assert raised.value.errno == number
        assert len(store.events.read(STUDY, STREAM).kept) == 2
        sql("DROP TRIGGER fail ON events")
        store.events.append(STUDY, STREAM, make_events(3), RECEIPT)

    @pytest.mark.parametrize("state", ["53200", "53300", "57014", "42501"])
    def test_what_it_cannot_do_at_the_moment_says_nothing_of_a_record(self, store, sql, state):
        self.fail(sql, state)
        with pytest.raises(Unavailable, match="as told"):
            store.events.append(STUDY, STREAM, make_events(3), RECEIPT)
        assert store.events.studies() == []

    @pytest.mark.parametrize("state", ["40001", "40P01"])
    def test_what_was_undone_for_another_transaction_is_done_again(self, store, sql, state):
        sql(
            "CREATE SEQUENCE tries; GRANT ALL ON tries TO observation;"
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN"
            f" IF nextval('tries') = 1 THEN RAISE EXCEPTION 'once' USING ERRCODE = '{state}'; END IF;"
            " RETURN NULL; END$$;"
            "CREATE TRIGGER fail BEFORE INSERT ON events EXECUTE FUNCTION fail()"
        )
        assert store.events.append(STUDY, STREAM, make_events(3), RECEIPT) == [Outcome.KEPT] * 3


class TestAnEndThatNobodyKnows:
    """The connection is lost after the end of a transaction was asked for: it happened or not."""

    @pytest.fixture(params=[True, False], ids=["it happened", "it did not"])
    def lost(self, request, monkeypatch):
        execute, left = psycopg.Connection.execute, [0]

        def lose(connection, query, *values, **named):
            if query == "COMMIT" and left[0]:
                left[0] -= 1
                if request.param:
                    execute(connection, query)
                connection.close()
                raise psycopg.OperationalError("server closed the connection unexpectedly")
            return execute(connection, query, *values, **named)

        monkeypatch.setattr(psycopg.Connection, "execute", lose)
        return left

    def test_a_union_is_made_again(self, store, lost):
        lost[0] = 1
        outcomes = set(store.events.append(STUDY, STREAM, make_events(3), RECEIPT))
        assert outcomes <= {Outcome.KEPT, Outcome.ALREADY_KEPT}
        lost[0] = 1
        store.events.merge(STUDY, log_of(make_events(5)))
        lost[0] = 1
        store.events.erase(STUDY, STREAM, [make_event(1).id], ERASED)
        lost[0] = 1
        store.registry.add("device", {"a": 1})
        assert (len(store.events.read(STUDY, STREAM).kept), lost) == (4, [0])
        assert store.registry.list("device") == {"a": 1}

    def test_what_was_composed_is_there_once(self, store, lost):
        lost[0] = 1

        def make(log):
            made.append(make_event(len(log.kept) + 1))
            return made[-1:]

        made = []
        assert store.events.compose(STUDY, STREAM, make, RECEIPT) == [make_event(1)]
        assert store.events.read(STUDY, STREAM).events == (make_event(1),)

    def test_a_value_is_not_set_again(self, store, lost):
        lost[0] = 1
        with pytest.raises(Unavailable):
            store.registry.put("device", "a", 1, None)
        assert store.registry.get("device", "a") in (None, (1, 1))


class TestDamage:
    ROW = f"stream = '{STREAM}' AND id = '{make_event(2).id}'"

    @pytest.fixture
    def filled(self, store):
        store.events.append(STUDY, STREAM, make_events(4), RECEIPT)
        store.events.append(STUDY, OTHER_STREAM, make_events(2, stream=OTHER_STREAM), RECEIPT)
        store.registry.add("device", {"a": 1, "b": 2})
        store.registry.add("account", {"c": 3})
        return store

    @pytest.mark.parametrize(
        ("statement", "reason"),
        [
            ("UPDATE events SET document = replace(document, 'één', 'twee') WHERE {row}", None),
            ("UPDATE events SET document = replace(document, 'vraagt', 'zegt') WHERE {row}", "bytes"),
            ("UPDATE events SET document = 'x' WHERE {row}", "bytes"),
            ("UPDATE events SET sha256 = 'x' WHERE {row}", "bytes"),
            ("UPDATE events SET id = '01900000-0000-7000-8000-0000000000e1' WHERE {row}", "bytes"),
            ("DELETE FROM events WHERE {row}", "number of its documents"),
            ("UPDATE streams SET study = '01900000-0000-7000-8000-000000000009' WHERE stream = '{stream}'", "bytes"),
        ],
    )  # fmt: skip
    def test_it_is_named_and_the_others_are_served(self, filled, sql, statement, reason):
        sql(statement.format(row=self.ROW, stream=STREAM))
        found = [str(finding) for finding in verify(filled.events)]
        assert len(filled.events.read(STUDY, OTHER_STREAM).kept) == 2
        if reason is None:  # `é` is written as \\u00e9, so nothing was changed
            assert found == []
            return
        assert len(found) == 1
        assert reason in found[0]
        # What comes in beside it is kept.
        study = filled.events.study_of(STREAM)
        assert filled.events.append(study, STREAM, [make_event(9)], LATER) == [Outcome.KEPT]

    def test_nothing_is_added_under_a_damaged_id(self, filled, sql):
        sql(f"UPDATE events SET document = 'x' WHERE {self.ROW}")
        with pytest.raises(Damaged):
            filled.events.append(STUDY, STREAM, make_events(5), LATER)
        assert sql(f"SELECT count(*) FROM events WHERE stream = '{STREAM}'") == [(4,)]

    def test_a_restore_puts_it_back_and_keeps_the_bytes_beside(self, filled, sql, postgres, url):
        before = everything(filled)
        sql(f"UPDATE events SET document = 'x' WHERE {self.ROW}")
        sql("UPDATE registry SET value = '7' WHERE kind = 'device' AND key = '\"a\"'")
        with pytest.raises(Damaged):
            filled.registry.list("device")
        assert [f.stream for f in verify_registry(filled.registry)] == ["registry/device"]
        with filled.restoring() as whole:
            assert whole.registry.list("device") == {"b": 2}
            whole.registry.add("device", {"a": 1})
            whole.events.merge(STUDY, log_of(make_events(4)))
        assert everything(filled) == before
        schema = url.rpartition("%3D")[2]
        beside = postgres.sql(f"SELECT place, document FROM {schema}.damaged ORDER BY place")
        assert beside == [(f"{STREAM}/{make_event(2).id}", "x"), ('registry/device/"a"', "7")]

    def test_damage_that_a_restore_does_not_touch_stays(self, filled, sql):
        sql(f"UPDATE events SET document = 'x' WHERE {self.ROW}")
        with filled.restoring() as whole:
            whole.events.merge(STUDY, log_of(make_events(3, stream=OTHER_STREAM)))
        with pytest.raises(Damaged):
            filled.events.read(STUDY, STREAM)


@pytest.fixture
def own():
    """A server of this test alone, which it may kill."""
    with postgres_server() as server:
        yield server


@pytest.mark.slow
class TestAway:
    def test_while_it_is_away_all_calls_say_so_and_then_all_goes_on(self, own, monkeypatch):
        from observation.store import database

        monkeypatch.setattr(database, "WAIT", 0.5)
        store = open_store(own.url())
        store.events.append(STUDY, STREAM, make_events(2), RECEIPT)
        own.stop()
        for call in (
            lambda: store.events.append(STUDY, STREAM, make_events(3), RECEIPT),
            lambda: store.events.compose(STUDY, STREAM, lambda log: [], RECEIPT),
            lambda: store.events.read(STUDY, STREAM),
            lambda: store.events.versions(STUDY),
            lambda: store.registry.put("device", "a", 1, None),
            lambda: store.registry.list("device"),
            lambda: store.restoring().__enter__(),
            lambda: open_store(own.address()),
        ):
            with pytest.raises(Unavailable):
                call()
        own.start()
        assert len(store.events.read(STUDY, STREAM).kept) == 2
        store.events.append(STUDY, STREAM, make_events(3), RECEIPT)

    def test_a_server_that_is_started_again_between_two_calls_is_not_noticed(self, own):
        store = open_store(own.url())
        together([lambda: store.events.append(STUDY, STREAM, make_events(2), RECEIPT)] * 4)
        for seq in range(3, 6):
            own.stop("immediate")
            own.start()
            store.registry.put("device", "a", seq, None if seq == 3 else seq - 3)
            store.events.append(STUDY, STREAM, make_events(seq), RECEIPT)
        assert len(store.events.read(STUDY, STREAM).kept) == 5

    def test_without_fsync_it_is_refused(self, own):
        url = own.url()
        own.stop()
        own.start("-F")
        with pytest.raises(Refused, match="does not wait for its disk"):
            open_store(url)


@pytest.mark.slow
def test_a_restore_that_is_killed_at_any_statement_leaves_the_old_store_or_the_new(
    postgres, tmp_path
):
    source = open_store("memory:")
    source.events.append(STUDY, STREAM, [*make_events(5), make_event(2, text="other")], RECEIPT)
    source.events.append(STUDY, OTHER_STREAM, make_events(2, stream=OTHER_STREAM), RECEIPT)
    source.registry.put("device", "a", {"name": "iPad"}, None)
    make_backup(source, tmp_path, tmp_path / "file.gz", lambda: NOW)
    became = []
    for statement in range(1, 60):
        url = postgres.url()
        store = open_store(url)
        store.events.append(STUDY, STREAM, [make_event(4), make_event(9)], RECEIPT)
        store.registry.put("device", "b", {"name": "other"}, None)
        before = everything(store)
        killed = killed_at(
            statement, lambda url=url: restore(open_store(url), tmp_path, tmp_path / "file.gz", NOW)
        )
        store.events.append(STUDY, STREAM, [], RECEIPT)  # whoever saves next does not wait for it
        became.append(everything(store) != before)
        assert set(everything(store)[0]) in (
            {(STUDY, STREAM)},
            {(STUDY, STREAM), (STUDY, OTHER_STREAM)},
        )
        if not killed:
            break
    assert (became == sorted(became), set(became)) == (True, {False, True})
    print(
        f"{len(became) - 1} restores killed: {became.count(False)} left the old store, the others the new"
    )


def killed_at(statement, act):
    """Do it in a process of its own that is killed before that statement; return whether it was."""
    child = os.fork()
    if child == 0:
        execute, left = psycopg.Connection.execute, [statement]

        def count(connection, *values, **named):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(connection, *values, **named)

        psycopg.Connection.execute = count
        try:
            act()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_the_server_is_killed(own):
    """Its processes are killed one by one, and it is stopped as a crash would stop it."""
    chance, kills = seeded("server kills"), 0
    store, acknowledged = open_store(own.url()), {stream: set() for stream in STREAMS}
    stop = threading.Event()

    def write(device):
        for seq in range(1, 10**6):
            if stop.is_set():
                return
            stream = STREAMS[seq % len(STREAMS)]
            event = make_event(seq, device=device, stream=stream)
            try:
                store.events.append(STUDY, stream, [event], RECEIPT)
            except Unavailable:
                time.sleep(0.05)
                continue
            acknowledged[stream].add(event.id)

    writers = [threading.Thread(target=write, args=[device]) for device in "abcd"]
    for writer in writers:
        writer.start()
    try:
        for turn in turns(KILLS[0], KILLS[1], 0.1):
            time.sleep(chance.uniform(0.05, 0.2))
            if turn % 4 == 3:
                own.stop("immediate")
                own.start()
            else:
                backends = own.answering().backends()
                if backends:
                    os.kill(chance.choice(backends), signal.SIGKILL)
            kills += 1
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    own.answering()
    lost = [
        id
        for stream in STREAMS
        for id in acknowledged[stream] - {e.id for e in store.events.read(STUDY, stream).events}
    ]
    count = sum(map(len, acknowledged.values()))
    print(f"the server: {kills} kills, {count} events acknowledged, {len(lost)} lost")
    assert (lost, kills >= KILLS[0], count > 5 * kills) == ([], True, True)
