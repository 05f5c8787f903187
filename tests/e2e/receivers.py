"""Whom the broker tells in a test: an HTTP receiver as robots are, and a server that takes mail. Each on a port of its
own and a thread that ends with it."""
import base64
import email
import http.server
import json
import socketserver
import threading


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
