"""Whom the broker tells in a test: an HTTP receiver as robots are, a server that takes mail, and a real SSH server
that takes files. Each on a port of its own and gone with its object."""
import base64
import email
import contextlib
import getpass
import hashlib
import hmac
import http.server
import json
import os
import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading
import urllib.parse

from home import die_with_parent, wait_for
from ports import free_port

SSHD = "/usr/sbin/sshd"


class Server:
    """`kept` holds what came in."""

    def __init__(self, server):
        self.kept, self.server = [], server
        self.port = server.server_address[1]
        self.thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Robot(Server):
    """Answers every POST with `answer` (status, JSON); keeps (path, JSON of the body)."""

    def __init__(self):
        robot = self
        self.answer = (200, {"errcode": 0, "errmsg": "ok"})

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802, the library's name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = robot.answer
                if status == 200 and answer["errcode"] == 0:
                    robot.kept.append((self.path, json.loads(body)))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_):
                pass

        super().__init__(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler))


class Subscriber(Server):
    """Of a WebSub topic: confirms that it asked for it, takes what is signed with its secret; keeps the texts, and in `refused`
    what was not."""

    def __init__(self, topic, secret):
        one, self.refused = self, []

        class Handler(http.server.BaseHTTPRequestHandler):
            def reply(self, status, text=""):
                self.send_response(status)
                self.end_headers()
                self.wfile.write(text.encode())

            def do_GET(self):  # noqa: N802, the library's name
                asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
                meant = asked.get("hub.topic") == topic
                self.reply(200 if meant else 404, asked.get("hub.challenge", "") if meant else "")

            def do_POST(self):  # noqa: N802, the library's name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                mark = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
                good = hmac.compare_digest(mark, self.headers.get("X-Hub-Signature", ""))
                (one.kept if good else one.refused).append(body.decode())
                self.reply(200)

            def log_message(self, *_):
                pass

        super().__init__(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler))


class MailServer(Server):
    """Takes mail from whoever logs in as `user` with `password`; keeps email.message.Message objects."""

    def __init__(self, user, password):
        mails = self
        login = base64.b64encode(f"\0{user}\0{password}".encode()).decode()

        class Handler(socketserver.StreamRequestHandler):
            def say(self, line):
                self.wfile.write(line.encode() + b"\r\n")

            def handle(self):
                known = False
                self.say("220 test")
                for line in iter(lambda: self.rfile.readline().decode().strip(), ""):
                    verb, _, rest = line.partition(" ")
                    if verb == "EHLO":
                        self.say("250-test")
                        self.say("250 AUTH PLAIN")
                    elif verb == "AUTH":
                        if rest == "PLAIN":
                            self.say("334 ")
                            rest = "PLAIN " + self.rfile.readline().decode().strip()
                        known = rest == "PLAIN " + login
                        self.say("235 good" if known else "535 unknown")
                    elif verb in ("MAIL", "RCPT"):
                        self.say("250 good" if known else "530 log in first")
                    elif verb == "DATA":
                        self.say("354 go on")
                        lines = iter(lambda: self.rfile.readline().decode(), ".\r\n")
                        mails.kept.append(email.message_from_string("".join(lines)))
                        self.say("250 taken")
                    else:
                        self.say("221 bye" if verb == "QUIT" else "502 what?")

        super().__init__(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler))


class SftpServer:
    """OpenSSH's own server with a configuration, host key and folder of its own: `url` of `inbox`, `user`, files `key` (who may
    log in) and `known_hosts` (what it is known by); `other` is a file with another server's key."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="gulou-sshd.")
        for name in ("host", "key", "stranger"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", self.path(name)], check=True)
        self.port = free_port()
        self.user, self.key, self.known_hosts, self.other = getpass.getuser(), self.path("key"), self.path("known"), self.path("unknown")
        for file, key in ((self.known_hosts, "host.pub"), (self.other, "stranger.pub")):
            self.write(file, f"[127.0.0.1]:{self.port} {self.read(key)}")
        self.write(self.path("config"), f"""Port {self.port}
ListenAddress 127.0.0.1
HostKey {self.path('host')}
AuthorizedKeysFile {self.path('key.pub')}
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PidFile none
Subsystem sftp internal-sftp
""")
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)  # it gives up its rights there
        with open(self.path("log"), "ab") as log:
            self.process = subprocess.Popen([SSHD, "-D", "-e", "-f", self.path("config")], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            preexec_fn=die_with_parent)
        self.inbox = self.path("inbox")
        self.url = f"sftp://127.0.0.1:{self.port}{self.inbox}"
        wait_for(lambda: self.process.poll() is not None or self.answers(), "sshd answers")
        assert self.process.poll() is None, self.read("log")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder)

    def answers(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as one:
            return one.recv(4) == b"SSH-"
        return False

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def write(self, path, text):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def files(self):
        return sorted(os.listdir(self.inbox)) if os.path.isdir(self.inbox) else []
