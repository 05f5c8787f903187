"""A client of the broker, written from common/wire/README.md alone: a publisher and an adapter.

As a module: Publisher, Adapter. As a program (keys: files that hold one Z85 secret key):
  gulou_client.py publish ENDPOINT SERVER_KEY KEY_FILE [--blob FILE]... RELEASE.json...   one bundle
  gulou_client.py consume ENDPOINT SERVER_KEY KEY_FILE CHANNEL --count N [--get-blobs]    reports all as public
  gulou_client.py check-readme README.md                          the page's notation against its bytes
Prints one JSON line per fact; exit 0 done, 1 refused, 3 unreachable. Needs python3-zmq, python3-msgpack.
"""
import argparse
import ast
import hashlib
import json
import re
import sys
import time

import msgpack
import zmq
from zmq.utils.monitor import parse_monitor_message

VERSION = 1
CHUNK_BYTES = 256 * 1024
ANSWER_S = 30.0


class Refused(Exception):
    """REFUSED or ERROR: nothing was done. `errors` are maps with code, reason, field, args."""

    def __init__(self, errors):
        super().__init__("; ".join(f"{e['code']} {e['reason']} {e.get('field', '')} {e.get('args', [])}" for e in errors))
        self.errors = errors


class Unreachable(Exception):
    """No connection, or no answer in time. Whether it was done is not known: send the same bytes again."""


class Connection:
    """One DEALER socket; keys in Z85: the broker's public one, our secret one."""

    def __init__(self, endpoint, server_key, secret_key):
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        for option, value in ((zmq.LINGER, 0), (zmq.RECONNECT_IVL, 200), (zmq.RECONNECT_IVL_MAX, 30_000),
                              (zmq.HEARTBEAT_IVL, 5000), (zmq.HEARTBEAT_TIMEOUT, 15_000),
                              (zmq.SNDHWM, 64), (zmq.RCVHWM, 64)):
            self.socket.setsockopt(option, value)
        self.socket.curve_serverkey = server_key.encode()
        self.socket.curve_secretkey = secret_key.encode()
        self.socket.curve_publickey = zmq.curve_public(secret_key.encode())
        self.monitor = self.socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_DISCONNECTED)
        self.linked = False
        self.socket.connect(endpoint)
        self.corr = 0

    def close(self):
        if not self.socket.closed:
            self.socket.disable_monitor()
            self.monitor.close()
            self.socket.close()

    def connected(self, timeout_s):
        """Whether there is a connection, now or within the time."""
        while self.monitor.poll(0 if self.linked else timeout_s * 1000):
            event = parse_monitor_message(self.monitor.recv_multipart())["event"]
            self.linked = event == zmq.EVENT_HANDSHAKE_SUCCEEDED
        return self.linked

    def send(self, verb, fields=(), bodies=(), corr=0, timeout_s=ANSWER_S):
        envelope = {"v": VERSION, "verb": verb}
        if corr:
            envelope["corr"] = corr
        envelope.update(fields)
        if not self.connected(timeout_s) or not self.socket.poll(timeout_s * 1000, zmq.POLLOUT):
            raise Unreachable(f"{verb}: not connected (key refused, or nobody listens)")
        self.socket.send_multipart([msgpack.packb(envelope), *bodies])

    def receive(self, timeout_s):
        """The next (envelope, body frames); None if none came in time. Answers PINGs itself."""
        deadline = time.monotonic() + timeout_s
        while self.socket.poll(max(0, deadline - time.monotonic()) * 1000):
            first, *bodies = self.socket.recv_multipart()
            envelope = msgpack.unpackb(first)
            if envelope["verb"] == "PING" and not envelope.get("answer"):
                self.send("PING", {"number": envelope["number"], "answer": True})
                continue
            return envelope, bodies
        return None

    def ask(self, verb, fields=(), bodies=(), timeout_s=ANSWER_S):
        """Sends and waits for the answer with the same correlation; others are handed to `other`."""
        self.corr += 1
        self.send(verb, fields, bodies, self.corr, timeout_s)
        deadline = time.monotonic() + timeout_s
        while (left := deadline - time.monotonic()) > 0 and (message := self.receive(left)):
            envelope, frames = message
            if envelope.get("corr", 0) != self.corr or envelope["verb"] == "GOODBYE":
                self.other(envelope, frames)
            elif envelope["verb"] == "ERROR":
                raise Refused([envelope["error"]])
            elif envelope["verb"] == "REFUSED":
                raise Refused(envelope["errors"])
            else:
                return envelope, frames
        raise Unreachable(f"{verb}: no answer within {timeout_s} s")

    def other(self, envelope, frames):
        if envelope["verb"] == "ERROR":
            raise Refused([envelope["error"]])


class Publisher(Connection):
    def put_blob(self, content):
        """Uploads an attachment, going on where an earlier try stopped; returns its digest."""
        digest = hashlib.sha256(content).digest()
        fields = {"digest": digest, "total": len(content)}
        answer, _ = self.ask("BLOB_PUT", fields, [b""])  # how far is it?
        while not answer.get("complete"):
            start = answer["received"]
            answer, _ = self.ask("BLOB_PUT", {**fields, "offset": start}, [content[start:start + CHUNK_BYTES]])
        return digest

    def submit(self, parts, approvals=()):
        """parts, approvals: canonical JSON bytes. Returns the receipt."""
        receipt, _ = self.ask("SUBMIT", {"approvals": list(approvals)} if approvals else {}, parts)
        return receipt

    def withdraw(self, publication, kind, reason, **fields):
        """kind: mark_invalid, replace (with successor=…), remove, erase. Returns the receipt."""
        receipt, _ = self.ask("WITHDRAW", {"id": publication, "kind": kind, "reason": reason, **fields})
        return receipt

    def status(self, publication):
        answer, _ = self.ask("STATUS", {"id": publication})
        return answer


class Adapter(Connection):
    """Says HELLO, keeps credit for `window` deliveries, hands out deliveries one at a time."""

    def __init__(self, endpoint, server_key, secret_key, channel, instance, window=64, window_bytes=4 << 20):
        super().__init__(endpoint, server_key, secret_key)
        self.window, self.window_bytes = window, window_bytes
        self.messages = self.bytes = 0
        self.waiting, self.recalled = [], set()  # of recalled ones lease and seq
        self.cursor = None  # the newest the broker gave
        try:
            self.welcome, _ = self.ask("HELLO", {"channel": channel, "instance": instance, "software": "gulou_client.py"})
        except (Refused, Unreachable):
            self.close()
            raise
        self.cursor = self.welcome.get("cursor")
        self.grant()

    def grant(self):
        self.send("CREDIT", {"messages": self.messages + self.window, "bytes": self.bytes + self.window_bytes})

    def other(self, envelope, frames):
        if envelope["verb"] == "DELIVER":
            self.take(envelope, frames)
        elif envelope["verb"] == "RECALL":
            self.recalled.add((envelope["lease"], envelope["seq"]))
        elif envelope["verb"] == "GOODBYE":
            raise Unreachable("GOODBYE: " + envelope.get("reason", ""))
        else:
            super().other(envelope, frames)

    def take(self, envelope, frames):
        items, bodies = msgpack.unpackb(frames[0])["items"], frames[1]
        self.cursor = envelope.get("cursor", self.cursor)
        self.messages += len(items)
        self.bytes += len(bodies)
        at = 0
        for item in items:
            for part in item["parts"]:
                part["body"] = bodies[at:at + part.get("body_bytes", 0)]
                at += part.get("body_bytes", 0)
                if part["body"] and hashlib.sha256(part["body"]).digest() != part["digest"]:
                    raise ValueError(f"digest of {part['id']} is wrong")
            self.waiting.append({"lease": envelope["lease"], "lane": envelope["lane"], **item})
        assert at == len(bodies), "body_bytes do not add up"

    def next_delivery(self, timeout_s):
        """A dict of the item's fields plus lease and lane; each part has its `body`. None: nothing came."""
        deadline = time.monotonic() + timeout_s
        while not self.waiting:
            message = self.receive(max(0, deadline - time.monotonic()))
            if message is None:
                return None
            self.other(*message)
        return self.waiting.pop(0)

    def progress(self, delivery, platform_id, part=0):
        """Returns once the broker has it on disk."""
        self.ask("PROGRESS", {"lease": delivery["lease"], "seq": delivery["seq"], "part": part, "platform_id": platform_id})

    def called_back(self, platform_id):
        """The platform has decided about what was reported `accepted` under this id."""
        self.send("PROGRESS", {"lease": 0, "platform_id": platform_id})

    def report(self, delivery, outcome, **fields):
        item = {"from": delivery["seq"], "outcome": outcome, **fields}
        self.send("REPORT", {"lease": delivery["lease"], "items": [item]})
        if not self.waiting:
            self.grant()

    def get_blob(self, digest):
        content = b""
        while True:
            answer, frames = self.ask("BLOB_GET", {"digest": digest, "offset": len(content), "length": CHUNK_BYTES})
            content += frames[0]
            if len(content) >= answer["total"]:
                break
        if hashlib.sha256(content).digest() != digest:
            raise ValueError("the blob is not what its digest says")
        return content


def check_readme(path):
    """Each `frame N: {…}` of the page, packed, must be the bytes below it. Returns how many were compared."""
    compared, notation, found = 0, None, ""
    with open(path, encoding="utf-8") as file:
        for line in [*file.read().split("\n"), ""]:
            if notation is not None and re.fullmatch(r" {4}[0-9a-f ]+", line):
                found += line.replace(" ", "")
                continue
            if notation is not None:
                python = re.sub(r"h'([0-9a-f]*)'", lambda m: repr(bytes.fromhex(m[1])), notation)
                python = re.sub(r"\btrue\b", "True", python)
                wanted = msgpack.packb(ast.literal_eval(python)).hex()
                if wanted != found:
                    raise ValueError(f"{notation}\n  packs to {wanted}\n  the page has {found}")
                compared, notation, found = compared + 1, None, ""
            if match := re.match(r"frame \d: (\{.*)", line):
                notation = match[1]
    return compared


def say(**facts):
    print(json.dumps(facts, ensure_ascii=False, default=lambda b: b.hex()), flush=True)


def publish(options):
    publisher = Publisher(options.endpoint, options.server_key, secret_of(options.key_file))
    for name in options.blob:
        with open(name, "rb") as file:
            say(blob=name, digest=publisher.put_blob(file.read()))
    parts = []
    for name in options.releases:
        with open(name, "rb") as file:
            parts.append(file.read().rstrip(b"\n"))
    say(**publisher.submit(parts))


def consume(options):
    adapter = Adapter(options.endpoint, options.server_key, secret_of(options.key_file), options.channel, "python-1")
    say(**adapter.welcome)
    for _ in range(options.count):
        delivery = adapter.next_delivery(options.timeout)
        if delivery is None:
            raise Unreachable(f"no delivery within {options.timeout} s")
        releases = [json.loads(part["body"]) for part in delivery["parts"] if part["body"]]
        blobs = [bytes.fromhex(a["digest"]) for r in releases for a in r.get("attachments", []) if not a.get("private")]
        sizes = [len(adapter.get_blob(digest)) for digest in blobs] if options.get_blobs else []
        adapter.report(delivery, "published", level="public", at=int(time.time() * 1000),
                       parts=[{"part": part.get("part", 0), "revision": part["revision"],
                               "url": f"http://example.invalid/{part['id']}"} for part in delivery["parts"]])
        for part in delivery["parts"]:
            part["body"] = len(part["body"])
        say(blobs=sizes, titles=[r["title"] for r in releases], **delivery)
    adapter.ask("PING", {"number": 1})  # whatever was reported has arrived


def secret_of(path):
    with open(path, encoding="ascii") as file:
        return file.read().strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("publish", "consume"):
        command = commands.add_parser(name)
        command.add_argument("endpoint")
        command.add_argument("server_key")
        command.add_argument("key_file")
    publishing, consuming = commands.choices["publish"], commands.choices["consume"]
    publishing.add_argument("--blob", action="append", default=[])
    publishing.add_argument("releases", nargs="+")
    consuming.add_argument("channel")
    consuming.add_argument("--count", type=int, default=1)
    consuming.add_argument("--timeout", type=float, default=30.0)
    consuming.add_argument("--get-blobs", action="store_true")
    commands.add_parser("check-readme").add_argument("page")
    options = parser.parse_args()
    try:
        if options.command == "check-readme":
            say(compared=check_readme(options.page))
        else:
            {"publish": publish, "consume": consume}[options.command](options)
    except Refused as refusal:
        say(errors=refusal.errors)
        sys.exit(1)
    except Unreachable as trouble:
        say(unreachable=str(trouble))
        sys.exit(3)


if __name__ == "__main__":
    main()
