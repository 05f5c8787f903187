"""The portal as somebody else's CMS, called by the templates of the samples: each page there once, in its newest revision.

cms_test.py [unittest options], with GULOU_BIN. GULOU_LONG=1: 1,000 releases and 200 kills.
"""
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fakes"))

from home import Home, canonical, notice, wait_for
from process import Platform
from swarm import Swarm

LONG = bool(os.environ.get("GULOU_LONG"))
SAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "config", "adapters")


class CmsTest(unittest.TestCase):
    def prepare(self, home, cms, sample):
        with open(os.path.join(SAMPLES, sample), encoding="utf-8") as file:
            text = file.read().replace("http://127.0.0.1:9001", cms.url)
        own = re.search(r'broker_endpoint = "[^"]*"', home.read("adapters/portal.toml"))[0]
        with open(home.file("adapters/portal.toml"), "w", encoding="utf-8") as file:
            file.write(re.sub(r'broker_endpoint = "[^"]*"', own, text))
        self.secret(home, "token-1")
        home.start("gulou-broker")
        home.start("gulou-portal", ready=False)

    def secret(self, home, text):
        with open(home.file("keys/cms.secret"), "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(text + "\n")

    def shown(self, cms):
        """Release to revision, of what is there."""
        return {re.search(r"（(.+?)）", one["title"])[1]: int(one["revision"]) for one in cms.state()["visible"]}

    def walk(self, sample):
        with Home() as home, Platform("cms") as cms:
            self.prepare(home, cms, sample)
            publisher = home.publisher()
            seq = publisher.submit([canonical(notice("water-1"))])["seq"]
            receipt = home.wait_state(seq, "portal", "published")["receipt"]
            self.assertEqual(receipt["level"], "public")
            self.assertTrue(receipt["parts"][0]["url"].startswith(cms.url + "/page/"))

            revised = notice("water-1", 2, previous_revision=1, update="minor", title="关于“春山路”延长停水 <6小时> 的通知（water-1）")
            home.wait_state(publisher.submit([canonical(revised)])["seq"], "portal", "published")
            self.assertEqual(cms.state()["visible"][0]["title"], revised["title"])
            self.assertEqual(self.shown(cms), {"water-1": 2})
            home.wait_confirmed(publisher.withdraw("water-1", "mark_invalid", "已恢复供水")["seq"], "portal")
            self.assertTrue(cms.state()["visible"][0]["mark"])
            home.wait_confirmed(publisher.withdraw("water-1", "remove", "有误")["seq"], "portal")
            self.assertEqual(self.shown(cms), {})


    def test_json(self):
        self.walk("portal-json.toml")

    def test_form_and_xml(self):
        self.walk("portal-xml.toml")

    def test_a_dead_secret_stops_the_channel_until_a_person_renews_it(self):
        with Home() as home, Platform("cms") as cms:
            self.prepare(home, cms, "portal-json.toml")
            cms.tell("token", token="token-2")
            seq = home.publisher().submit([canonical(notice("water-1"))])["seq"]
            wait_for(lambda: "needs_authorisation" in home.gulou("status", "--json", code=None).stdout, "the status says so")

            self.secret(home, "token-2")
            home.gulou("channel", "resume", "portal", "--reason", "已更换口令", code=None)

            home.wait_state(seq, "portal", "published")
            self.assertEqual(len(cms.ledger("created")), 1)

    def test_swarm(self):
        releases, kills = (1000, 200) if LONG else (60, 20)
        with Home() as home, Platform("cms", "--soft-gone", seed=5, late=0.1, busy=0.05, error_5xx=0.03, close_after_commit=0.05,
                                      close_after_read=0.03, wrong_length=0.03) as cms:
            self.prepare(home, cms, "portal-json.toml")
            home.replace("channels.toml", 'id = "portal"', 'id = "portal"\nbackoff_first_ms = 100\nbackoff_ms_max = 1000\nattempts_max = 100\ncircuit_failures = 100')
            home.kill("gulou-broker")
            home.start("gulou-broker")
            swarm = Swarm(home, "portal", "gulou-portal", releases, seed=3)
            swarm.submit()
            swarm.revise()
            swarm.kill(kills)
            cms.calm()
            swarm.settle(lambda: self.shown(cms))

            self.assertEqual(len(cms.state()["visible"]), len(swarm.wanted))
            keys = [row["key"] for row in cms.ledger("created")]
            self.assertEqual(len(keys), len(set(keys)), "created twice")


if __name__ == "__main__":
    unittest.main()
