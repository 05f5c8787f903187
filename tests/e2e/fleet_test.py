"""A fleet: devices enrol with a code, catch up by state, confirm withdrawals one by one, and end.

fleet_test.py [unittest options], with GULOU_BIN. The real broker, agents and command line.
"""
import contextlib
import os
import re
import subprocess
import time
import unittest

from home import canonical, die_with_parent, is_sanitized, notice, wait_for, with_home

TOWN, VILLAGE, OTHER_VILLAGE = "341822101000", "341822101001", "341822102001"


class Device:
    """A box with its own home, enrolled by the code an operator got."""

    def __init__(self, home, name, area, *options):
        self.home, self.name = home, name
        self.path = os.path.join(home.folder, name)
        self.process = None
        made = home.gulou_json("device", "enrol", "--channel", "screens", "--name", name, "--area", area, *options)
        self.enrol(made["code"])

    def enrol(self, code, expected=0):
        done = self.home.run("gulou-screen", "--enrol", code, "--home", self.path, "--listen", "")
        assert done.returncode == expected, f"{done.returncode} {done.stdout} {done.stderr}"
        if expected == 0:
            self.settings(r"spread_s = \d+", "spread_s = 0")
        return done.stdout + done.stderr

    def settings(self, old, new):
        path = os.path.join(self.path, "adapters", "screen.toml")
        with open(path, encoding="utf-8") as file:
            text = re.sub(old, new, file.read())
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def start(self):
        log = open(self.path + ".log", "ab")
        with log:
            self.process = subprocess.Popen([self.home.program("gulou-screen"), "--home", self.path], stdout=log,
                                            stderr=log, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
        self.home.running[self.name] = self.process

    def kill(self):
        self.home.kill(self.name)

    def held(self):
        """Ids of what is on its disk."""
        with contextlib.suppress(FileNotFoundError), open(os.path.join(self.path, "screen", "index"),
                                                          encoding="utf-8") as file:
            return {match for match in re.findall(r"publication=[^/\s]*/(\S*)", file.read())}
        return set()


class FleetTest(unittest.TestCase):
    def prepare(self, home):
        home.add_channel("screens", fleet=True)

    def fleet(self, home, seq):
        return home.standing(seq, "screens")["fleet"]

    def place(self, home, seq):
        shown = home.http("GET", f"/v1/takedowns/{seq}").json
        return next((one for one in shown["places"] if one["channel"] == "screens"), {})

    def hold(self, device, *names):
        wait_for(lambda: device.held() == set(names), f"{device.name} holds {names}, last {device.held()}")

    @with_home
    def test_enrolled_synced_shown_withdrawn(self, home):
        publisher = home.publisher()
        before = publisher.submit([canonical(notice("before"))])["seq"]
        device = Device(home, "hall-1", VILLAGE, "--place", "办事大厅", "--contact", "李", "--phone", "6612345")
        device.start()
        self.hold(device, "before")
        wait_for(lambda: self.fleet(home, before).get("received") == 1, "the device has said so")

        seq = publisher.submit([canonical(notice("flood", priority="urgent"))])["seq"]
        self.hold(device, "before", "flood")
        wait_for(lambda: self.fleet(home, seq).get("received") == 1, "the receipt is merged")
        self.assertIn("已到达 1", home.gulou("release", "show", f"#{seq}", "--lang", "zh").stdout)

        gone = publisher.withdraw("flood", "remove", "发布有误")["seq"]
        home.wait_confirmed(gone, "screens")
        self.assertEqual(device.held(), {"before"})
        listed = home.gulou("device", "list", "--lang", "zh").stdout
        self.assertIn("hall-1", listed)
        self.assertIn("在线", listed)

    @with_home
    def test_away_it_catches_up_by_state(self, home):
        publisher = home.publisher()
        device = Device(home, "hall-1", VILLAGE)
        device.start()
        publisher.submit([canonical(notice("stays"))])
        wrong = publisher.submit([canonical(notice("wrong"))])["seq"]
        self.hold(device, "stays", "wrong")
        wait_for(lambda: self.fleet(home, wrong).get("received") == 1, "the device has said so")
        device.kill()

        gone = publisher.withdraw("wrong", "remove", "发布有误")["seq"]
        for number in range(300):  # further behind than the stream goes
            publisher.submit([canonical(notice(f"n{number}", audience=[OTHER_VILLAGE]))])
        publisher.submit([canonical(notice("new", audience=[TOWN]))])
        wait_for(lambda: self.place(home, gone)["fleet"].get("silent") == 1, "the broker knows that it is away")
        place = self.place(home, gone)
        self.assertFalse(place["confirmed"])
        self.assertEqual(place["fleet"]["open"][0]["name"], "hall-1")

        device.start()
        self.hold(device, "stays", "new")
        home.wait_confirmed(gone, "screens")

        # Near the head the entries themselves come, withdrawals first.
        device.kill()
        gone = publisher.withdraw("new", "remove", "发布有误")["seq"]
        publisher.submit([canonical(notice("newest"))])
        device.start()
        self.hold(device, "stays", "newest")
        home.wait_confirmed(gone, "screens")

        # And where nothing is left for it, it holds nothing.
        device.kill()
        gone = [publisher.withdraw(name, "remove", "发布有误")["seq"] for name in ("stays", "newest")]
        for number in range(300):
            publisher.submit([canonical(notice(f"m{number}", audience=[OTHER_VILLAGE]))])
        device.start()
        self.hold(device)
        for seq in gone:
            home.wait_confirmed(seq, "screens")

    @with_home
    def test_each_takes_what_is_for_its_area(self, home):
        publisher = home.publisher()
        one, other = Device(home, "one", VILLAGE), Device(home, "other", OTHER_VILLAGE)
        one.start()
        other.start()
        publisher.submit([canonical(notice("all"))])
        publisher.submit([canonical(notice("town", audience=[TOWN]))])
        publisher.submit([canonical(notice("here", audience=[OTHER_VILLAGE]))])
        self.hold(one, "all", "town")
        self.hold(other, "all", "here")
        home.gulou("device", "move", "one", "--area", OTHER_VILLAGE)
        self.hold(one, "all", "here")
        # A revision for others leaves those it was for.
        publisher.submit([canonical(notice("here", 2, previous_revision=1, update="major", change_note="改为全镇",
                                           audience=[TOWN]))])
        self.hold(one, "all")
        self.hold(other, "all")

    @with_home
    def test_codes_are_good_once_and_devices_end(self, home):
        publisher = home.publisher()
        made = home.gulou_json("device", "enrol", "--channel", "screens", "--name", "hall-1", "--area", VILLAGE)
        device = Device.__new__(Device)
        device.home, device.name, device.path = home, "hall-1", os.path.join(home.folder, "hall-1")
        device.enrol(made["code"])
        device.enrol(made["code"])  # its answer was lost: the key it made is known
        thief = Device.__new__(Device)
        thief.home, thief.name, thief.path = home, "thief", os.path.join(home.folder, "thief")
        self.assertRegex(thief.enrol(made["code"], 2), "入网码|code")

        device.start()
        publisher.submit([canonical(notice("wrong"))])
        self.hold(device, "wrong")
        device.kill()
        gone = publisher.withdraw("wrong", "remove", "发布有误")["seq"]
        self.assertFalse(self.place(home, gone)["confirmed"])
        home.gulou("device", "retire", "hall-1", "--reason", "屏幕损坏，已拆除", code=2)
        home.gulou("device", "retire", "hall-1", "--reason", "屏幕损坏，已拆除", "--yes")
        place = home.wait_confirmed(gone, "screens")
        self.assertEqual(place["fleet"]["dark"], 1)
        self.assertIn("不再显示", home.gulou("takedown", "show", f"#{gone}", "--lang", "zh").stdout)
        device.start()  # its key opens nothing any more
        wait_for(lambda: "broker.key_refused" in self.log(device), "the key is refused")

    def log(self, device):
        with open(device.path + ".log", encoding="utf-8") as file:
            return file.read()

    @with_home
    def test_light_and_soon_there_with_all_it_may_hold(self, home):
        publisher = home.publisher()
        device = Device(home, "hall-1", VILLAGE)
        device.settings(r'listen = ".*"', f'listen = "127.0.0.1:{home.ports["screen"]}"')
        for number in range(500):
            text = f"编号{number}。" + "为保障居民用水安全，定于11月30日对供水管网进行改造。" * 20
            publisher.submit([canonical(notice(f"n{number}", body={"format": "text", "content": text}))])
        device.start()
        wait_for(lambda: len(device.held()) == 500, "all are held")
        screen = dict(token="", port="screen")
        home.http("GET", "/kiosk.json", **screen)  # all of them at once

        device.kill()
        begin = time.monotonic()
        device.start()
        wait_for(lambda: home.answers("hall-1", "screen", "/items.json"), "it answers")
        took = time.monotonic() - begin
        with open(f"/proc/{device.process.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        worked = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        self.assertEqual(len(home.http("GET", "/items.json", **screen).json["items"]), 30)
        home.http("GET", "/kiosk.json", **screen)
        with open(f"/proc/{device.process.pid}/status", encoding="utf-8") as file:
            rss_mb = int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) * 1024 / 1e6
        print(f"with 500 items: {rss_mb:.1f} MB, started in {took:.2f} s, {worked:.2f} s of them its own")
        if not is_sanitized(home.program("gulou-screen")):
            self.assertLess(rss_mb, 40)
            self.assertLess(worked, 0.5)  # a busy machine keeps it waiting, that is not its fault

    @with_home
    def test_a_takedown_counts_on_the_display_lease(self, home):
        publisher = home.publisher()
        device = Device(home, "hall-1", VILLAGE, "--place", "办事大厅")
        device.start()
        publisher.submit([canonical(notice("wrong", must_confirm_every_s=3600))])
        self.hold(device, "wrong")
        device.kill()
        gone = publisher.withdraw("wrong", "remove", "发布有误")["seq"]
        place = wait_for(lambda: (one := self.place(home, gone))["fleet"].get("silent") == 1 and one, "it is away")
        self.assertFalse(place["confirmed"])
        self.assertIn("dark_by", place["fleet"]["open"][0])
        self.assertRegex(home.gulou("takedown", "show", f"#{gone}", "--lang", "zh").stdout, "至迟 .*停止显示")

    @with_home
    def test_after_a_restart_of_the_broker_all_is_known(self, home):
        publisher = home.publisher()
        device = Device(home, "hall-1", VILLAGE)
        device.start()
        seq = publisher.submit([canonical(notice("one"))])["seq"]
        wait_for(lambda: self.fleet(home, seq).get("received") == 1, "the device has said so")
        home.kill("gulou-broker")
        home.start("gulou-broker")
        self.assertEqual(self.fleet(home, seq).get("received"), 1)
        seq = home.publisher().submit([canonical(notice("two"))])["seq"]
        wait_for(lambda: self.fleet(home, seq).get("received") == 1, "the device came back")
        home.stop("gulou-broker")
        done = home.run("gulou-broker", "--home", home.path, "journal", "rebuild")
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
