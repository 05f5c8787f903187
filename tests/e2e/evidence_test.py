"""Evidence from end to end: accept, stop, export, check without the home, flip bytes, compare a kept checkpoint.

evidence_test.py [unittest options], with GULOU_BIN.
"""
import hashlib
import json
import os
import random
import shutil
import tempfile
import unittest
import zipfile

from gulou_client import Publisher
from home import Home, canonical, notice

BROKER = "gulou-broker"


def submit(home, count):
    client = Publisher(home.endpoint("publishers"), home.server_key, home.secret("oa"))
    try:
        for number in range(count):
            client.send("SUBMIT", {}, [canonical(notice(f"evidence-{number}"))], number + 1)
            answer = client.receive(30)[0]
            assert answer["verb"] == "ACCEPTED", answer
    finally:
        client.close()


class EvidenceTest(unittest.TestCase):
    def test_a_file_proves_its_release_without_the_broker(self):
        with Home() as home, tempfile.TemporaryDirectory() as outside:
            home.add_principal("oa", "publisher")
            home.start(BROKER)
            submit(home, 5)
            self.assertEqual(home.stop(BROKER), 0)
            keys, file = os.path.join(outside, "keys"), os.path.join(outside, "e.zip")
            kept = os.path.join(outside, "checkpoint.txt")
            os.mkdir(keys)
            shutil.copy(os.path.join(home.path, "keys", "checkpoint.public"), keys)

            said = home.run(BROKER, "--home", home.path, "evidence", "checkpoint", "--out", kept)
            self.assertEqual(said.returncode, 0, said.stderr)
            self.assertIn("gulou checkpoint 1", said.stdout)
            said = home.run(BROKER, "--home", home.path, "journal", "verify", "--checkpoint", kept)
            self.assertEqual(said.returncode, 0, said.stderr)
            said = home.run("gulou", "--home", home.path, "evidence", "export", "2", "4", "--out", file)
            self.assertEqual(said.returncode, 0, said.stderr)
            self.check_file(home, file, keys, kept)

    def test_a_file_is_made_while_the_broker_works(self):
        with Home() as home, tempfile.TemporaryDirectory() as outside:
            home.add_principal("oa", "publisher")
            home.start(BROKER)
            submit(home, 3)
            keys, file = os.path.join(outside, "keys"), os.path.join(outside, "e.zip")
            os.mkdir(keys)
            shutil.copy(os.path.join(home.path, "keys", "checkpoint.public"), keys)
            said = home.gulou("--lang", "en", "evidence", "export", "2", "#3", "--out", file)
            self.assertIn("2 releases", said.stdout)
            for _ in range(2):
                checked = home.run(BROKER, "evidence", "verify", file, "--keys", keys)
                self.assertEqual(checked.returncode, 0, checked.stderr)
                home.gulou("evidence", "export", "--column", "tzgg", "--sample", "2", "--seed", "7", "--out", file)
            home.gulou("evidence", "export", "9", "--out", file, code=1)
            self.assertEqual(home.http("GET", "/v1/evidence").codes(), {"releases": "evidence_choose"})
            self.assertEqual(home.http("GET", "/v1/evidence?releases=1", token="x").status, 401)
            self.assertEqual(home.head(), 3)

    def test_the_page_as_it_is_read_stands_beside_what_is_proven(self):
        with Home() as home, tempfile.TemporaryDirectory() as outside:
            home.start(BROKER)
            home.start("gulou-portal")
            self.assertEqual(home.publisher().submit([canonical(notice("water-1"))])["seq"], 1)
            home.wait_state(1, "portal", "published")
            keys, file = os.path.join(outside, "keys"), os.path.join(outside, "e.zip")
            os.mkdir(keys)
            shutil.copy(os.path.join(home.path, "keys", "checkpoint.public"), keys)
            verify = ("evidence", "verify", file, "--keys", keys)

            home.gulou("evidence", "export", "1", "--out", file)
            self.assertEqual(home.run(BROKER, *verify).returncode, 0)
            with zipfile.ZipFile(file) as archive:
                page = json.loads(archive.read("evidence.json"))["pages"][0]
                self.assertEqual((page["entry"], page["channel"], page["status"]), (1, "portal", 200))
                shown = archive.read(f"pages/{page['digest']}.html")
                self.assertEqual(hashlib.sha256(shown).hexdigest(), page["digest"])
                self.assertIn("关于春山路停水的通知", shown.decode())

            home.stop("gulou-portal")
            home.gulou("evidence", "export", "1", "--out", file)
            self.assertEqual(home.run(BROKER, *verify).returncode, 0)
            with zipfile.ZipFile(file) as archive:
                page = json.loads(archive.read("evidence.json"))["pages"][0]
                self.assertEqual((page["error"], page["digest"]), ("http_connect_failed", ""))

    def check_file(self, home, file, keys, kept):
        verify = ("evidence", "verify", file, "--keys", keys)
        said = home.run(BROKER, *verify, "--checkpoint", kept)
        self.assertEqual(said.returncode, 0, said.stderr)
        with zipfile.ZipFile(file) as archive:  # any unpacker reads it
            self.assertIsNone(archive.testzip())
            self.assertIn("证明.pdf", archive.namelist())
            self.assertEqual(sum(name.startswith("content/") for name in archive.namelist()), 2)
            self.assertTrue(archive.read("证明.pdf").startswith(b"%PDF"))
        with open(file, "rb") as whole:
            good = whole.read()
        chance = random.Random(7)
        for _ in range(40):
            at = chance.randrange(len(good))
            with open(file, "wb") as changed:
                changed.write(good[:at] + bytes([good[at] ^ 1 << chance.randrange(8)]) + good[at + 1:])
            said = home.run(BROKER, *verify)
            self.assertEqual(said.returncode, 1, f"byte {at}: {said.stdout}")
            self.assertTrue(said.stderr.strip())


if __name__ == "__main__":
    unittest.main()
