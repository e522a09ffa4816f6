"""A few letters find the same codes on the page of an interview as on the server."""

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from observation.core.codebook import open_codebook, plain
from observation.core.registers import fold_study
from observation.instruments.codebooks import codebook_file
from tests.recorder import INSTRUMENT
from tests.samples import BUNDLE

MODULE = (Path(__file__).parents[2] / "static" / "js" / "core" / "codes.js").as_uri()
SCRIPT = f"""
import {{ plain, search, searchable }} from "{MODULE}";
let input = "";
for await (const part of process.stdin) input += part;
const {{ codes, queries }} = JSON.parse(input);
const known = searchable(codes);
console.log(JSON.stringify(queries.map((each) => [plain(each), search(known, each).map(({{ id }}) => id)])));
"""


@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_is_the_same_search(language):
    study = fold_study(event for event in BUNDLE.events if event.stream.startswith("study/"))
    book = open_codebook(codebook_file(INSTRUMENT.id), INSTRUMENT, study.versions)
    shown = [code for code in book.codes.values() if not code.into]
    codes = [
        {
            "id": code.id,
            "name": code.name[language],
            "aliases": " ".join(code.aliases),
            "path": book.path(code.id, language),
        }
        for code in shown
    ]
    chance = random.Random(7)
    words = [word for code in codes for word in plain(f"{code['name']} {code['path']}").split()]
    queries = ["", "  ", "xyz", "les", "LÉS", "ﬁ", "straße", "collega's aan", "team-bouw", "🙂"]
    for _ in range(400):
        some = chance.choices(words, k=chance.randint(1, 3))
        queries.append(" ".join(word[: chance.randint(1, len(word))] for word in some))
    node = shutil.which("node")
    assert node
    ran = subprocess.run(
        [node, "--input-type=module", "--eval", SCRIPT],
        input=json.dumps({"codes": codes, "queries": queries}), capture_output=True, encoding="utf-8",
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    expected = [[plain(q), [code.id for code in book.search(q, language)]] for q in queries]
    assert json.loads(ran.stdout) == expected
    assert sum(bool(found) for _, found in expected) > 200
