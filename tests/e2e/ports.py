"""Free ports, from those that no outgoing connection is given: a port found stays free until it is listened on."""
import random
import socket


def free_port():
    while True:
        with socket.socket() as one:
            port = random.randrange(10_000, 20_000)
            try:
                one.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
