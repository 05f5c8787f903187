"""Attacks over real sockets on the real broker: refused with a code, nothing stored, nobody else affected.

attack_test.py [unittest options], with GULOU_BIN.
"""
import contextlib
import glob
import http.client
import json
import os
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import unittest

import msgpack
import zmq

from gulou_client import Adapter, Connection, Publisher, Refused, Unreachable
from home import PDF, READY_S, Home, attachment, canonical, notice, wait_for, with_home

BROKER = "gulou-broker"
HALF_OPEN = 10_000


def reasons(raised):
    return [(error["reason"], error.get("field", "")) for error in raised.exception.errors]


def metric(home, name):
    figures = dict(line.rsplit(" ", 1) for line in home.http("GET", "/metrics").body.decode().splitlines()
                   if not line.startswith("#"))
    return float(figures[name])


def text_of(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


class Wire(threading.Thread):
    """A wire-tapper: passes bytes between one client and the broker, keeps what the client sent, and can say it again."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.target = ("127.0.0.1", port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.pieces, self.up = [], None
        self.start()

    def run(self):
        client, _ = self.listener.accept()
        self.up = socket.create_connection(self.target)
        threading.Thread(target=self.back, args=(client,), daemon=True).start()
        with contextlib.suppress(OSError):
            while piece := client.recv(65536):
                self.pieces.append(piece)
                self.up.sendall(piece)

    def back(self, client):
        with contextlib.suppress(OSError):
            while piece := self.up.recv(65536):
                client.sendall(piece)
            client.close()


class AttackTest(unittest.TestCase):
    def prepare(self, home):
        home.add_channel("radio")
        home.add_principal("mzj-oa", "publisher", units=["mzj"], columns=["tzgg"], kinds=["notice"])
        home.add_principal("screens-only", "publisher", channels=["screen"])
        home.add_principal("few", "publisher", rate_per_minute=2)
        home.add_principal("radio-1", "adapter", channels=["radio"])

    def refused(self, found, act):
        with self.assertRaises(Refused) as raised:
            act()
        self.assertEqual(reasons(raised), found)

    # --- keys ------------------------------------------------------------------------------------

    @with_home
    def test_unknown_keys_and_wrong_doors(self, home):
        stranger = zmq.curve_keypair()[1].decode()
        for port, key in (("publishers", stranger), ("adapters", stranger), ("devices", stranger),
                          ("publishers", home.secret("radio-1")), ("adapters", home.secret("mzj-oa")),
                          ("devices", home.secret("radio-1"))):
            client = home.keep(Connection(home.endpoint(port), home.server_key, key))
            with self.assertRaises(Unreachable, msg=port):
                client.send("STATUS", {"id": "x"}, timeout_s=1)
        plain = zmq.Context.instance().socket(zmq.DEALER)
        plain.setsockopt(zmq.LINGER, 0)
        plain.setsockopt(zmq.IMMEDIATE, 1)
        plain.connect(home.endpoint("publishers"))
        self.assertEqual(plain.poll(1000, zmq.POLLOUT), 0)
        plain.close()
        self.assertTrue(home.publisher().submit([canonical(notice("water-1"))])["seq"])

    @with_home
    def test_a_key_revoked_mid_session(self, home):
        adapter, publisher = home.adapter("radio-1", "radio"), home.publisher("mzj-oa")
        other = home.publisher()
        other.submit([canonical(notice("water-1"))])
        delivery = adapter.next_delivery(10)
        self.assertIsNone(publisher.status("water-1").get("seq"))  # alive
        home.gulou("key", "revoke", "radio-1", "--yes")
        home.gulou("key", "revoke", "mzj-oa", "--yes")
        with self.assertRaisesRegex(Unreachable, "GOODBYE: principal_not_allowed"):
            adapter.next_delivery(10)
        self.refused([("principal_not_allowed", "")], lambda: publisher.submit([canonical(notice("water-2"))]))
        with contextlib.suppress(Refused):
            adapter.report(delivery, "published", level="public")  # nobody listens to it any more
            adapter.ask("PING", {"number": 1})
        self.assertNotEqual(home.standing(1, "radio").get("state"), "published")
        for port, name in (("adapters", "radio-1"), ("publishers", "mzj-oa")):
            again = home.keep(Connection(home.endpoint(port), home.server_key, home.secret(name)))
            with self.assertRaises(Unreachable):
                again.send("STATUS", {"id": "x"}, timeout_s=1)
        self.assertEqual(other.submit([canonical(notice("water-3"))])["seq"], 2)
        self.assertEqual(home.gulou_json("principal", "list")["principals"][-1]["state"], "revoked")

    @with_home
    def test_a_token_revoked_ends_its_stream(self, home):
        token = home.gulou_json("key", "new", "li", "--role", "operator", "--rights", "viewer")["token"]
        self.assertEqual(home.http("GET", "/v1/status", token=token).status, 200)
        self.assertEqual(home.http("POST", "/v1/reload", "{}", token=token).status, 403)
        connection = http.client.HTTPConnection("127.0.0.1", home.ports["http"], timeout=READY_S)
        connection.request("GET", "/v1/events", headers={"Authorization": "Bearer " + token})
        stream = connection.getresponse()
        self.assertIn(b"retry", stream.readline())
        home.gulou("key", "revoke", "li", "--yes")
        while stream.readline():  # to its end
            pass
        self.assertEqual(home.http("GET", "/v1/status", token=token).status, 401)

    @with_home
    def test_hangup_reads_again_and_a_broken_file_changes_nothing(self, home):
        home.add_principal("late", "publisher")
        os.kill(home.running[BROKER].pid, signal.SIGHUP)
        wait_for(lambda: "admission.reloaded" in home.log(BROKER), "the file is read again")
        self.assertEqual(home.publisher("late").submit([canonical(notice("water-1"))])["seq"], 1)
        home.append("principals.toml", "[[principal]]\nname = \"x\"\nrole = \"boss\"")
        self.assertIn("boss", home.gulou("reload", code=1).stderr)
        self.assertEqual(home.publisher("late").submit([canonical(notice("water-2"))])["seq"], 2)

    @with_home
    def test_one_key_in_two_places(self, home):
        first = home.adapter("radio-1", "radio")
        second = home.adapter("radio-1", "radio")
        self.assertEqual(first.receive(10)[0]["verb"], "GOODBYE")
        self.refused([("cloned_key", "")], lambda: first.ask(
            "HELLO", {"channel": "radio", "instance": "copy"}))
        self.refused([("cloned_key", "")], lambda: home.keep(Connection(
            home.endpoint("adapters"), home.server_key, home.secret("radio-1"))).ask(
            "HELLO", {"channel": "radio", "instance": "copy", "last_goodbye": "session_replaced"}))
        home.publisher().submit([canonical(notice("water-1"))])
        self.assertEqual(second.next_delivery(10)["seq"], 1)
        self.assertIsNone(first.receive(0.5) and first.waiting or None)
        alarm = [one for one in home.http("GET", "/v1/status").json["attention"] if one["code"] == "cloned_key"]
        self.assertEqual((alarm[0]["count"], alarm[0]["command"]), (2, "gulou key new radio-1"))

    # --- rights ----------------------------------------------------------------------------------

    @with_home
    def test_what_a_publisher_may_not(self, home):
        publisher = home.publisher("mzj-oa")
        ours = {"issuer": {"name": "云溪县民政局", "org_code": "014820192"}}
        for fields, found in (({}, ("unit_not_allowed", "parts[0].issuer")),
                              ({**ours, "column": "zxdt", "kind": "notice"}, ("column_not_allowed", "parts[0].column")),
                              ({**ours, "kind": "other"}, ("kind_not_allowed", "parts[0].kind"))):
            self.refused([found], lambda fields=fields: publisher.submit([canonical(notice("water-1", **fields))]))
        with self.assertRaises(Refused) as raised:
            home.publisher("screens-only").submit([canonical(notice("water-1"))])
        self.assertTrue({one[0] for one in reasons(raised)} == {"channel_not_for_publisher"}, reasons(raised))
        few = home.publisher("few")
        few.submit([canonical(notice("few-1"))])
        few.submit([canonical(notice("few-2"))])
        self.refused([("publisher_rate_exceeded", "")], lambda: few.submit([canonical(notice("few-3"))]))
        self.assertEqual(home.head(), 2)
        self.assertEqual(publisher.submit([canonical(notice("water-1", **ours))])["seq"], 3)

    @with_home
    def test_identities_in_bodies_count_for_nothing(self, home):
        home.publisher().submit([canonical(notice("water-1"))])
        thief = home.publisher("few")
        claims = {"publisher": "publisher-1", "principal": "publisher-1", "user": "publisher-1"}
        thief.ask("SUBMIT", claims, [canonical(notice("mine"))])
        self.assertEqual(home.http("GET", "/v1/releases/2").json["publisher"], "few")
        answer, _ = thief.ask("STATUS", {"id": "water-1", **claims})
        self.assertFalse(answer.get("found"))
        for name in ("water-1", "publisher-1/water-1"):
            with self.assertRaises(Refused):
                thief.ask("WITHDRAW", {"id": name, "kind": "remove", "reason": "x", **claims})
        self.assertEqual(home.head(), 2)
        with self.assertRaises(Refused):  # another release under the other's id is one's own, not a revision of it
            thief.submit([canonical(notice("water-1", 2, previous_revision=1, update="major", change_note="x"))])

    @with_home
    def test_what_an_adapter_may_not(self, home):
        home.add_principal("spy", "adapter", channels=["radio"])
        home.gulou("reload")
        publisher, honest = home.publisher(), home.adapter("radio-1", "radio")
        blob = publisher.put_blob(PDF)
        publisher.submit([canonical(notice("water-1", attachments=[attachment(blob, len(PDF), private=True)]))])
        delivery = honest.next_delivery(10)
        spy = home.keep(Connection(home.endpoint("adapters"), home.server_key, home.secret("spy")))
        self.refused([("channel_not_allowed", "channel")], lambda: spy.ask(
            "HELLO", {"channel": "portal", "instance": "portal-1"}))
        spy.ask("HELLO", {"channel": "radio", "instance": "radio-1"})
        lie = {"from": delivery["seq"], "outcome": "published", "level": "public"}
        spy.send("REPORT", {"lease": delivery["lease"], "items": [lie]})
        self.refused([("lease_ended", "lease")], lambda: spy.ask(
            "PROGRESS", {"lease": delivery["lease"], "seq": 1, "platform_id": "mine"}))
        with self.assertRaises(Refused):  # a private attachment leaves for nobody
            spy.ask("BLOB_GET", {"digest": blob, "offset": 0, "length": 100})
        self.assertEqual(home.standing(1, "radio")["state"], "leased")
        honest.report(delivery, "published", level="public")
        home.wait_state(1, "radio", "published")

    # --- replays and forgeries -------------------------------------------------------------------

    @with_home
    def test_replayed_frames(self, home):
        wire = Wire(home.ports["publishers"])
        publisher = home.keep(Publisher(f"tcp://127.0.0.1:{wire.port}", home.server_key, home.secret("publisher-1")))
        publisher.submit([canonical(notice("water-1"))])
        said = len(wire.pieces)
        publisher.ask("WITHDRAW", {"id": "water-1", "kind": "mark_invalid", "reason": "x"})
        heard, head = metric(home, "gulou_net_received_messages"), home.head()
        for piece in wire.pieces[said:]:  # on the same connection
            with contextlib.suppress(OSError):
                wire.up.sendall(piece)
        whole = b"".join(wire.pieces)
        again = socket.create_connection(("127.0.0.1", home.ports["publishers"]))  # and from the first byte on
        again.sendall(whole)
        again.settimeout(READY_S)
        with contextlib.suppress(ConnectionError):
            while again.recv(65536):  # until the broker hangs up
                pass
        other = home.publisher("few")
        other.status("water-1")
        self.assertEqual(metric(home, "gulou_net_received_messages"), heard + 1)
        self.assertEqual(home.head(), head)

    @with_home
    def test_forged_and_replayed_receipts(self, home):
        publisher = home.publisher()
        receipt = publisher.submit([canonical(notice("water-1"))])
        cursor = {key: receipt[key] for key in ("epoch", "seq", "hash", "mac")}
        publisher.ask("STATUS", {"id": "water-1", "receipt": cursor})  # genuine, and known
        forged = [{**cursor, "seq": 99}, {**cursor, "epoch": 99}, {**cursor, "hash": b"x" * 32},
                  {**cursor, "mac": b"x" * 32}]
        for one in forged:
            self.refused([("cursor_not_ours", "receipt")], lambda one=one: publisher.ask(
                "STATUS", {"id": "water-1", "receipt": one}))
            self.refused([("cursor_not_ours", "receipt")], lambda one=one: publisher.ask(
                "SUBMIT", {"receipt": one}, [canonical(notice("water-2"))]))
        adapter = home.keep(Connection(home.endpoint("adapters"), home.server_key, home.secret("radio-1")))
        self.refused([("cursor_not_ours", "known")], lambda: adapter.ask(
            "HELLO", {"channel": "radio", "instance": "r", "known": forged[0]}))
        body = {key: value.hex() if isinstance(value, bytes) else value for key, value in forged[0].items()}
        answer = home.http("POST", "/v1/receipts/check", json.dumps(body), Content_Type="application/json")
        self.assertEqual((answer.status, answer.json["code"]), (403, "cursor_not_ours"))
        self.assertEqual(metric(home, "gulou_net_refused_cursors"), 9)
        self.assertEqual(metric(home, "gulou_admin_refused_receipts_total"), 1)
        self.assertEqual(publisher.submit([canonical(notice("water-2"))])["seq"], 2)  # nobody was stopped

    def test_a_restored_older_home_knows_that_it_lost_something(self):
        with Home() as home:
            home.add_channel("radio")
            home.add_principal("radio-1", "adapter", channels=["radio"])
            home.start(BROKER)
            publisher = home.publisher()
            publisher.submit([canonical(notice("water-1"))])
            home.stop(BROKER)
            shutil.copytree(home.path, home.path + ".backup")
            home.start(BROKER)
            adapter = home.adapter("radio-1", "radio")
            for number in range(2, 6):
                receipt = publisher.submit([canonical(notice(f"water-{number}"))])
            while (item := adapter.next_delivery(10))["seq"] < 5:
                adapter.report(item, "published", level="public")
            known = adapter.cursor
            home.kill(BROKER)
            shutil.rmtree(home.path)
            os.rename(home.path + ".backup", home.path)
            home.start(BROKER)
            self.assertEqual(home.head(), 1)
            forged = {**known, "mac": b"x" * 32}
            link = home.keep(Connection(home.endpoint("adapters"), home.server_key, home.secret("radio-1")))
            self.refused([("cursor_not_ours", "known")], lambda: link.ask(
                "HELLO", {"channel": "radio", "instance": "r", "known": forged}))
            self.assertEqual(home.http("GET", "/readyz", token="").status, 200)  # a forgery stops nobody
            link.ask("HELLO", {"channel": "radio", "instance": "r", "known": known})
            wait_for(lambda: home.http("GET", "/readyz", token="").status == 503, "it is read-only")
            self.refused([("data_loss_suspected", "")], lambda: publisher.submit([canonical(notice("water-9"))]))
            self.refused([("data_loss_suspected", "")], lambda: publisher.withdraw("water-1", "remove", "x"))
            self.assertTrue(publisher.submit([canonical(notice("water-1"))])["already"])  # what it has it knows
            self.assertIn("data_loss_suspected", home.gulou("status", "--json", code=1).stdout)
            self.assertEqual(home.head(), 1)
            home.stop(BROKER)
            home.start(BROKER, ready=False)
            wait_for(lambda: self.answers(home), "it is up again")
            self.refused([("data_loss_suspected", "")], lambda: publisher.submit([canonical(notice("water-9"))]))
            home.gulou("journal", "accept-loss", "--reason", "磁盘损坏，恢复自周一的备份", code=2)
            home.gulou("journal", "accept-loss", "--reason", "磁盘损坏，恢复自周一的备份", "--yes")
            self.assertEqual(publisher.submit([canonical(notice("water-2"))])["seq"], 2)
            cursor = {key: receipt[key] for key in ("epoch", "seq", "hash", "mac")}
            publisher.ask("STATUS", {"id": "water-5", "receipt": cursor})  # known to be lost: no new alarm
            self.assertEqual(home.http("GET", "/readyz", token="").status, 200)

    @staticmethod
    def answers(home):
        with contextlib.suppress(OSError):
            return home.http("GET", "/healthz", token="").status == 200
        return False

    # --- floods ----------------------------------------------------------------------------------

    @with_home
    def test_ten_thousand_half_open_handshakes(self, home):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = HALF_OPEN + 500
        if hard != resource.RLIM_INFINITY and hard < wanted:
            self.skipTest(f"this machine allows {hard} descriptors")
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
        publisher = home.publisher()
        publisher.submit([canonical(notice("water-0"))])
        address = ("127.0.0.1", home.ports["publishers"])
        greeting = b"\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x01CURVE" + bytes(15) + b"\x00" + bytes(31)
        half_open, slowest = [], 0.0
        try:
            for number in range(HALF_OPEN):
                one = socket.socket()
                one.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    one.connect(address)
                half_open.append(one)
                if number % 3:  # some say nothing, some part of the greeting, some all of it
                    with contextlib.suppress(OSError):
                        one.send(greeting[:8] if number % 3 == 1 else greeting)
                if number % 500 == 499:
                    began = time.monotonic()
                    publisher.submit([canonical(notice(f"water-{number}"))])
                    slowest = max(slowest, time.monotonic() - began)
            fresh = home.publisher("few")
            fresh.submit([canonical(notice("fresh"))])  # a new client gets through too
            home.adapter("radio-1", "radio")
        finally:
            for one in half_open:
                one.close()
        print(f"slowest receipt among {HALF_OPEN} half-open handshakes: {slowest * 1000:.0f} ms", flush=True)
        self.assertLess(slowest, 10)
        self.assertEqual(home.head(), HALF_OPEN // 500 + 2)

    @with_home
    def test_guessed_tokens(self, home):
        seen = set()
        for number in range(60):
            seen.add(home.http("GET", "/v1/status", token=f"{number:064x}").status)
            if number % 20 == 0:
                self.assertEqual(home.http("GET", "/v1/status").status, 200)  # who has one notices nothing
        self.assertEqual(seen, {401, 429})
        for wrong in (home.token[:-1], home.token + "0", home.token.upper(), " " + home.token):
            self.assertIn(home.http("GET", "/v1/status", token=wrong).status, (401, 429))
        self.assertEqual(home.http("GET", "/v1/status").status, 200)

    @with_home
    def test_large_headers_and_slow_bodies(self, home):
        address = ("127.0.0.1", home.ports["http"])
        slow = [socket.create_connection(address) for _ in range(100)]
        try:
            for one in slow:
                one.sendall(b"POST /v1/submissions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + home.token.encode()
                            + b"\r\nContent-Type: application/json\r\nContent-Length: 4000000\r\n\r\n{")
            for request, status in ((b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 200_000 + b"\r\n\r\n", b"431"),
                                    (b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"431"),
                                    (b"POST /v1/submissions HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
                                    (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", b"400")):
                with socket.create_connection(address) as one:
                    one.settimeout(READY_S)
                    with contextlib.suppress(ConnectionError):
                        one.sendall(request)
                    self.assertEqual(one.recv(65536)[9:12], status, request[:60])
            body = json.dumps({"parts": [notice("water-1")]})
            answer = home.http("POST", "/v1/submissions", body, Content_Type="application/json")
            self.assertEqual(answer.status, 201)
        finally:
            for one in slow:
                one.close()

    # --- secure by default -----------------------------------------------------------------------

    @with_home
    def test_nothing_secret_is_said(self, home):
        home.publisher().submit([canonical(notice("water-1"))])
        home.http("GET", "/v1/status", token="a-wrong-token")
        home.gulou("key", "new", "radio-1")
        home.start("gulou-portal")
        home.stop("gulou-portal")
        secrets = {"a-wrong-token", home.token}
        for path in glob.glob(home.file("keys/*")):
            if not path.endswith(".public"):
                secrets.add(text_of(path).strip())
        self.assertGreater(len(secrets), 8)
        pid = home.running[BROKER].pid
        said = {"log": home.log(BROKER), "log of the portal": home.log("gulou-portal"),
                "metrics": home.http("GET", "/metrics").body.decode(), "arguments": text_of(f"/proc/{pid}/cmdline"),
                "status": home.http("GET", "/v1/status").body.decode(),
                "keys": home.gulou("key", "list").stdout, "principals": home.read("principals.toml"),
                "refusal": home.http("GET", "/v1/status", token="a-wrong-token").body.decode()}
        for where, text in said.items():
            for secret in secrets:
                self.assertNotIn(secret, text, where)
        self.assertRegex(text_of(f"/proc/{pid}/limits"), r"Max core file size +0 +0 ")

    def test_secrets_that_others_may_read_are_refused(self):
        with Home() as home:
            for name, mode in (("keys/receipt.mac", 0o644), ("keys/broker.secret", 0o640),
                               ("keys/checkpoint.sign", 0o604), ("principals.toml", 0o622)):
                before = os.stat(home.file(name)).st_mode
                os.chmod(home.file(name), mode)
                done = home.run(BROKER, "--home", home.path)
                self.assertEqual(done.returncode, 1, name)
                self.assertIn(os.path.basename(name), done.stderr)
                self.assertIn("chmod", done.stderr)
                os.chmod(home.file(name), before)
            os.chmod(home.file("keys/portal-1.secret"), 0o644)
            done = home.run("gulou-portal", "--home", home.path)
            self.assertEqual(done.returncode, 1)
            self.assertIn("portal-1.secret", done.stderr)
            self.assertIn("portal-1.secret", home.gulou("principal", "check", code=1).stdout)

    def test_tls(self):
        with Home() as home:
            home.replace("broker.toml", 'http_address = "127.0.0.1:', 'http_address = "0.0.0.0:')
            done = home.run(BROKER, "--home", home.path)
            self.assertEqual(done.returncode, 1)
            self.assertIn("broker.toml:", done.stderr)
            certificate, key = home.file("keys/http.pem"), home.file("keys/http.key")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                            "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                            "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate],
                           check=True, capture_output=True)
            home.replace("broker.toml", 'http_certificate = ""', 'http_certificate = "keys/http.pem"')
            home.replace("broker.toml", 'http_key = ""', 'http_key = "keys/http.key"')
            os.chmod(key, 0o644)
            done = home.run(BROKER, "--home", home.path)
            self.assertEqual(done.returncode, 1)
            self.assertIn("http.key", done.stderr)
            os.chmod(key, 0o600)
            home.start(BROKER, ready=False)
            trusted = ssl.create_default_context(cafile=certificate)
            answer = wait_for(lambda: self.https(home, trusted), "TLS answers")
            self.assertEqual(answer.status, 200)
            self.assertTrue(answer.headers["Strict-Transport-Security"])
            self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
            self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(json.loads(home.gulou("status", "--json", code=None).stdout)["head"], 0)  # the command line finds its way
            with self.assertRaises(ssl.SSLError):
                self.https(home, ssl.create_default_context())  # whom nobody vouches for
            old = ssl.create_default_context(cafile=certificate)
            old.minimum_version = ssl.TLSVersion.TLSv1
            old.maximum_version = ssl.TLSVersion.TLSv1_1
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                self.https(home, old)
            with self.assertRaises((http.client.HTTPException, ConnectionError)):
                home.http("GET", "/healthz")  # not in the clear

    @staticmethod
    def https(home, context):
        connection = http.client.HTTPSConnection("localhost", home.ports["http"], timeout=READY_S, context=context)
        try:
            connection.request("GET", "/v1/status", headers={"Authorization": "Bearer " + home.token})
            return connection.getresponse()
        except ConnectionRefusedError:
            return None
        finally:
            connection.close()

    @with_home
    def test_only_this_machine_is_served_unless_told_otherwise(self, home):
        listening = set()
        for table in ("tcp", "tcp6"):
            for line in text_of(f"/proc/{home.running[BROKER].pid}/net/{table}").splitlines()[1:]:
                place, state = line.split()[1], line.split()[3]
                host, port = place.split(":")
                if state == "0A" and int(port, 16) in home.ports.values():
                    listening.add(host)
        self.assertEqual(listening, {"0100007F"})


if __name__ == "__main__":
    unittest.main()
