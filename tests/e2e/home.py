"""A home of Gulou for a test: made by `gulou init`, with programs that start, stop, are killed, and never stay.

    with Home() as home:
        home.add_channel("python", backoff_first_ms=50)
        home.add_principal("python-1", "adapter", channels=["python"])
        home.start("gulou-broker")
        home.publisher().submit([canonical(notice("water-1"))])
The programs come from the directory named by GULOU_BIN. Nothing here sleeps for luck: every wait has a condition
and a deadline.
"""
import contextlib
import ctypes
import functools
import http.client
import json
import mmap
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib

import zmq

from digest import canonical as canonical_text
from gulou_client import Adapter, Publisher
from ports import Ports

BIN = os.environ.get("GULOU_BIN", "")
READY_S = 60.0  # generous: the machines of CI are slow, and a deadline is no measurement
TITLE = "关于春山路停水的通知"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000"
                    "050001a5f645400000000049454e44ae426082")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def canonical(value):
    return canonical_text(value).encode()


def notice(name, revision=1, **fields):
    """A notice that every check accepts; its text is its own, so that it is no duplicate of another."""
    return {"id": name, "revision": revision, "kind": "notice", "column": "tzgg", "title": f"{TITLE}（{name}）",
            "body": {"format": "text", "content": f"11月30日8时至18时，春山路停水。编号{name}，第{revision}版。"},
            "issuer": {"name": "云溪县人民政府办公室", "org_code": "014820037"},
            "disclosure_type": "proactive", "classification": "public", "written_on": "2026-11-20", **fields}


def attachment(digest, size, name="form.pdf", **fields):
    return {"name": name, "display_name": "申请表", "media_type": "application/pdf", "digest": digest.hex(),
            "size_bytes": size, **fields}


def wait_for(condition, what, timeout_s=READY_S):
    """The first true value of `condition()`."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout_s} s: {what}")
        time.sleep(0.02)
    return value


def is_sanitized(program):
    """Built with a sanitizer, which keeps freed memory for a while."""
    with open(program, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(b"__asan_init") >= 0 or content.find(b"__tsan_init") >= 0


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: a killed test leaves nothing running


def with_home(test):
    """A test of a unittest class, given a home that the class has prepared: its prepare(home) writes configuration."""
    @functools.wraps(test)
    def wrapped(self):
        with Home() as home:
            self.prepare(home)
            home.start("gulou-broker")
            test(self, home)
    return wrapped


class Answer:
    """Of an HTTP request."""

    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    @property
    def json(self):
        return json.loads(self.body)

    def codes(self):
        """Of a problem: field to code."""
        return {error["field"]: error["code"] for error in self.json.get("errors", [])}


class Events:
    """GET /v1/events, read line by line."""

    def __init__(self, port, token):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=READY_S)
        self.connection.request("GET", "/v1/events", headers={"Authorization": "Bearer " + token})
        self.stream = self.connection.getresponse()
        assert self.stream.status == 200, self.stream.status

    def __enter__(self):
        self.wait("begin")
        return self

    def __exit__(self, *_):
        self.connection.close()

    def wait(self, name):
        """The next event called so: its name and data."""
        heard = ""
        while line := self.stream.readline().decode():
            if line.startswith("event: "):
                heard = line[7:].strip()
            elif line.startswith("data: ") and heard == name:
                return heard, json.loads(line[6:])
        raise AssertionError(f"the stream ended before {name}")


class Home:
    def __init__(self, approvals=False):
        """approvals: keep the policy gulou init writes; otherwise none is asked for, as most tests are of other matters."""
        self.folder = tempfile.mkdtemp(prefix="gulou-e2e.")
        self.path = os.path.join(self.folder, "home")
        self.running, self.secrets, self.clients = {}, {}, []
        self.reserved = Ports()
        while not self.init():
            shutil.rmtree(self.path)
        if not approvals:
            with open(self.file("approvals.toml"), "w", encoding="utf-8") as policy:
                policy.write("review = false\n[[rule]]\n")
        self.token = self.read("operator.token").strip()
        self.server_key = self.read("keys/broker.public").strip()

    def init(self):
        """True unless a test beside this one has been given one of its ports."""
        done = subprocess.run([self.program("gulou"), "init", "--home", self.path, "--ports", "auto"],
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"gulou init: {done.stdout}{done.stderr}"
        self.ports = tomllib.loads(self.read("ports.toml"))
        return self.reserved.reserve([port for port in self.ports.values() if isinstance(port, int)])

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for client in self.clients:
            client.close()
        for name in list(self.running):
            self.kill(name)
        self.reserved.release()
        if kind is None:
            shutil.rmtree(self.folder)
        else:
            for name in os.listdir(self.folder):
                if name.endswith(".log"):
                    print(f"--- the end of {name}", *self.log(name[:-4]).splitlines()[-20:], sep="\n", file=sys.stderr)
            print(f"the home is kept: {self.path}", file=sys.stderr)

    # --- files -----------------------------------------------------------------------------------

    def file(self, name):
        return os.path.join(self.path, name)

    def read(self, name):
        with open(self.file(name), encoding="utf-8") as file:
            return file.read()

    def append(self, name, text):
        with open(self.file(name), "a", encoding="utf-8") as file:
            file.write("\n" + text + "\n")

    def replace(self, name, old, new):
        text = self.read(name)
        assert old in text, f"{name} has no {old}"
        with open(self.file(name), "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))

    def add_channel(self, name, **fields):
        lines = [f"{key} = {toml(value)}" for key, value in {"id": name, "name": name, **fields}.items()]
        self.append("channels.toml", "\n".join(["[[channel]]", *lines]))

    def add_principal(self, name, role, **fields):
        public, secret = zmq.curve_keypair()
        self.secrets[name] = secret.decode()
        fields = {"name": name, "role": role, "key": public.decode(), **fields}
        self.append("principals.toml", "\n".join(["[[principal]]", *(f"{k} = {toml(v)}" for k, v in fields.items())]))

    # --- programs --------------------------------------------------------------------------------

    def program(self, name):
        assert BIN, "set GULOU_BIN to the directory with the programs"
        return os.path.join(BIN, name)

    def start(self, name, ready=True):
        assert name not in self.running, f"{name} runs already"
        with open(os.path.join(self.folder, name + ".log"), "ab") as log:
            self.running[name] = subprocess.Popen([self.program(name), "--home", self.path], stdout=log, stderr=log,
                                                  stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
        if ready:
            port, path = {"gulou-broker": ("http", "/readyz"), "gulou-portal": ("portal", "/"),
                          "gulou-screen": ("screen", "/"), "gulou-feed": ("feed", "/feed.json")}[name]
            wait_for(lambda: self.answers(name, port, path), f"{name} is ready")

    def answers(self, name, port, path):
        assert self.running[name].poll() is None, f"{name} has ended: {self.log(name)[-2000:]}"
        with contextlib.suppress(OSError):
            return self.http("GET", path, port=port).status == 200
        return False

    def kill(self, name):
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def stop(self, name, timeout_s=READY_S):
        process = self.running.pop(name)
        process.terminate()
        return process.wait(timeout_s)

    def run(self, name, *arguments):
        """A program that is expected to end by itself."""
        return subprocess.run([self.program(name), *arguments], capture_output=True, text=True, check=False,
                              timeout=READY_S)

    def gulou(self, *arguments, code=0):
        done = self.run("gulou", "--home", self.path, *arguments)
        assert code is None or done.returncode == code, f"gulou {arguments}: {done.returncode} {done.stdout} {done.stderr}"
        return done

    def gulou_json(self, *arguments):
        return json.loads(self.gulou(*arguments, "--json").stdout)

    def gulou_json_of(self, code, *arguments):
        """Of a command that ends with this code."""
        return json.loads(self.gulou(*arguments, "--json", code=code).stdout)

    def log(self, name):
        with open(os.path.join(self.folder, name + ".log"), encoding="utf-8") as file:
            return file.read()

    # --- clients ---------------------------------------------------------------------------------

    def http(self, method, path, body=None, token=None, port="http", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[port], timeout=READY_S)
        try:
            headers = {name.replace("_", "-"): value for name, value in headers.items()}
            if token := self.token if token is None else token:
                headers["Authorization"] = "Bearer " + token
            connection.request(method, path, body, headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def events(self):
        """What becomes durable from now on: a context that waits for an event by its name."""
        return Events(self.ports["http"], self.token)

    def secret(self, name):
        return self.secrets.get(name) or self.read(f"keys/{name}.secret").strip()

    def endpoint(self, port):
        return f"tcp://127.0.0.1:{self.ports[port]}"

    def publisher(self, name="publisher-1"):
        return self.keep(Publisher(self.endpoint("publishers"), self.server_key, self.secret(name)))

    def adapter(self, name, channel, **options):
        return self.keep(Adapter(self.endpoint("adapters"), self.server_key, self.secret(name), channel, name, **options))

    def keep(self, client):
        self.clients.append(client)
        return client

    # --- what the broker says --------------------------------------------------------------------

    def head(self):
        return self.http("GET", "/v1/status").json["head"]

    def release(self, selector):
        return self.gulou_json("release", "show", str(selector))

    def standing(self, seq, channel):
        """Where the release stands on the channel."""
        shown = self.http("GET", f"/v1/releases/{seq}").json
        return next(one for one in shown["channels"] if one["channel"] == channel)

    def wait_state(self, seq, channel, state):
        return wait_for(lambda: (one := self.standing(seq, channel)).get("state") == state and one,
                        f"#{seq} is {state} on {channel}, last {self.standing(seq, channel)}")


    def wait_confirmed(self, withdrawal, channel):
        """Until the withdrawal is carried out on the channel; what is known of that place."""
        def place():
            shown = self.http("GET", f"/v1/takedowns/{withdrawal}").json
            return next((one for one in shown["places"] if one["channel"] == channel), {})
        return wait_for(lambda: (one := place()).get("confirmed") and one,
                        f"withdrawal #{withdrawal} is confirmed on {channel}, last {place()}")


def toml(value):
    return json.dumps(value, ensure_ascii=False)  # texts, numbers, booleans and lists look the same in TOML
