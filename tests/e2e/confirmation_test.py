"""What cannot be undone takes two persons, from the request to the disk that holds nothing any more.

confirmation_test.py [unittest options], with GULOU_BIN. The real broker, its journal and its command line.
"""
import json
import os
import secrets
import shlex
import shutil
import subprocess
import tempfile
import unittest
import urllib.parse

from gulou_client import Refused
from home import PDF, attachment, canonical, notice, wait_for, with_home

BROKER = "gulou-broker"


def found(home, *texts):
    """Which of these stand anywhere in the files of the home."""
    left = {text: text.encode() for text in texts}
    seen = set()
    for folder, _, files in os.walk(home.path):
        for name in files:
            try:
                with open(os.path.join(folder, name), "rb") as file:
                    content = file.read()
            except FileNotFoundError:  # the store has just let go of it
                continue
            seen |= {text for text, content_of in left.items() if content_of in content}
    return seen


class ConfirmationTest(unittest.TestCase):
    def prepare(self, home):
        pass

    def begin(self, home):
        self.home = home
        self.second = home.gulou_json("key", "new", "wang", "--role", "operator", "--rights", "operator")["token"]
        return home.publisher()

    def as_second(self, command, code=0):
        """Runs a command line as it is shown to people, as the second operator."""
        words = shlex.split(command)
        done = subprocess.run([self.home.program(words[0]), "--home", self.home.path, "--lang", "en", *words[1:]],
                              capture_output=True, text=True, check=False, env={**os.environ, "GULOU_TOKEN": self.second})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def withdraw(self, *names):
        body = {"targets": list(names), "kind": "erase", "reason": "含学生姓名"}
        answer = self.home.http("POST", "/v1/withdrawals", json.dumps(body))
        self.assertIn(answer.status, (200, 201), answer.body)
        return answer.json

    def confirmation(self, number):
        return self.home.http("GET", f"/v1/confirmations/{number}").json

    def wait_done(self, number):
        wait_for(lambda: self.confirmation(number)["state"] == "done", "the bytes are destroyed", 30)

    def attention(self, code):
        items = self.home.http("GET", "/v1/status").json["attention"]
        return next((one for one in items if one["code"] == code), None)

    @with_home
    def test_destroyed_bytes_are_found_nowhere_and_stay_proven(self, home):
        publisher = self.begin(home)
        title, text, shared_text = (secrets.token_hex(40) for _ in range(3))
        own = PDF + b"% " + secrets.token_bytes(400_000).hex().encode()
        shared = PDF + b"% " + secrets.token_bytes(40_000).hex().encode()
        pieces = [own[5_000:5_100].decode(), own[-100:].decode()]
        files = [attachment(publisher.put_blob(content), len(content), name)
                 for content, name in ((own, "own.pdf"), (shared, "shared.pdf"))]
        body = {"format": "text", "content": f"名单：{text}"}
        wrong = publisher.submit([canonical(notice("wrong-1", title=title, body=body, attachments=files))])["seq"]
        body = {"format": "text", "content": shared_text}
        right = publisher.submit([canonical(notice("right-1", body=body, attachments=files[1:]))])["seq"]
        self.assertEqual(found(home, title, text, *pieces), {title, text, *pieces})

        bytes_of = self.withdraw("wrong-1")["bytes"]
        self.assertEqual(bytes_of["state"], "waiting")
        waiting = self.attention("confirmation_erase")
        self.assertIn("wrong-1", waiting["sentence"])
        self.assertIn("another person", home.gulou("--lang", "en", "confirmation", "give", "1", "--yes", code=1).stderr)
        self.assertEqual(home.http("POST", "/v1/confirmations/1/give", "{}").codes(),
                         {"confirmation": "confirmation_same_person"})
        home.kill(BROKER)
        home.start(BROKER)  # what waits survives
        self.assertEqual(found(home, text), {text})
        self.assertIn("asked", self.as_second("gulou confirmation show 1").lower())

        self.as_second(waiting["command"] + " --yes")

        self.wait_done(1)
        self.assertEqual(found(home, title, text, *pieces), set())
        self.assertIsNone(self.attention("confirmation_erase"))
        self.assertEqual(home.http("GET", f"/v1/blobs/{files[1]['digest']}").body, shared)
        self.assertEqual(home.http("GET", f"/v1/blobs/{files[0]['digest']}").status, 404)
        shown = home.http("GET", f"/v1/releases/{right}?raw=1").body.decode()
        self.assertIn(shared_text, shown)
        with self.assertRaises(Refused) as caught:
            publisher.submit([canonical(notice("wrong-1", revision=2, previous_revision=1,
                                               update="minor"))])
        self.assertIn("publication_withdrawn", {error["reason"] for error in caught.exception.errors})
        self.check_proof(wrong, {title, text, *pieces})

    def check_proof(self, wrong, gone):
        home = self.home
        self.assertEqual(home.stop(BROKER), 0)
        self.assertEqual(found(home, *gone), set())
        said = home.gulou("journal", "verify").stdout.splitlines()
        self.assertEqual(len(said), 2)  # the chain, and what is not there any more
        self.assertIn("operator", said[1])
        self.assertIn("wang", said[1])
        with tempfile.TemporaryDirectory() as outside:
            keys, file = os.path.join(outside, "keys"), os.path.join(outside, "e.zip")
            os.mkdir(keys)
            shutil.copy(home.file("keys/checkpoint.public"), keys)
            home.gulou("evidence", "export", str(wrong), "--out", file)
            said = home.run(BROKER, "evidence", "verify", file, "--keys", keys)
            self.assertEqual(said.returncode, 0, said.stderr)
            self.assertIn("wang", said.stdout)

    @with_home
    def test_a_crash_in_the_middle_loses_nothing(self, home):
        publisher = self.begin(home)
        texts = [secrets.token_hex(40) for _ in range(20)]
        for number, text in enumerate(texts):
            publisher.submit([canonical(notice(f"wrong-{number}", body={"format": "text", "content": text}))])
        self.withdraw(*(f"wrong-{number}" for number in range(16)))
        answer = home.http("POST", "/v1/confirmations/1/give", "{}", token=self.second)
        self.assertEqual(answer.status, 200, answer.body)
        home.kill(BROKER)
        home.start(BROKER)
        self.wait_done(1)
        self.assertEqual(found(home, *texts[:16]), set())
        for number, text in enumerate(texts[16:], 17):
            self.assertIn(text, home.http("GET", f"/v1/releases/{number}?raw=1").body.decode())

    @with_home
    def test_the_page_behind_the_link(self, home):
        self.begin(home).submit([canonical(notice("wrong-1"))])
        link = self.withdraw("wrong-1")["bytes"]["link"]
        page = home.http("GET", link, token="")
        self.assertEqual(page.status, 200)
        self.assertNotIn("wrong-1", page.body.decode())

        def send(**fields):
            return home.http("POST", link, urllib.parse.urlencode(fields), token="",
                             Content_Type="application/x-www-form-urlencoded")

        self.assertEqual(send(token="guessed").status, 401)
        self.assertIn("wrong-1", send(token=self.second).body.decode())
        self.assertIn("另一人", send(token=home.token, decision="give").body.decode())
        self.assertEqual(self.confirmation(1)["state"], "waiting")
        self.assertIn("wang", send(token=self.second, decision="give").body.decode())
        self.wait_done(1)

    @with_home
    def test_personal_data_pass_when_two_have_said_so(self, home):
        publisher = self.begin(home)
        parts = [canonical(notice("list-1", title="关于王某11010519491231002X的公示"))]
        allows = [canonical({"role": "unit_head", "name": "何志远", "at": "2026-11-20T09:00:00+08:00",
                             "allows": ["personal_data"], "opinion": "依法公示"})]

        def reasons():
            with self.assertRaises(Refused) as caught:
                publisher.submit(parts, allows)
            return [error["reason"] for error in caught.exception.errors]

        self.assertEqual(reasons(), ["confirmation_waits"])
        self.assertEqual(reasons(), ["confirmation_waits"])
        self.assertEqual(home.head(), 0)
        shown = self.confirmation(1)
        self.assertEqual(shown["places"], ["parts[0].title: id_card"])
        self.assertNotIn("11010519491231002X", json.dumps(shown))
        self.as_second(self.attention("confirmation_personal_data")["command"] + " --yes")
        receipt = publisher.submit(parts, allows)
        self.assertEqual(self.confirmation(1)["seq"], receipt["seq"])


if __name__ == "__main__":
    unittest.main()
