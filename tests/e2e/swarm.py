"""A channel under swarm faults, with adapter and broker killed at random points: what every adapter's proof has in common.

A workload is submitted, revised and withdrawn while programs are killed; then the faults end and everything must settle.
What the platform shows then is compared with what was wanted.
"""
import random
import time

from home import canonical, notice, wait_for

SETTLE_S = 120.0


class Swarm:
    """wanted: what must be visible in the end, id to revision; withdrawn: what must not."""

    def __init__(self, home, channel, adapter, releases, seed):
        self.home, self.channel, self.adapter, self.count = home, channel, adapter, releases
        self.random = random.Random(seed)
        self.wanted, self.withdrawn, self.kills = {}, {}, 0
        self.settle_s = max(SETTLE_S, 0.5 * releases)

    def submit(self, **fields):
        """Bundles of two now and then, all accepted before the first kill; their numbers."""
        publisher = self.home.publisher()
        number, seqs = 0, []
        while number < self.count:
            size = 2 if self.random.random() < 0.2 and number + 2 <= self.count else 1
            names = [f"w-{number + i}" for i in range(size)]
            number += size
            seqs.append(publisher.submit([canonical(notice(name, **fields)) for name in names])["seq"])
            self.wanted.update({name: 1 for name in names})
        return seqs

    def revise(self, **fields):
        """A tenth of them, with another title."""
        publisher = self.home.publisher()
        for name in self.random.sample(sorted(self.wanted), self.count // 10):
            title = notice(name)["title"] + "更正"
            revised = notice(name, 2, previous_revision=1, update="minor", title=title, **fields)
            publisher.submit([canonical(revised)])
            self.wanted[name] = 2

    def withdraw(self, count):
        """By a publisher of its own, since a link to a killed broker may be dead."""
        publisher = self.home.publisher()
        for name in self.random.sample(sorted(self.wanted), min(count, len(self.wanted))):
            self.withdrawn[name] = publisher.withdraw(name, "remove", "有误")["seq"]
            del self.wanted[name]

    def kill(self, times):
        """Adapter or broker, mostly the adapter, at random moments of its work."""
        for turn in range(times):
            until = time.monotonic() + self.random.uniform(0.02, 0.15)
            wait_for(lambda: time.monotonic() >= until, "a moment of work")  # the random point, not a wait for luck
            broker_too = self.random.random() < 0.3
            self.home.kill(self.adapter)
            if broker_too:
                self.home.kill("gulou-broker")
                self.home.start("gulou-broker")
            self.home.start(self.adapter, ready=False)
            self.kills += 1
            if turn % 5 == 4:
                self.withdraw(max(1, self.count // 50))

    def settle(self, visible):
        """Until the platform shows what is wanted, nothing is open any more and every withdrawal is confirmed wherever
        something had been. visible(): id to revision."""
        try:
            wait_for(lambda: visible() == self.wanted, f"{self.channel} shows what is wanted", self.settle_s)
        except AssertionError as late:
            shown = visible()
            wrong = {name: (self.wanted.get(name), shown.get(name)) for name in {*self.wanted, *shown} if self.wanted.get(name) != shown.get(name)}
            raise AssertionError(f"{late}; wanted and shown: {sorted(wrong.items())[:20]}, {len(wrong)} in all") from late
        wait_for(lambda: not self.home.gulou_json("delivery", "list", "--channel", self.channel)["deliveries"],
                 f"nothing is open on {self.channel}", self.settle_s)
        for seq in self.withdrawn.values():
            wait_for(lambda seq=seq: all(place.get("confirmed") for place in self.places(seq)),
                     f"withdrawal #{seq} is confirmed on {self.channel}", self.settle_s)
        assert visible() == self.wanted, "it did not stay so"

    def places(self, withdrawal):
        """Of this channel; none where it was withdrawn before anything was there."""
        shown = self.home.http("GET", f"/v1/takedowns/{withdrawal}").json
        return [place for place in shown["places"] if place["channel"] == self.channel]
