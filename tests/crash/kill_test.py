"""kill -9 at random points under load: nothing acknowledged is lost, nothing is stored twice, all is delivered.

kill_test.py [--kills N] [--seed N], with GULOU_BIN. Publishers hand in bundles, several outstanding each, with and
without attachments; an adapter on each channel shows them. The broker is killed again and again: some time after it
is ready, right after a receipt, or while it starts. A seed replays the choice of instants, not the timing of threads.
"""
import argparse
import hashlib
import os
import random
import subprocess
import sys
import threading
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))

from gulou_client import CHUNK_BYTES, Adapter, Publisher, Refused, Unreachable  # noqa: E402
from home import PDF, Home, attachment, canonical, notice, wait_for  # noqa: E402

BROKER = "gulou-broker"
PUBLISHERS = ("load-1", "load-2", "load-3")
ADAPTERS = {"portal": "portal-1", "screen": "screen-1"}  # one of each channel of a new home
OUTSTANDING = 8
PACE_S = 0.002  # between new bundles of one publisher
BEHIND_MAX = 500  # releases an adapter may be behind: Python is slower than the broker
CHECKED_OLDER = 100  # receipts of earlier lives looked at after each restart; all are in the end
OF_EARLIER_LIVES = ("lease_ended", "lease_unknown", "delivery_not_leased", "hello_first")
SAME = ("seq", "accepted_at", "epoch", "hash", "mac", "parts")


class Life:
    """Of the broker: counts restarts, so that peers know when to connect anew; collects what went wrong."""

    def __init__(self):
        self.number, self.ending, self.problems = 0, False, []
        self.loads, self.consumers = [], []

    def wrong(self, sentence):
        self.problems.append(sentence)
        print("WRONG:", sentence, flush=True)


class Peer(threading.Thread):
    """A thread with one connection, renewed with each life of the broker."""

    def __init__(self, home, life, name):
        super().__init__(name=name, daemon=True)
        self.home, self.life, self.client, self.seen = home, life, None, -1

    def run(self):
        try:
            while not self.finished():
                try:
                    if self.seen != self.life.number:
                        self.close()
                        self.seen = self.life.number
                        self.client = self.connect()
                        self.client.receive = self.while_it_lives(self.client.receive)
                        self.begin()
                    self.work()
                except Unreachable:
                    self.seen = -1
        except Exception:
            self.life.wrong(f"{self.name}: {traceback.format_exc()}")
        self.close()

    def begin(self):
        pass

    def while_it_lives(self, receive):
        """Nobody waits for the answer of a broker that was killed."""
        def receive_of_this_life(timeout_s):
            deadline = time.monotonic() + timeout_s
            while not (message := receive(min(timeout_s, 0.05))) and time.monotonic() < deadline:
                if self.seen != self.life.number:
                    raise Unreachable("another life")
            return message
        return receive_of_this_life

    def close(self):
        if self.client:
            self.client.close()
        self.client = None


class Item:
    """A bundle on its way: perhaps an attachment first, then the releases."""

    def __init__(self, chance, name):
        blob = PDF + chance.randbytes(chance.choice((50, 2000, 300_000))) if chance.random() < 0.25 else None
        more = {}
        self.blob = blob
        if blob:
            self.digest = hashlib.sha256(blob).digest()
            more["attachments"] = [attachment(self.digest, len(blob))]
        self.parts = [canonical(notice(f"{name}-{i}", **(more if i == 0 else {}))) for i in range(chance.choice((1, 1, 2)))]

    def first(self):
        if self.blob:
            return "BLOB_PUT", {"digest": self.digest, "total": len(self.blob)}, [b""]
        return "SUBMIT", {}, self.parts

    def next(self, answer):
        if answer.get("complete"):
            return "SUBMIT", {}, self.parts
        start = answer["received"]
        return ("BLOB_PUT", {"digest": self.digest, "total": len(self.blob), "offset": start},
                [self.blob[start:start + CHUNK_BYTES]])


class Load(Peer):
    def __init__(self, home, life, name, seed):
        super().__init__(home, life, name)
        self.chance = random.Random(f"{seed}/{name}")
        self.made, self.pending, self.receipts = 0, {}, []  # receipts: (item, receipt)
        self.corr, self.next_at = 0, 0.0

    def finished(self):
        return self.life.ending and not self.pending

    def connect(self):
        return Publisher(self.home.endpoint("publishers"), self.home.server_key, self.home.secret(self.name))

    def begin(self):
        for corr, item in self.pending.items():
            self.say(corr, item.first())

    def say(self, corr, message):
        verb, fields, bodies = message
        self.client.send(verb, fields, bodies, corr, timeout_s=0.5)

    def may_go_on(self):
        made = sum(load.made for load in self.life.loads)
        shown = min(len(consumer.shown) for consumer in self.life.consumers)
        return not self.life.ending and len(self.pending) < OUTSTANDING and made - shown < BEHIND_MAX

    def work(self):
        if self.may_go_on() and time.monotonic() >= self.next_at:
            self.corr += 1
            self.made += 1
            self.next_at = time.monotonic() + PACE_S
            item = self.pending[self.corr] = Item(self.chance, f"{self.name}-{self.made}")
            self.say(self.corr, item.first())
        message = self.client.receive(PACE_S)
        if message is None or (item := self.pending.get(message[0].get("corr", 0))) is None:
            return
        answer = message[0]
        if answer["verb"] == "BLOB_OK":
            self.say(answer["corr"], item.next(answer))
        elif answer["verb"] == "ACCEPTED":
            self.receipts.append((item, answer))
            del self.pending[answer["corr"]]
        elif all(error["code"] == "unavailable" for error in answer.get("errors", [{"code": ""}])):
            self.say(answer["corr"], item.first())
        else:
            self.life.wrong(f"{self.name}: {answer}")
            del self.pending[answer["corr"]]


class Consumer(Peer):
    """Shows every delivery. One that comes again must say so, with the ids that were acknowledged."""

    def __init__(self, home, life, channel, seed):
        super().__init__(home, life, channel)
        self.chance = random.Random(f"{seed}/{channel}")
        self.shown, self.again, self.progress = {}, 0, {}  # seq to ids of its parts; seq to platform id
        self.blobs = 0

    def finished(self):
        return self.life.ending == "all delivered"

    def connect(self):
        return Adapter(self.home.endpoint("adapters"), self.home.server_key, self.home.secret(ADAPTERS[self.name]),
                       self.name, "python", window=32)

    def work(self):
        try:
            delivery = self.client.next_delivery(0.05)
            if delivery:
                self.show(delivery)
        except Refused as refusal:  # of an earlier life: its leases, its session
            if any(error["reason"] not in OF_EARLIER_LIVES for error in refusal.errors):
                raise

    def show(self, delivery):
        seq, parts = delivery["seq"], delivery["parts"]
        ids = [part["id"] for part in parts]
        if seq in self.shown:
            self.again += 1
            if not delivery.get("maybe_published"):
                self.life.wrong(f"{self.name}: #{seq} comes again without maybe_published")
            if self.shown[seq] != ids:
                self.life.wrong(f"{self.name}: #{seq} was {self.shown[seq]} and is {ids}")
        if seq in self.progress and self.progress[seq] not in delivery.get("platform_ids", []):
            self.life.wrong(f"{self.name}: #{seq} has lost its acknowledged platform id")
        self.shown[seq] = ids
        if self.chance.random() < 0.1:
            self.client.progress(delivery, f"draft-{seq}")
            self.progress[seq] = f"draft-{seq}"
        if b'"attachments"' in parts[0]["body"] and self.chance.random() < 0.2:
            digest = parts[0]["body"].split(b'"digest":"')[1][:64]
            self.client.get_blob(bytes.fromhex(digest.decode()))
            self.blobs += 1
        url = {"parts": [{"url": f"http://example.invalid/{ids[0]}"}]} if self.chance.random() < 0.5 else {}
        self.client.report(delivery, "published", level="public", **url)


def check_receipts(home, life, load, pairs):
    """The same bytes again: each has the receipt it had."""
    client = Publisher(home.endpoint("publishers"), home.server_key, home.secret(load.name))
    try:
        waiting = list(enumerate(pairs, 1))
        asked, answered = 0, 0
        while answered < len(waiting):
            while asked < len(waiting) and asked - answered < 48:
                client.send("SUBMIT", {}, waiting[asked][1][0].parts, waiting[asked][0])
                asked += 1
            message = client.receive(30)
            if message is None:
                return life.wrong(f"{load.name}: no answer to a submission sent again")
            answered += 1
            answer, (_, receipt) = message[0], waiting[message[0]["corr"] - 1][1]
            if answer["verb"] != "ACCEPTED" or not answer.get("already") or any(answer[k] != receipt[k] for k in SAME):
                life.wrong(f"{load.name}: receipt {receipt} has become {answer}")
    finally:
        client.close()


def kill_and_restart(home, life, loads, chance):
    """One life of the broker ends; the next is ready when this returns."""
    way = chance.choice(("time", "receipt", "start"))
    amount = chance.random()
    if way == "receipt":
        wanted = sum(len(load.receipts) for load in loads) + 1 + int(amount * 200)
        deadline = time.monotonic() + 2
        while sum(len(load.receipts) for load in loads) < wanted and time.monotonic() < deadline:
            time.sleep(0.0005)
    else:
        threading.Event().wait(0.02 + amount * 0.6)  # the instant is what is tried, not waited for
    home.kill(BROKER)
    if way == "start":
        home.start(BROKER, ready=False)
        threading.Event().wait(amount * 0.15)
        home.kill(BROKER)
    began = time.monotonic()
    home.start(BROKER)
    life.number += 1
    return time.monotonic() - began


def try_kills(home, life, options):
    chance = random.Random(options.seed)
    loads = [Load(home, life, name, options.seed) for name in PUBLISHERS]
    consumers = [Consumer(home, life, channel, options.seed) for channel in ADAPTERS]
    life.loads, life.consumers = loads, consumers
    for peer in [*loads, *consumers]:
        peer.start()
    slowest = 0.0
    for _ in range(options.kills):
        checked = {load: len(load.receipts) for load in loads}
        slowest = max(slowest, kill_and_restart(home, life, loads, chance))
        for load in loads:
            pairs = list(load.receipts)
            older = pairs[:checked[load]]
            check_receipts(home, life, load, pairs[checked[load]:] + chance.sample(older, min(len(older), CHECKED_OLDER)))
        if life.problems:
            break
    life.ending = "no more"
    wait_for(lambda: life.problems or not any(load.pending for load in loads), "every bundle has its receipt")
    for load in loads:
        load.join()
        check_receipts(home, life, load, load.receipts)
    return loads, consumers, slowest


def look_at_the_end(home, life, loads, consumers):
    receipts = sorted(answer["seq"] for load in loads for _, answer in load.receipts)
    if receipts != list(range(1, home.head() + 1)):
        life.wrong(f"{len(receipts)} receipts for {home.head()} entries: stored twice, or not at all")
    wait_for(lambda: life.problems or all(
        channel[key] == 0 for channel in home.http("GET", "/v1/channels").json["channels"]
        for key in ("behind", "leased", "waiting", "confirming", "parked")), "everything is delivered", 120)
    life.ending = "all delivered"
    ids = {answer["seq"]: [part["id"] for part in answer["parts"]] for load in loads for _, answer in load.receipts}
    for consumer in consumers:
        consumer.join()
        if consumer.shown != ids:
            life.wrong(f"{consumer.name}: {len(consumer.shown)} of {len(ids)} releases were delivered")
    for seq in random.Random(0).sample(receipts, min(40, len(receipts))):
        for channel in ADAPTERS:
            if (state := home.standing(seq, channel).get("state")) != "published":
                life.wrong(f"{channel}: #{seq} is {state}")
    if (code := home.stop(BROKER)) != 0:
        life.wrong(f"SIGTERM: exit {code}")
    for verb in ("verify", "rebuild"):
        said = home.run(BROKER, "--home", home.path, "journal", verb)
        if said.returncode != 0:
            life.wrong(f"journal {verb}: {said.stdout}{said.stderr}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 1 << 31))
    options = parser.parse_args()
    print(f"kill_test --kills {options.kills} --seed {options.seed}", flush=True)
    began, life = time.monotonic(), Life()
    with Home() as home:
        for name in PUBLISHERS:
            home.add_principal(name, "publisher")
        home.start(BROKER)
        try:
            loads, consumers, slowest = try_kills(home, life, options)
            look_at_the_end(home, life, loads, consumers)
        except (AssertionError, OSError, subprocess.TimeoutExpired) as trouble:
            life.wrong(repr(trouble))
        finally:
            life.ending = life.ending or "failed"
        assert not life.problems, f"{len(life.problems)} problems with --seed {options.seed}, first: {life.problems[0]}"
    print(f"{options.kills} kills, {sum(len(load.receipts) for load in loads)} bundles, each with its receipt; "
          f"{sum(consumer.again for consumer in consumers)} deliveries came again, all marked; "
          f"{sum(consumer.blobs for consumer in consumers)} attachments read; slowest start {slowest:.2f} s; "
          f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
