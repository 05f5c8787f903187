"""What every fake platform stands on: an HTTP server with faults, a clock that may run fast, daily counters, and a ledger
of what became visible, which is what a test asks. A platform is a subclass of Fake:

    class Echo(Fake):
        OWN_FAULTS = {"shout": "answers in capitals"}

        def routes(self):
            return {("POST", "/echo"): self.echo}

        def echo(self, request):          # holds the lock; what it changes is committed when it returns
            self.ledger.add("posted", text=request.text)
            return Answer(200, {"text": request.text})

    if __name__ == "__main__":
        run(Echo)

By hand: tests/fakes/NAME --port 9001 --fault lose_answer=0.1 --seed 7. Every fake answers under /_fake/ without faults:
GET ledger, state; POST faults {name: probability}, clock {"advance_s", "speed"}, and what the platform adds.
"""
import argparse
import contextlib
import datetime
import http.server
import json
import random
import socket
import struct
import sys
import threading
import time
import urllib.parse

FAULTS = {
    "latency": "the answer comes up to --latency-ms later",
    "close_before_read": "the connection is reset before the request is read",
    "close_after_read": "the request is read, nothing is done, the connection is reset",
    "close_after_commit": "it is done, then the connection is reset without an answer",
    "lose_answer": "it is done, and the answer never comes",
    "error_5xx": "503, nothing is done",
    "too_many": "429 with Retry-After, nothing is done",
    "slow_drip": "the answer comes byte by byte",
    "wrong_length": "Content-Length promises more than comes",
}
HOLD_S = 120  # how long an answer that never comes keeps its connection
DAY_ZONE = datetime.timezone(datetime.timedelta(hours=8))  # platforms count days in China


class Clock:
    """The platform's time: real, shifted and sped up."""

    def __init__(self, speed=1.0):
        self.speed, self.base, self.since = speed, time.time(), time.monotonic()

    def now(self):
        return self.base + (time.monotonic() - self.since) * self.speed

    def set(self, advance_s=0.0, speed=None):
        self.base, self.since = self.now() + advance_s, time.monotonic()
        self.speed = self.speed if speed is None else speed

    def day(self):
        return datetime.datetime.fromtimestamp(self.now(), DAY_ZONE).date().isoformat()


class Faults:
    """Which fault comes how often: drawn from one seed."""

    def __init__(self, known, seed):
        self.known, self.chances, self.random, self.counts = known, {}, random.Random(seed), {}

    def set(self, chances):
        for name in chances:
            if name not in self.known:
                raise ValueError(f"no fault {name}; there are {', '.join(self.known)}")
        self.chances.update({name: float(chance) for name, chance in chances.items()})

    def hit(self, name):
        happens = self.random.random() < self.chances.get(name, 0.0)
        if happens:
            self.counts[name] = self.counts.get(name, 0) + 1
        return happens


class Quotas:
    """Counters per name and day of the platform's clock; `used` keeps all days."""

    def __init__(self, clock):
        self.clock, self.used = clock, {}

    def take(self, name, most):
        day = self.used.setdefault(self.clock.day(), {})
        day[name] = day.get(name, 0) + 1
        return day[name] <= most

    def reset(self, name=None):
        day = self.used.setdefault(self.clock.day(), {})
        for one in [name] if name else list(day):
            day[one] = 0


class Ledger:
    """What happened on the platform, in order: rows {no, at, what, …}."""

    def __init__(self, clock):
        self.clock, self.rows = clock, []

    def add(self, what, **facts):
        self.rows.append({"no": len(self.rows) + 1, "at": self.clock.now(), "what": what, **facts})
        return self.rows[-1]


class Answer:
    """body: bytes, text, or anything JSON can say (then as UTF-8, never with \\u escapes)."""

    def __init__(self, status=200, body=b"", headers=None, content_type=None):
        if isinstance(body, bytes):
            content_type = content_type or "application/octet-stream"
        elif isinstance(body, str):
            body, content_type = body.encode(), content_type or "text/plain; charset=utf-8"
        else:
            body, content_type = json.dumps(body, ensure_ascii=False).encode(), "application/json; charset=utf-8"
        self.status, self.body = status, body
        self.headers = {"Content-Type": content_type, **(headers or {})}


class Request:
    """path without query; query and form as dicts of the last value of each name."""

    def __init__(self, method, target, headers, body):
        parts = urllib.parse.urlsplit(target)
        self.method, self.path, self.headers, self.body = method, parts.path, headers, body
        self.query = last_values(parts.query)

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def form(self):
        return last_values(self.text)

    def parts(self):
        """Of multipart/form-data: name to (file name or None, bytes)."""
        found = {}
        kind, _, boundary = self.headers.get("Content-Type", "").partition("boundary=")
        if not kind.startswith("multipart/form-data"):
            return found
        for piece in self.body.split(b"--" + boundary.strip('"').encode())[1:-1]:
            head, _, value = piece.partition(b"\r\n\r\n")
            names = {key.strip(): text.strip().strip('"') for key, _, text in
                     (pair.partition("=") for pair in head.decode().replace("\r\n", ";").split(";")) if text}
            found[names.get("name", "")] = (names.get("filename"), value[:-2])
        return found


def last_values(text):
    return {name: values[-1] for name, values in urllib.parse.parse_qs(text, keep_blank_values=True).items()}


class Fake:
    OWN_FAULTS = {}  # what the platform itself may do wrong: self.faults.hit(name)

    def __init__(self, options):
        self.options, self.lock = options, threading.RLock()
        self.clock = Clock(options.speed)
        self.faults = Faults({**FAULTS, **self.OWN_FAULTS}, options.seed)
        self.faults.set(options.faults)
        self.quotas, self.ledger = Quotas(self.clock), Ledger(self.clock)
        self.random = random.Random(options.seed + 1)  # for anything that is no fault
        self.table = self.routes()
        self.table.update({("GET", "/_fake/ledger"): lambda _: Answer(200, self.ledger.rows),
                           ("GET", "/_fake/state"): lambda _: Answer(200, self.state()),
                           ("POST", "/_fake/faults"): self.set_faults,
                           ("POST", "/_fake/clock"): self.set_clock})

    @classmethod
    def add_arguments(cls, parser):
        """Command-line switches of the platform."""

    def routes(self):
        """(method, path) to a function of Request; a path that ends in * takes all that begin so."""
        raise NotImplementedError

    def state(self):
        """What a test may look at beside the ledger."""
        return {"now": self.clock.now(), "day": self.clock.day(), "quotas": self.quotas.used,
                "faults": self.faults.counts}

    def set_faults(self, request):
        self.faults.set(request.json)
        return Answer(200, self.faults.chances)

    def set_clock(self, request):
        self.clock.set(**request.json)
        return Answer(200, {"now": self.clock.now(), "day": self.clock.day()})

    def find(self, request):
        exact = self.table.get((request.method, request.path))
        return exact or next((function for (method, path), function in self.table.items() if path.endswith("*") and
                              method == request.method and request.path.startswith(path[:-1])), None)

    def answer(self, request):
        with self.lock:
            function = self.find(request)
            if function is None:
                return self.no_route(request)
            try:
                return function(request)
            except (ValueError, KeyError, TypeError, UnicodeError) as error:
                return self.malformed(request, error)

    def no_route(self, request):
        return Answer(404, {"error": f"no {request.method} {request.path}"})

    def malformed(self, request, error):
        return Answer(400, {"error": f"{request.path}: {error!r}"})

    def draw(self, *names):
        """Which of these faults come now."""
        with self.lock:
            return {name for name in names if self.faults.hit(name)}


def reset(connection):
    """Closes with RST: what was not read or sent is lost, and the other side knows."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake = None

    def serve(self):
        fake, wrong = self.fake, set()
        if not self.path.startswith("/_fake/"):
            wrong = fake.draw(*FAULTS)
        if "close_before_read" in wrong:
            return self.hang_up()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "latency" in wrong:
            time.sleep(fake.options.latency_ms / 1000 * fake.random.random())
        if "close_after_read" in wrong:
            return self.hang_up()
        if "error_5xx" in wrong:
            return self.write(Answer(503, "busy"), wrong)
        if "too_many" in wrong:
            return self.write(Answer(429, "too many", {"Retry-After": "1"}), wrong)
        answer = fake.answer(Request(self.command, self.path, self.headers, body))
        if "close_after_commit" in wrong:
            return self.hang_up()
        if "lose_answer" in wrong:
            self.connection.settimeout(HOLD_S)
            with contextlib.suppress(OSError):
                self.connection.recv(1)  # until the caller gives up
            return self.hang_up()
        return self.write(answer, wrong)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = serve  # noqa: N815, the library's names

    def hang_up(self):
        self.close_connection = True
        reset(self.connection)

    def write(self, answer, wrong):
        promised = len(answer.body) + (7 if "wrong_length" in wrong else 0)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(promised))
        self.end_headers()
        if "slow_drip" in wrong:
            for at in range(len(answer.body)):
                self.wfile.write(answer.body[at:at + 1])
                self.wfile.flush()
                time.sleep(0.002)
        elif self.command != "HEAD":
            self.wfile.write(answer.body)
        if "wrong_length" in wrong:
            self.hang_up()

    def date_time_string(self, timestamp=None):
        """Date of an answer: the platform's clock."""
        return super().date_time_string(self.fake.clock.now() if timestamp is None else timestamp)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):  # a caller that went away is no news
            super().handle_error(request, client_address)


def chance(text):
    name, _, value = text.partition("=")
    return name, float(value or 1.0)


def run(platform, arguments=None):
    """The program: serves until it is ended. First line of output: where it listens."""
    faults = {**FAULTS, **platform.OWN_FAULTS}
    parser = argparse.ArgumentParser(
        description=platform.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="faults:\n" + "\n".join(f"  {name:20} {text}" for name, text in faults.items()))
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--fault", type=chance, action="append", default=[], metavar="NAME=PROBABILITY")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=1.0, help="seconds of the platform's clock per second")
    parser.add_argument("--latency-ms", type=int, default=200)
    platform.add_arguments(parser)
    options = parser.parse_args(arguments)
    options.faults = dict(options.fault)
    unknown = [name for name in options.faults if name not in faults]
    if unknown:
        parser.error(f"no fault {unknown[0]}")
    fake = platform(options)
    server = Server(("127.0.0.1", options.port), type("Bound", (Handler,), {"fake": fake}))
    fake.port = server.server_address[1]
    print(f"http://127.0.0.1:{fake.port}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
