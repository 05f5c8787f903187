"""gulou_client.py against a scripted broker that plays the conversation of common/wire/README.md 6.

Shows that the client holds to the page; that the broker does, the e2e tests show with the real one.
"""
import hashlib
import threading
import unittest

import msgpack
import zmq

import gulou_client

BLOB = b"x" * 300_000
DIGEST = hashlib.sha256(BLOB).digest()
RELEASE = '{"id":"water-2026-7","title":"停水通知"}'.encode()


class ScriptedBroker(threading.Thread):
    def __init__(self):
        super().__init__(daemon=True)
        public, secret = zmq.curve_keypair()
        self.key = public.decode()
        self.socket = zmq.Context.instance().socket(zmq.ROUTER)
        self.socket.linger = 0
        self.socket.curve_server, self.socket.curve_secretkey = True, secret
        self.endpoint = f"tcp://127.0.0.1:{self.socket.bind_to_random_port('tcp://127.0.0.1')}"
        self.held, self.seen = 100_000, []  # an upload that was interrupted
        self.start()

    def run(self):
        while True:
            peer, first, *bodies = self.socket.recv_multipart()
            asked = msgpack.unpackb(first)
            self.seen.append(asked)
            handler = getattr(self, "on_" + asked["verb"].lower(), None)
            for verb, fields, frames in handler(asked, bodies) if handler else []:
                answer = {"v": 1, "verb": verb, "corr": asked.get("corr", 0), **fields}
                self.socket.send_multipart([peer, msgpack.packb(answer), *frames])

    def on_blob_put(self, asked, bodies):
        if asked.get("offset", 0) == self.held:
            self.held += len(bodies[0])
        return [("BLOB_OK", {"digest": asked["digest"], "received": self.held, "complete": self.held == asked["total"]}, [])]

    def on_submit(self, _, bodies):
        if bodies != [RELEASE]:
            return [("REFUSED", {"errors": [{"code": "invalid_argument", "reason": "not_canonical", "field": "parts[0]"}]}, [])]
        return [("ACCEPTED", {"seq": 8, "parts": [{"id": "water-2026-7"}]}, [])]

    def on_hello(self, _, __):
        return [("WELCOME", {"session": 3, "ping_every_ms": 5000}, [])]

    def on_credit(self, asked, _):
        if asked["messages"] > 64:
            return []
        part = {"publisher": "oa", "id": "water-2026-7", "revision": 1, "digest": hashlib.sha256(RELEASE).digest()}
        items = [{"seq": 8, "action": "publish", "parts": [{**part, "body_bytes": len(RELEASE)}]},
                 {"seq": 9, "action": "withdraw", "parts": [part]}]
        return [("PING", {"number": 1}, []),
                ("DELIVER", {"lease": 41, "lane": "normal", "lease_ms": 60_000}, [msgpack.packb({"items": items}), RELEASE])]

    def on_progress(self, asked, _):
        return [("PROGRESS_OK", {"lease": asked["lease"], "seq": asked["seq"]}, [])]

    def on_blob_get(self, asked, _):
        start = asked.get("offset", 0)
        return [("BLOB_PART", {"digest": DIGEST, "offset": start, "total": len(BLOB)}, [BLOB[start:start + asked["length"]]])]

    def on_ping(self, asked, _):
        return [] if asked.get("answer") else [("PING", {"number": asked["number"], "answer": True}, [])]


class ClientTest(unittest.TestCase):
    def setUp(self):
        self.broker = ScriptedBroker()
        _, secret = zmq.curve_keypair()
        self.where = (self.broker.endpoint, self.broker.key, secret.decode())

    def opened(self, client):
        self.addCleanup(client.close)
        return client

    def test_publisher_resumes_an_upload_and_submits(self):
        publisher = self.opened(gulou_client.Publisher(*self.where))

        self.assertEqual(publisher.put_blob(BLOB), DIGEST)
        self.assertEqual(publisher.submit([RELEASE])["seq"], 8)

        self.assertEqual([m.get("offset", 0) for m in self.broker.seen if m["verb"] == "BLOB_PUT"], [0, 100_000])

    def test_refusal_names_the_field(self):
        publisher = self.opened(gulou_client.Publisher(*self.where))

        with self.assertRaises(gulou_client.Refused) as caught:
            publisher.submit([b"{ }"])

        self.assertEqual(caught.exception.errors[0]["field"], "parts[0]")

    def test_adapter_cuts_bodies_reports_and_grants_again(self):
        adapter = self.opened(gulou_client.Adapter(*self.where, "portal", "portal-1"))

        first, second = adapter.next_delivery(10), adapter.next_delivery(10)
        adapter.progress(first, "draft-77")
        self.assertEqual(adapter.get_blob(DIGEST), BLOB)
        adapter.report(first, "published", level="public")
        adapter.report(second, "gone")
        adapter.ask("PING", {"number": 7})

        self.assertEqual((first["parts"][0]["body"], second["parts"][0]["body"]), (RELEASE, b""))
        credits = [(m["messages"], m["bytes"]) for m in self.broker.seen if m["verb"] == "CREDIT"]
        self.assertEqual(credits[0], (64, 4 << 20))
        self.assertEqual(credits[-1], (66, (4 << 20) + len(RELEASE)))
        self.assertIn({"v": 1, "verb": "PING", "number": 1, "answer": True}, self.broker.seen)
        self.assertEqual([m["items"][0]["from"] for m in self.broker.seen if m["verb"] == "REPORT"], [8, 9])


if __name__ == "__main__":
    unittest.main()
