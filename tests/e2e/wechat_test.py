"""The WeChat channel behind the portal: a message per bundle, never two, whatever is lost on the way; a person decides about
corrections and publishes drafts; the day's quotas are kept.

wechat_test.py [unittest options], with GULOU_BIN. GULOU_LONG=1: 1,000 releases and 200 kills; 500 articles at 100 a day.
"""
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fakes"))

from home import Home, canonical, notice, wait_for
from ports import free_port
from process import Platform
from swarm import SETTLE_S, Swarm

LONG = bool(os.environ.get("GULOU_LONG"))
PLENTY = [part for name in ("submit", "get", "delete", "batchget", "draft_get", "draft_add", "draft_batchget", "draft_delete")
          for part in ("--quota", f"{name}=1000000")]
ASKED = {"wechat_confirm_replacing", "wechat_review_refused", "wechat_publish_failed", "wechat_draft_lost", "wechat_taken_down"}


class WechatTest(unittest.TestCase):
    def prepare(self, home, wechat, mode="api", **table):
        home.add_channel("wechat", gate="portal", backoff_first_ms=100, backoff_ms_max=1000, attempts_max=100, probe_ms=500,
                         circuit_failures=100, on_mark_invalid="park", mode=mode)
        home.add_principal("wechat-1", "adapter", channels=["wechat"])
        for name, text in (("wechat-1.secret", home.secrets["wechat-1"]), ("wechat.secret", "secret-1"), ("wechat.event", "event-token")):
            with open(home.file("keys/" + name), "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                file.write(text + "\n")
        port = free_port()
        own = {"channel": "wechat", "instance": "wechat-1", "broker_endpoint": home.endpoint("adapters"), "listen": f"127.0.0.1:{port}",
               "broker_key_file": "../keys/broker.public", "key_file": "../keys/wechat-1.secret", "directory": "../wechat"}
        table = {"api": wechat.url, "appid": "wx1234567890abcdef", "secret_file": "../keys/wechat.secret", "mode": mode,
                 "event_token_file": "../keys/wechat.event", "poll_ms": 500, "settle_ms": 1500, "quota_wait_ms": 300, **table}
        home.append("adapters/wechat.toml", "\n".join([f'{key} = "{value}"' for key, value in own.items()] + ["[wechat]"] + [
            f'{key} = {value if isinstance(value, int) else chr(34) + value + chr(34)}' for key, value in table.items()]))
        wechat.tell("callback", url=f"http://127.0.0.1:{port}/event")
        for name in ("gulou-broker", "gulou-portal"):
            home.start(name)
        home.start("gulou-wechat", ready=False)

    def deliveries(self, home):
        return home.gulou_json("delivery", "list", "--channel", "wechat")["deliveries"]

    def retry_parked(self, home, reasons):
        """What a person does: asks for it again. Nothing else may be parked."""
        for one in self.deliveries(home):
            if one["state"] == "parked":
                self.assertIn(one["reason"], reasons, one)
                home.gulou("delivery", "retry", one["id"], "--reason", "已核对", code=None)

    def shown(self, wechat):
        """Release to revision, by what the articles say."""
        found = [re.search(r"（(w-\d+)）(更正)?", one["title"]) for one in wechat.state()["visible"]]
        return {one[1]: 2 if one[2] else 1 for one in found}

    def assert_once(self, wechat):
        """At no time did two articles lead to one page."""
        there = {}
        for row in wechat.ledger():
            if row["what"] in ("published", "deleted", "taken_down"):
                there[row["source_url"]] = there.get(row["source_url"], 0) + (1 if row["what"] == "published" else -1)
                self.assertLessEqual(there[row["source_url"]], 1, f"twice at one time: {row}")

    def test_message_correction_and_withdrawal(self):
        with Home() as home, Platform("wechat", "--review-ms", "50", *PLENTY) as wechat:
            self.prepare(home, wechat)
            publisher = home.publisher()
            bundle = publisher.submit([canonical(notice("water-1", summary="春山路停水。")), canonical(notice("water-2"))])["seq"]
            parked = publisher.submit([canonical(notice("water-3", title="关" * 33))])["seq"]
            short = publisher.submit([canonical(notice("water-4", title="关" * 33, short_title="春山路停水"))])["seq"]

            stands = home.wait_state(bundle, "wechat", "published")
            self.assertEqual("public", stands["receipt"]["level"])
            self.assertEqual("wechat_title_too_long", home.wait_state(parked, "wechat", "parked")["reason"])
            home.wait_state(short, "wechat", "published")
            url = home.standing(bundle, "portal")["receipt"]["parts"][0]["url"]
            rows = wechat.ledger("published")
            first = next(row for row in rows if row["source_url"] == url)
            message = [row for row in rows if row["article_id"] == first["article_id"]]
            self.assertEqual([1, 2], [row["index"] for row in message], "one message of two articles")
            self.assertIn("春山路停水", [row["title"] for row in rows])

            revised = notice("water-1", 2, previous_revision=1, update="minor", title="关于春山路延长停水的通知")
            seq = publisher.submit([canonical(revised)])["seq"]
            asked = home.wait_state(seq, "wechat", "parked")
            self.assertEqual("wechat_confirm_replacing", asked["reason"])
            self.assertEqual(3, len(wechat.state()["visible"]), "nothing goes before a person has said so")
            self.assertIn("同意删除原文并重新发布的，执行重试", home.gulou("delivery", "list", "--state", "parked").stdout)
            self.retry_parked(home, {"wechat_confirm_replacing", "wechat_title_too_long"})
            home.wait_state(seq, "wechat", "published")
            self.assertEqual(["关于春山路延长停水的通知"], [one["title"] for one in wechat.state()["visible"] if one["source_url"] == url])

            home.wait_confirmed(publisher.withdraw("water-1", "remove", "有误")["seq"], "wechat")
            titles = [one["title"] for one in wechat.state()["visible"]]
            self.assertEqual({notice("water-2")["title"], "春山路停水"}, set(titles), "the rest of the message stays")
            self.assert_once(wechat)

    def test_without_the_right_to_publish_the_draft_waits_for_a_person(self):
        with Home() as home, Platform("wechat", *PLENTY) as wechat:
            wechat.tell("rights", publish=False)
            self.prepare(home, wechat)
            publisher = home.publisher()
            seq = publisher.submit([canonical(notice("water-1"))])["seq"]
            wait_for(lambda: "wechat_no_right" in home.gulou("status", "--json", code=None).stdout, "the status says so")

            home.stop("gulou-wechat")
            wechat.tell("rights", publish=True)  # of looking; a person publishes
            home.replace("adapters/wechat.toml", 'mode = "api"', 'mode = "draft"\nwatch_ms = 200')
            home.start("gulou-wechat", ready=False)
            home.gulou("channel", "resume", "wechat", "--reason", "改为备稿", code=None)
            stands = home.wait_state(seq, "wechat", "parked")
            self.assertEqual("awaiting_person", stands["reason"])
            self.assertEqual(1, len(wechat.state()["drafts"]), "the draft that was there is used")

            wechat.tell("person", media_id=wechat.state()["drafts"][0]["media_id"])
            home.wait_state(seq, "wechat", "published")
            self.assertEqual(1, len(wechat.ledger("published")))
            gone = publisher.submit([canonical(notice("water-2"))])["seq"]
            home.wait_state(gone, "wechat", "parked")
            home.wait_confirmed(publisher.withdraw("water-2", "remove", "有误")["seq"], "wechat")
            self.assertEqual([], wechat.state()["drafts"], "nobody can publish it by mistake")

    def test_backlog_keeps_to_the_day(self):
        count, per_day, urgent = (500, 100, 20) if LONG else (24, 6, 2)
        with Home() as home, Platform("wechat", "--review-ms", "20", "--quota", f"submit={per_day}", "--quota", f"get={per_day}",
                                      "--quota", "draft_add=1000000", callback_lost=0.05) as wechat:
            self.prepare(home, wechat, polls_per_day=per_day)
            publisher = home.publisher()
            for number in range(count):
                publisher.submit([canonical(notice(f"w-{number}"))])

            for day in range(count // per_day + 1):
                most = min((day + 1) * per_day, count + urgent)
                wait_for(lambda most=most: len(wechat.ledger("published")) >= most, f"{most} are there on day {day}", 4 * SETTLE_S)
                if most < count + urgent:
                    wait_for(lambda: home.gulou_json("channel", "show", "wechat")["state"] == "throttled", "the channel sleeps")
                if day == 0:
                    for number in range(urgent):
                        publisher.submit([canonical(notice(f"w-{count + number}", priority="urgent"))])
                    for one in range(urgent):
                        home.wait_state(count + one + 1, "portal", "published")
                wechat.clock(advance_s=86_400)
                if not LONG:  # a person who does not wait for the next look, a minute later at the soonest
                    home.gulou("channel", "resume", "wechat", "--reason", "新的一天", code=None)

            wait_for(lambda: not self.deliveries(home), "nothing is open any more", SETTLE_S)
            per, rows = {}, wechat.ledger("published")
            for row in rows:
                per[row["day"]] = per.get(row["day"], 0) + 1
            self.assertEqual([per_day] * (count // per_day) + [urgent], [per[day] for day in sorted(per)])
            second = [row["title"] for row in rows[per_day:per_day + urgent + 1]]
            first_urgent = {notice(f"w-{count + number}")["title"] for number in range(urgent)}
            self.assertLessEqual(first_urgent, set(second), "after the one that waited in hand, the urgent ones")
            self.assertEqual(count + urgent, len(self.shown(wechat)))
            for day, used in wechat.state()["quotas"].items():
                self.assertLessEqual(used.get("get", 0), per_day, day)
                self.assertLessEqual(used.get("batchget", 0), 100, day)
            self.assert_once(wechat)

    def test_swarm(self):
        releases, kills = (1000, 200) if LONG else (40, 20)
        with Home() as home, Platform("wechat", "--review-ms", "60", "--late-s", "0.3", *PLENTY, seed=5, busy=0.03, voided=0.02,
                                      error_5xx=0.02, close_after_commit=0.04, close_after_read=0.02, wrong_length=0.02, rejected=0.03,
                                      broken=0.02, callback_lost=0.1, callback_twice=0.1, callback_late=0.2, late=0.1) as wechat:
            self.prepare(home, wechat, polls_per_day=1_000_000, lists_per_day=1_000_000, deletes_per_day=1_000_000)
            swarm = Swarm(home, "wechat", "gulou-wechat", releases, seed=3)
            for seq in swarm.submit():  # a revision is one of what the portal has shown
                home.wait_state(seq, "portal", "published")
            swarm.revise()
            swarm.kill(kills)
            wechat.calm()

            def visible():
                self.retry_parked(home, ASKED)
                return self.shown(wechat)
            swarm.settle(visible)
            self.assertEqual(len(wechat.state()["visible"]), len(swarm.wanted))
            self.assert_once(wechat)


if __name__ == "__main__":
    unittest.main()
