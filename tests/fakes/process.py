"""A fake platform as a process of a test: started on a free port, asked and told over its /_fake/ path, never left behind.

    with Platform("wechat", "--review-ms", "50", lose_answer=0.1) as wechat:
        wechat.url …
        wechat.faults(error_5xx=0.2)
        wechat.ledger("published")
"""
import ctypes
import http.client
import json
import os
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Platform:
    def __init__(self, name, *arguments, seed=1, **faults):
        command = [sys.executable, "-B", os.path.join(HERE, name), "--seed", str(seed), *arguments]
        for fault, probability in faults.items():
            command += ["--fault", f"{fault}={probability}"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        self.url = self.process.stdout.readline().strip()
        assert self.url, f"{command} did not start"
        self.port = int(self.url.rpartition(":")[2])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def ask(self, method, path, body=None):
        """JSON of an answer; `body` is sent as JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, None if body is None else json.dumps(body, ensure_ascii=False).encode())
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200, f"{path}: {answer.status} {text!r}"
            return json.loads(text)
        finally:
            connection.close()

    def tell(self, what, **body):
        return self.ask("POST", f"/_fake/{what}", body)

    def faults(self, **chances):
        """From now on; those not named stay as they are."""
        return self.tell("faults", **chances)

    def calm(self):
        """No fault any more."""
        return self.faults(**{name: 0 for name in self.faults()})

    def clock(self, **change):
        return self.tell("clock", **change)

    def state(self):
        return self.ask("GET", "/_fake/state")

    def ledger(self, what=None):
        return [row for row in self.ask("GET", "/_fake/ledger") if what is None or row["what"] == what]
