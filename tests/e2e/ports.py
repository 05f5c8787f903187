"""Free ports, from those that no outgoing connection is given, and reserved: what listens on one may come later,
and tests run side by side."""
import fcntl
import os
import random
import socket
import tempfile

FOLDER = os.path.join(tempfile.gettempdir(), f"gulou-ports.{os.getuid()}")


class Ports:
    """Reserved until release(), at the latest until this process ends."""

    def __init__(self):
        self.locks = []

    def reserve(self, ports):
        """All of them, or none: somebody else has one."""
        os.makedirs(FOLDER, exist_ok=True)
        mine = []
        for port in ports:
            lock = os.open(os.path.join(FOLDER, str(port)), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            mine.append(lock)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                for one in mine:
                    os.close(one)
                return False
        self.locks += mine
        return True

    def release(self):
        for lock in self.locks:
            os.close(lock)
        self.locks = []


RESERVED = Ports()


def free_port():
    while True:
        with socket.socket() as one:
            port = random.randrange(10_000, 20_000)
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
            if RESERVED.reserve([port]):
                return port
