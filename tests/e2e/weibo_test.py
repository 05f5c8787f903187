"""The Weibo channel behind the portal: a post per release with its address, never two, whatever is lost on the way.

weibo_test.py [unittest options], with GULOU_BIN. GULOU_LONG=1: 1,000 releases and 200 kills.
"""
import os
import re
import sys
import unittest
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fakes"))

from home import Home, canonical, notice, wait_for
from process import Platform
from swarm import Swarm

LONG = bool(os.environ.get("GULOU_LONG"))


class WeiboTest(unittest.TestCase):
    def prepare(self, home, weibo, **table):
        home.add_channel("weibo", gate="portal", backoff_first_ms=100, backoff_ms_max=1000, attempts_max=100,
                         circuit_failures=100, on_mark_invalid="park")
        home.add_principal("weibo-1", "adapter", channels=["weibo"])
        self.secret(home, "weibo-1.secret", home.secrets["weibo-1"])
        self.secret(home, "weibo.token", "token-1")
        own = {"channel": "weibo", "instance": "weibo-1", "broker_endpoint": home.endpoint("adapters"),
               "broker_key_file": "../keys/broker.public", "key_file": "../keys/weibo-1.secret", "directory": "../weibo"}
        table = {"api": weibo.url, "uid": "1000000001", "token_file": "../keys/weibo.token", **table}
        lines = [f'{key} = "{value}"' for key, value in own.items()] + ["[weibo]", "quota_wait_ms = 300"]
        home.append("adapters/weibo.toml", "\n".join(lines + [f'{key} = "{value}"' for key, value in table.items()]))
        for name in ("gulou-broker", "gulou-portal"):
            home.start(name)
        home.start("gulou-weibo", ready=False)

    def secret(self, home, name, text):
        with open(home.file("keys/" + name), "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(text + "\n")

    def shown(self, weibo):
        """Release to revision, by what the posts say; those of others are left out."""
        found = [re.search(r"（(w-\d+)）(更正)?", text) for text in weibo.state()["visible"]]
        return {one[1]: 2 if one[2] else 1 for one in found if one}

    def test_post_revision_and_withdrawal(self):
        with Home() as home, Platform("weibo", "--per-hour", "1000") as weibo:
            self.prepare(home, weibo)
            publisher = home.publisher()
            long = "关" * 141
            seq = publisher.submit([canonical(notice("water-1"))])["seq"]
            fits = publisher.submit([canonical(notice("water-2", title=long, short_title="春山路停水"))])["seq"]
            parked = publisher.submit([canonical(notice("water-3", title=long))])["seq"]

            stands = home.wait_state(seq, "weibo", "published")
            home.wait_state(fits, "weibo", "published")
            self.assertEqual(home.wait_state(parked, "weibo", "parked")["reason"], "weibo_text_too_long")
            url = home.standing(seq, "portal")["receipt"]["parts"][0]["url"]
            texts = weibo.state()["visible"]
            self.assertIn(f"{notice('water-1')['title']} {url}", texts)
            self.assertTrue(any(text.startswith("春山路停水 http") for text in texts), texts)
            self.assertEqual(stands["receipt"]["level"], "public")

            same = publisher.submit([canonical(notice("water-1", 2, previous_revision=1, update="minor"))])["seq"]
            home.wait_state(same, "weibo", "published")
            self.assertEqual(len(weibo.ledger("published")), 2, "the same words are not posted twice")
            other = notice("water-1", 3, previous_revision=2, update="minor", title="关于春山路延长停水的通知")
            home.wait_state(publisher.submit([canonical(other)])["seq"], "weibo", "published")
            self.assertEqual(sum(url in text for text in weibo.state()["visible"]), 1)
            gone = publisher.withdraw("water-1", "remove", "有误")["seq"]
            home.wait_confirmed(gone, "weibo")
            self.assertFalse(any(url in text for text in weibo.state()["visible"]))

    def test_a_dead_token_stops_the_channel_until_a_person_renews_it(self):
        with Home() as home, Platform("weibo", "--per-hour", "1000") as weibo:
            self.prepare(home, weibo)
            weibo.tell("token", token="")
            publisher = home.publisher()
            seq = publisher.submit([canonical(notice("water-1"))])["seq"]
            wait_for(lambda: "needs_authorisation" in home.gulou("status", "--json", code=None).stdout, "the status says so")

            weibo.tell("token", token="token-2")
            self.secret(home, "weibo.token", "token-2")
            home.gulou("channel", "resume", "weibo", "--reason", "已重新授权", code=None)

            home.wait_state(seq, "weibo", "published")
            self.assertEqual(len(weibo.ledger("published")), 1)

    def call(self, weibo, path, **form):
        """As somebody else with access to the account."""
        body = urllib.parse.urlencode({"access_token": "token-1", **form}).encode()
        with urllib.request.urlopen(weibo.url + path, body, timeout=30) as answer:
            return answer.read()

    def uncertain(self, home, weibo, *names):
        """One bundle, all of it posted, no answer that says so; the adapter is away. Its number."""
        weibo.faults(lag=1, late=1)
        seq = home.publisher().submit([canonical(notice(name)) for name in names])["seq"]
        wait_for(lambda: len(weibo.ledger("published")) == len(names), "all is posted")
        home.kill("gulou-weibo")
        self.assertNotEqual(home.standing(seq, "weibo").get("state"), "published")
        weibo.calm()
        weibo.clock(advance_s=3600)
        return seq

    def by_hand(self, home, weibo):
        """What a person does about withdrawals that are parked."""
        for parked in home.gulou_json_of(None, "delivery", "list", "--parked", "--channel", "weibo")["deliveries"]:
            self.assertEqual(parked["reason"], "weibo_find_by_hand")
            for post in weibo.ledger("published"):
                if parked["title"] in post["text"] and post["text"] in weibo.state()["visible"]:
                    self.call(weibo, "/2/statuses/destroy.json", id=post["id"])
            home.gulou("delivery", "resolve", parked["id"], "--removed", "--reason", "已登录微博删除")

    def test_one_of_two_without_an_answer_is_the_one_that_goes(self):
        """The second of its bundle is the first of its withdrawal."""
        with Home() as home, Platform("weibo", "--per-hour", "1000", "--late-s", "2") as weibo:
            self.prepare(home, weibo)
            self.uncertain(home, weibo, "w-1", "w-2")

            withdrawn = home.publisher().withdraw("w-2", "remove", "有误")["seq"]
            home.start("gulou-weibo", ready=False)

            home.wait_confirmed(withdrawn, "weibo")
            self.assertEqual(self.shown(weibo), {"w-1": 1})

    def test_what_is_not_among_the_newest_posts_is_for_a_person_to_find(self):
        with Home() as home, Platform("weibo", "--per-hour", "1000", "--late-s", "2") as weibo:
            self.prepare(home, weibo)
            self.uncertain(home, weibo, "w-1")
            for number in range(500):
                self.call(weibo, "/2/statuses/share.json", rip="127.0.0.1", status=f"今日天气 {number} http://127.0.0.1/{number}")

            withdrawn = home.publisher().withdraw("w-1", "remove", "有误")["seq"]
            home.start("gulou-weibo", ready=False)

            wait_for(lambda: home.gulou_json_of(None, "delivery", "list", "--parked", "--channel", "weibo")["deliveries"], "it is parked")
            self.assertEqual(self.shown(weibo), {"w-1": 1})
            self.by_hand(home, weibo)
            home.wait_confirmed(withdrawn, "weibo")
            self.assertEqual(self.shown(weibo), {})

    def test_swarm(self):
        releases, kills = (1000, 200) if LONG else (40, 20)
        with Home() as home, Platform("weibo", "--per-hour", "100000", seed=5, late=0.1, lag=0.05, similar=0.05, busy=0.05, limit=0.02,
                                      error_5xx=0.03, close_after_commit=0.05, close_after_read=0.03, wrong_length=0.03) as weibo:
            self.prepare(home, weibo)
            swarm = Swarm(home, "weibo", "gulou-weibo", releases, seed=3)
            for seq in swarm.submit():  # a revision is one of what the portal has shown
                home.wait_state(seq, "portal", "published")
            swarm.revise()
            swarm.kill(kills)
            weibo.calm()

            def visible():
                self.by_hand(home, weibo)
                return self.shown(weibo)

            swarm.settle(visible)

            self.assertEqual(len(weibo.state()["visible"]), len(swarm.wanted))
            per_text = {}
            for row in weibo.ledger():
                per_text[row["text"]] = per_text.get(row["text"], 0) + (1 if row["what"] == "published" else -1)
                self.assertLessEqual(per_text[row["text"]], 1, f"twice at one time: {row}")


if __name__ == "__main__":
    unittest.main()
