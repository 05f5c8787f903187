"""Bad input over real sockets and in real files: refused with a code and the field's name, nothing stored, nobody
else affected. bad_input_test.py [unittest options], with GULOU_BIN; the seed of the garbage is printed (GULOU_SEED).
"""
import contextlib
import hashlib
import json
import os
import random
import socket
import threading
import unittest

import zmq

from bad_messages import GOOD, MESSAGES, OF_ADAPTERS, PARTS, envelope, garbage
from gulou_client import Publisher, Refused, Unreachable
from home import PDF, Home, canonical, is_sanitized, notice, wait_for, with_home

SEED = int(os.environ.get("GULOU_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 31)
BROKER = "gulou-broker"


class Witness(threading.Thread):
    """Another publisher, who must not notice any of it."""

    def __init__(self, home):
        super().__init__(daemon=True)
        self.endpoint = home.endpoint("publishers"), home.server_key, home.secret("witness")
        self.receipts, self.trouble, self.stopped = [], None, threading.Event()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.join()

    def run(self):
        publisher = Publisher(*self.endpoint)
        try:
            while not self.stopped.wait(0.05):
                self.receipts.append(publisher.submit([canonical(notice(f"witness-{len(self.receipts)}"))])["seq"])
        except Exception as trouble:  # told where the test looks
            self.trouble = trouble
        finally:
            publisher.close()

    def goes_on(self):
        seen = len(self.receipts)
        wait_for(lambda: self.trouble or len(self.receipts) > seen + 1, "the other publisher gets receipts")
        if self.trouble:
            raise AssertionError(f"the other publisher was affected: {self.trouble!r}")


def peak_memory(home):
    with open(f"/proc/{home.running[BROKER].pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) >> 10


class BadInputTest(unittest.TestCase):
    def prepare(self, home):
        home.add_principal("witness", "publisher")

    @contextlib.contextmanager
    def nothing_changes(self, home):
        """The other publisher goes on, and nothing but its releases is stored."""
        with Witness(home) as witness:
            witness.goes_on()
            yield
            witness.goes_on()
        self.assertEqual(home.head(), len(witness.receipts))
        self.assertEqual(witness.receipts, list(range(1, len(witness.receipts) + 1)))

    def refused(self, what, answer, reason, field):
        found = [(error["reason"], error.get("field", "")) for error in answer.get("errors", [answer.get("error")])]
        self.assertEqual(found, [(reason, field)], what)

    @with_home
    def test_releases_over_zeromq(self, home):
        publisher = home.publisher()
        with self.nothing_changes(home):
            for what, part, reason, field in PARTS:
                for parts in ([part], [canonical(notice("beside")), part]):  # alone, and in a bundle: never half
                    with self.assertRaises(Refused, msg=what) as raised:
                        publisher.submit(parts)
                    self.refused(what, {"errors": raised.exception.errors}, reason, f"parts[{len(parts) - 1}]{field}")
            with self.assertRaises(Refused) as raised:
                publisher.submit([GOOD, GOOD])
            self.refused("the same twice", {"errors": raised.exception.errors}, "duplicate_part", "parts[1].id")
            self.assertFalse(publisher.status("beside").get("found"))

    @with_home
    def test_messages(self, home):
        publisher = home.publisher()
        with self.nothing_changes(home):
            for what, frames, reason, field in MESSAGES:
                publisher.socket.send_multipart(frames)
                answer = publisher.receive(10)
                self.assertIsNotNone(answer, f"no answer: {what}")
                self.refused(what, answer[0], reason, field)
            self.assertTrue(publisher.ask("PING", {"number": 1})[0]["answer"], "the session goes on")

    @with_home
    def test_garbage_frames_and_oversized_ones(self, home):
        print(f"GULOU_SEED={SEED}", flush=True)
        chance = random.Random(SEED)
        with self.nothing_changes(home):
            before = peak_memory(home)
            for port, key, usual in (("publishers", "publisher-1", MESSAGES), ("adapters", "portal-1", OF_ADAPTERS)):
                for _ in range(10):
                    peer = home.keep(Publisher(home.endpoint(port), home.server_key, home.secret(key)))
                    peer.socket.poll(5000, zmq.POLLOUT)
                    for _ in range(50):  # fewer than the broker queues for one that does not read
                        peer.socket.send_multipart(garbage(chance, usual))
                    peer.send("PING", {"number": 77})
                    ends = (("number", 77), ("reason", "session_silent"))  # it may have no session
                    while (answer := peer.receive(20)) and not any(answer[0].get(key) == value for key, value in ends):
                        pass
                    self.assertIsNotNone(answer, f"{port} answers")
            for _ in range(20):  # more than a frame may have: the connection ends, and comes again
                publisher = home.publisher()
                publisher.send("SUBMIT", {}, [bytes(20 << 20)], 1)
                self.assertIsNone(publisher.receive(0.05))
            home.publisher().ask("PING", {"number": 1})
            if not is_sanitized(home.program(BROKER)):
                self.assertLess(peak_memory(home) - before, 150, "MiB")

    @with_home
    def test_garbage_on_the_ports(self, home):
        chance = random.Random(SEED)
        with self.nothing_changes(home):
            for port in ("publishers", "adapters", "devices", "http"):
                for _ in range(20):
                    with socket.create_connection(("127.0.0.1", home.ports[port]), timeout=5) as peer:
                        greeting = b"\xff" + bytes(8) + b"\x7f\x03\x01CURVE" if chance.random() < 0.5 else b""
                        with contextlib.suppress(OSError):
                            peer.sendall(greeting + chance.randbytes(chance.randrange(3000)))

    @with_home
    def test_unknown_keys(self, home):
        with self.nothing_changes(home):
            wrong = [(port, zmq.curve_keypair()[1].decode()) for port in ("publishers", "adapters", "devices")]
            wrong += [("publishers", home.secret("portal-1")), ("adapters", home.secret("publisher-1"))]
            for port, secret in wrong:
                peer = home.keep(Publisher(home.endpoint(port), home.server_key, secret))
                with self.assertRaises(Unreachable, msg=port):
                    peer.ask("PING", {"number": 1}, timeout_s=1)
            plain = zmq.Context.instance().socket(zmq.DEALER)  # no CURVE at all
            plain.setsockopt(zmq.IMMEDIATE, 1)
            plain.setsockopt(zmq.LINGER, 0)
            home.keep(plain).connect(home.endpoint("publishers"))
            self.assertFalse(plain.poll(1000, zmq.POLLOUT))

    @with_home
    def test_replayed_frames(self, home):
        home.kill(BROKER)
        home.add_channel("python")
        home.add_principal("python-1", "adapter", channels=["python"])
        home.start(BROKER)
        publisher = home.publisher()
        frames = [envelope("SUBMIT"), canonical(notice("once"))]
        for _ in range(50):
            publisher.socket.send_multipart(frames)
        answers = [publisher.receive(10)[0] for _ in range(50)]
        self.assertEqual({(one["verb"], one["seq"], one["hash"]) for one in answers}, {("ACCEPTED", 1, answers[0]["hash"])})
        self.assertEqual(home.head(), 1)
        adapter = home.adapter("python-1", "python")
        delivery = adapter.next_delivery(10)
        for _ in range(5):
            adapter.report(delivery, "published", level="public")
        adapter.report(delivery, "content", reason="too_late")
        answers = [adapter.receive(10)[0] for _ in range(5)]  # the first report has none
        self.assertEqual([one["error"]["reason"] for one in answers], ["lease_ended"] * 5)
        home.wait_state(1, "python", "published")
        self.assertIsNone(adapter.next_delivery(0.3))

    @with_home
    def test_http(self, home):
        with self.nothing_changes(home):
            good = json.dumps({"parts": [notice("bad-1")]}, ensure_ascii=False)
            cases = (("no JSON", "hello", 400, "json_syntax"), ("a key twice", good[:-1] + ',"parts":[]}', 400, "json_duplicate_key"),
                     ("a float", good.replace('"revision": 1', '"revision": 1.0'), 400, "json_float"),
                     ("too deep", '{"parts":' + "[" * 100 + "]" * 100 + "}", 400, "json_too_deep"),
                     ("no UTF-8", good.encode().replace("春".encode(), b"\xff\xfe\xfd"), 400, "json_not_utf8"),
                     ("no parts", "{}", 400, "submission_malformed"), ("more", good[:-1] + ',"x":1}', 400, "submission_malformed"),
                     ("17 parts", json.dumps({"parts": [notice(f"b-{i}") for i in range(17)]}), 400, "bundle_size"),
                     ("no such day", good.replace("2026-11-20", "2026-02-30"), 400, "date_invalid"))
            for what, body, status, code in cases:
                answer = home.http("POST", "/v1/submissions", body if isinstance(body, bytes) else body.encode())
                self.assertEqual((what, answer.status, answer.json["code"]), (what, status, code))
                self.assertTrue(answer.json["detail"], what)
            answer = home.http("POST", "/v1/submissions", b" " * (5 << 20))
            self.assertIn((answer.status, answer.json["code"]), [(413, "submission_too_large"), (429, "submission_too_large")])
            with contextlib.suppress(ConnectionError):  # the answer may come while we still send
                self.assertEqual(home.http("POST", "/v1/submissions", b" " * (20 << 20)).status, 413)
            answer = home.http("PUT", "/v1/blobs/" + "1" * 64, PDF)
            self.assertEqual((answer.status, answer.codes()), (400, {"digest": "blob_digest_differs"}))
            answer = home.http("PUT", "/v1/blobs/xyz", PDF)
            self.assertEqual((answer.status, answer.codes()), (400, {"digest": "field_not_digest"}))
            answer = home.http("GET", "/v1/releases/%ff%fe")
            self.assertEqual(answer.status, 400)

    def test_configuration(self):
        cases = (("broker.toml", "log_level", "log_levle", "log_levle", "log_level"),
                 ("channels.toml", "portal = true", "portl = true", "portl", "portal"),
                 ("principals.toml", 'role = "adapter"', 'rol = "adapter"', "rol", "role"),
                 ("columns.toml", "\nfreshness_days_max", "\nfreshnes_days_max", "freshnes_days_max", "freshness_days_max"),
                 ("units.toml", "\narea", "\nare", "are", "area"))
        with Home() as home:
            for name, old, new, wrong, meant in cases:
                text = home.read(name)
                home.replace(name, old, new)
                for said in (home.run(BROKER, "--home", home.path), home.gulou("--lang", "en", "doctor", code=1)):
                    self.assertEqual(said.returncode, 1)
                    self.assertRegex(said.stderr + said.stdout, rf"{name}:\d+:\d+.*\b{wrong}\b.*\b{meant}\b")
                with open(home.file(name), "w", encoding="utf-8") as file:
                    file.write(text)
            for port in ("publishers", "adapters", "devices", "http"):
                with socket.create_server(("127.0.0.1", home.ports[port])):
                    said = home.run(BROKER, "--home", home.path)
                    self.assertEqual(said.returncode, 1)
                    self.assertRegex(said.stderr, rf"127\.0\.0\.1:{home.ports[port]}")
            home.start(BROKER)
            for arguments in (("--home", home.path), ("--home", home.path, "journal", "verify")):
                said = home.run(BROKER, *arguments)
                self.assertEqual(said.returncode, 1)
                self.assertIn(home.path, said.stderr)
            home.publisher().submit([GOOD])  # the running one does not mind

    @with_home
    def test_full_disk(self, home):
        publisher = home.publisher()
        first = publisher.submit([GOOD])
        self.assertEqual(home.stop(BROKER), 0)
        home.replace("broker.toml", "disk_free_bytes_min = 2147483648", f"disk_free_bytes_min = {1 << 60}")
        home.start(BROKER, ready=False)
        wait_for(lambda: home.answers(BROKER, "http", "/healthz"), "it answers")
        wait_for(lambda: "errors" in home.http("GET", "/readyz").json, "it says what is wrong")
        answer = home.http("GET", "/readyz")
        self.assertEqual((answer.status, [one["code"] for one in answer.json["errors"]]), (503, ["disk_full"]))
        self.assertRegex(home.gulou("--lang", "en", "status", code=1).stdout, "(?i)disk")
        self.assertRegex(home.gulou("--lang", "en", "doctor", code=1).stdout, "(?i)disk")
        publisher = home.publisher()
        for refused in (lambda: publisher.submit([canonical(notice("later"))]), lambda: publisher.put_blob(PDF)):
            with self.assertRaises(Refused) as raised:
                refused()
            self.refused("full", {"errors": raised.exception.errors}, "disk_full", "")
        answer = home.http("PUT", f"/v1/blobs/{hashlib.sha256(PDF).hexdigest()}", PDF)
        self.assertEqual((answer.status, answer.json["code"]), (503, "disk_full"))
        page = os.path.join(home.path, "later.md")
        with open(page, "w", encoding="utf-8") as file:
            file.write('+++\nkind = "news"\ncolumn = "xwdt"\ntitle = "later"\n+++\ntext\n')
        said = home.gulou("--lang", "en", "publish", page, code=3)
        self.assertIn("refused 0 · not accepted 1, try again later", said.stdout)
        self.assertEqual(publisher.submit([GOOD])["seq"], first["seq"], "what was accepted keeps its receipt")
        adapter = home.adapter("portal-1", "portal")
        adapter.report(adapter.next_delivery(20), "published", level="public")
        home.wait_state(first["seq"], "portal", "published")


if __name__ == "__main__":
    unittest.main()
