"""A gateway: one agent, several screens that are browsers and nothing else, each a device of its own.

gateway_test.py [unittest options], with GULOU_BIN and GULOU_NODE. The real broker, agent and Chromium.
"""
import json
import os
import re
import subprocess
import time
import unittest

from browser import Browser
from home import READY_S, canonical, die_with_parent, notice, wait_for, with_home

TOWN, HALL, LIBRARY = "341822101000", "341822101001", "341822102001"
TITLE = "document.querySelector('.card:not(.going) h1')?.textContent || ''"


class Gateway:
    """A township PC: screens enrolled behind it, one agent."""

    def __init__(self, home):
        self.home, self.path, self.paths = home, os.path.join(home.folder, "gateway-home"), {}

    def enrol(self, name, area):
        made = self.home.gulou_json("device", "enrol", "--channel", "screens", "--name", name, "--area", area,
                                    "--place", f"{name}大厅")
        done = self.home.run("gulou-screen", "--enrol", made["code"], "--home", self.path, "--screen", name)
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
        self.paths[name] = re.search(r"/s/[0-9a-f]{32}/", done.stdout)[0]
        settings = os.path.join(self.path, "gateway", name, "adapters", "screen.toml")
        with open(settings, encoding="utf-8") as file:
            text = file.read().replace("spread_s = 30", "spread_s = 0")
        with open(settings, "w", encoding="utf-8") as file:
            file.write(text)

    def start(self):
        with open(os.path.join(self.home.folder, "gateway.log"), "ab") as log:
            self.home.running["gateway"] = subprocess.Popen(
                [self.home.program("gulou-screen"), "--gateway", f"127.0.0.1:{self.home.ports['screen']}",
                 "--home", self.path], stdout=log, stderr=log, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
        wait_for(lambda: self.home.answers("gateway", "screen", self.paths["hall"]), "the gateway is ready")

    def address(self, name):
        return f"http://127.0.0.1:{self.home.ports['screen']}{self.paths[name]}"

    def get(self, path, method="GET", body=None):
        return self.home.http(method, path, body, token="", port="screen")

    def items(self, name):
        return {item["title"] for item in self.get(self.paths[name] + "items.json").json["items"]}


class TwoScreens(unittest.TestCase):
    """Of one gateway, each with a browser in front."""

    def prepare(self, home):
        home.add_channel("screens", fleet=True, portal_url="https://portal.example")

    def run(self, result=None):
        with Browser() as self.browser:
            return super().run(result)

    def gateway(self, home):
        gateway = Gateway(home)
        gateway.enrol("hall", HALL)
        gateway.enrol("library", LIBRARY)
        gateway.start()
        pages = {name: self.browser.open(gateway.address(name)) for name in gateway.paths}
        for name in pages:
            wait_for(lambda name=name: gateway.get(gateway.paths[name] + "status.json").json["page_alive"],
                     f"the page of {name} speaks")
        return gateway, pages

    def drawn(self, page, title, timeout_s=READY_S):
        page.wait(f"({TITLE}).includes({json.dumps(title)})", f"{title} is on the glass", timeout_s)


class GatewayTest(TwoScreens):
    def fleet(self, home, seq):
        return home.standing(seq, "screens")["fleet"]

    @with_home
    def test_two_browsers_with_filters_and_receipts_of_their_own(self, home):
        gateway, pages = self.gateway(home)
        publisher = home.publisher()
        calm = publisher.submit([canonical(notice("calm"))])["seq"]
        here = publisher.submit([canonical(notice("here", audience=[HALL]))])["seq"]
        self.drawn(pages["library"], "（calm）")
        self.drawn(pages["hall"], "（here）")
        self.assertEqual(len(gateway.items("hall")), 2)
        self.assertEqual(len(gateway.items("library")), 1)
        wait_for(lambda: self.fleet(home, here).get("shown") == 1, "the hall has shown it")
        self.assertEqual(self.fleet(home, here)["devices"], 1)
        wait_for(lambda: self.fleet(home, calm).get("shown", 0) >= 1, "the library has shown it")
        content = os.path.join(gateway.path, "content", "items")
        self.assertEqual(len(os.listdir(content)), 2)  # of both screens, once

        # The secret of a screen opens this screen and no other, and nothing opens without one.
        self.assertEqual(gateway.get("/").status, 404)
        self.assertEqual(gateway.get("/items.json").status, 404)
        self.assertEqual(gateway.get("/s/" + "0" * 32 + "/items.json").status, 404)
        self.assertEqual(gateway.get(gateway.paths["hall"][:-1]).headers["Location"], gateway.paths["hall"])

        gone = []
        while len(gone) < 8 and (not gone or min(gone) >= 1.0):
            name = f"alarm-{len(gone)}"  # again where the machine was busy with something else
            publisher.submit([canonical(notice(name, priority="urgent"))])
            for page in pages.values():
                self.drawn(page, f"（{name}）")
            if not gone:
                pages["hall"].wait("document.querySelector('.qr svg') !== null", "the code that leads to the portal")
                pages["hall"].screenshot("gateway-hall")
            taken_back = publisher.withdraw(name, "remove", "发布有误")["seq"]
            begin = time.monotonic()
            for page in pages.values():
                page.wait(f"!document.body.innerText.includes('（{name}）')", f"{name} has left the glass")
            gone.append(time.monotonic() - begin)
            self.assertEqual(home.wait_confirmed(taken_back, "screens")["fleet"]["received"], 2)
        print(f"gone from both after {[round(s, 2) for s in gone]} s")
        self.assertLess(min(gone), 1.0)
        wait_for(lambda: len(os.listdir(content)) == 2, "what nobody holds leaves the disk")
        for page in pages.values():
            self.assertEqual(page.problems(), [])

    @with_home
    def test_pages_draw_on_without_the_agent_and_it_comes_back_with_what_it_had(self, home):
        gateway, pages = self.gateway(home)
        home.publisher().submit([canonical(notice("stays"))])
        for page in pages.values():
            self.drawn(page, "（stays）")
        home.kill("gateway")
        pages["hall"].eval("window.dispatchEvent(new Event('resize'))")  # it draws anew
        self.drawn(pages["hall"], "（stays）")
        home.kill("gulou-broker")
        gateway.start()  # from its store
        self.assertEqual(len(gateway.items("hall")), 1)


if __name__ == "__main__":
    unittest.main()
