"""What an operator does on a bad day, with the real programs: take back, pause, settle by hand, send again.

operator_test.py [unittest options], with GULOU_BIN.
"""
import json
import os
import subprocess
import time
import unittest

from home import PDF, canonical, notice, wait_for, with_home

CHANNEL = "python"
WAIT_S = 20.0


def published(adapter, delivery):
    adapter.report(delivery, "published", level="public", at=int(time.time() * 1000),
                   parts=[{"part": part.get("part", 0), "revision": part["revision"],
                           "url": f"http://example.invalid/{part['id']}"} for part in delivery["parts"]])


class OperatorTest(unittest.TestCase):
    def prepare(self, home):
        home.add_channel(CHANNEL, backoff_first_ms=300, backoff_ms_max=1200, lease_ms=10_000, call_ms_max=500)
        home.add_channel("paper", mode="manual")
        home.add_principal("python-1", "adapter", channels=[CHANNEL])

    def next(self, adapter):
        delivery = adapter.next_delivery(WAIT_S)
        self.assertIsNotNone(delivery, "no delivery came")
        return delivery

    def publish(self, home, name):
        """On the channel and, by hand, on paper; its seq and the adapter."""
        seq = home.publisher().submit([canonical(notice(name))])["seq"]
        adapter = home.adapter("python-1", CHANNEL)
        published(adapter, self.next(adapter))
        home.wait_state(seq, CHANNEL, "published")
        home.wait_state(seq, "paper", "parked")
        home.gulou("delivery", "resolve", f"paper/{seq}", "--published", "http://127.0.0.1:1/board", "--reason", "已张贴")
        return seq, adapter

    @with_home
    def test_a_withdrawal_is_followed_until_a_person_is_needed_and_then_confirmed(self, home):
        seq, adapter = self.publish(home, "water-1")
        withdraw = ["withdraw", "water-1", "--kind", "remove", "--reason", "发错了"]
        shown = home.gulou(*withdraw, code=2)  # no terminal: a preview
        self.assertIn(f"http://example.invalid/water-1", shown.stdout)
        self.assertIn("--yes", shown.stderr)
        self.assertEqual(home.head(), seq)

        following = subprocess.Popen([home.program("gulou"), "--home", home.path, *withdraw, "--yes", "--json"],
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        removal = self.next(adapter)
        self.assertEqual((removal["action"], removal["withdrawal"], removal["lane"]), ("withdraw", "remove", "withdrawal"))
        self.assertEqual(removal["parts"][0]["old_url"], "http://example.invalid/water-1")
        adapter.report(removal, "published", level="public", at=int(time.time() * 1000), parts=[])
        out, err = following.communicate(timeout=60)
        self.assertEqual(following.returncode, 1, out + err)  # the board waits for a person
        places = {place["channel"]: place for place in json.loads(out)["places"]}
        self.assertTrue(places[CHANNEL]["confirmed"], out)
        self.assertTrue(places["paper"]["needs_person"], out)

        takedown = seq + 1
        self.assertIn("takedown_waits", [one["code"] for one in home.gulou_json_of(1, "status")["attention"]])
        home.gulou("delivery", "resolve", f"paper/{takedown}", "--removed", "--reason", "已揭下")
        last = home.gulou_json("takedown", "show", f"#{takedown}")
        self.assertFalse(last["open"])
        self.assertEqual({place["channel"]: place["source"] for place in last["places"]},
                         {CHANNEL: "adapter", "paper": "by_hand"})
        self.assertTrue(home.http("POST", "/v1/withdrawals", json.dumps(
            {"targets": [f"#{seq}"], "kind": "remove", "reason": "again"})).json["already"])
        stronger = home.http("POST", "/v1/withdrawals", json.dumps(
            {"targets": [f"#{seq}"], "kind": "mark_invalid", "reason": "weaker"}))
        self.assertEqual(stronger.status, 409, stronger.body)

    @with_home
    def test_a_pause_stops_publishing_but_no_withdrawal_over_a_restart(self, home):
        seq, adapter = self.publish(home, "water-1")
        home.gulou("channel", "pause", "--all", "--reason", "查错")
        home.kill("gulou-broker")
        adapter.close()
        home.start("gulou-broker")
        adapter = home.adapter("python-1", CHANNEL)
        later = home.publisher().submit([canonical(notice("water-2"))])["seq"]
        home.gulou("withdraw", "water-1", "--kind", "remove", "--reason", "发错了", "--yes", "--detach")
        self.assertEqual(self.next(adapter)["action"], "withdraw")
        self.assertEqual(home.standing(later, CHANNEL)["channel_state"], "paused")
        home.gulou("channel", "resume", CHANNEL, "--reason", "查完")
        self.assertEqual(self.next(adapter)["seq"], later)

    @with_home
    def test_what_was_done_by_hand_comes_with_its_proof(self, home):
        seq = home.publisher().submit([canonical(notice("water-1"))])["seq"]
        adapter = home.adapter("python-1", CHANNEL)
        adapter.report(self.next(adapter), "content", reason="sensitive_word")
        home.wait_state(seq, CHANNEL, "parked")
        parked = home.gulou("--lang", "en", "delivery", "list", "--parked", "--channel", CHANNEL).stdout
        self.assertIn(f"gulou delivery retry {CHANNEL}/{seq}", parked)
        resolve = ["delivery", "resolve", f"{CHANNEL}/{seq}", "--reason", "后台手工发布"]
        gone = f"http://127.0.0.1:{home.ports['http']}/nothing-here"  # a server that says 404
        refused = home.gulou("--lang", "en", *resolve, "--published", gone, code=1)
        self.assertIn("no page", refused.stderr)
        proof = os.path.join(home.folder, "proof.pdf")
        with open(proof, "wb") as file:
            file.write(PDF)
        home.gulou(*resolve, "--published", "http://127.0.0.1:1/1", "--proof", proof)
        stands = home.wait_state(seq, CHANNEL, "published")
        self.assertEqual((stands["receipt"]["source"], stands["by"]), ("by_hand", "operator"))
        self.assertEqual(len(stands["proof"]), 64)

    @with_home
    def test_a_replay_sends_again_what_was_lost(self, home):
        seq, adapter = self.publish(home, "water-1")
        start = ["replay", "start", "--channel", CHANNEL, "--release", "water-1", "--reason", "平台丢了"]
        preview = home.gulou_json_of(2, *start)
        self.assertEqual((preview["count"], preview["sample"][0]["seq"]), (1, seq))
        job = home.gulou_json(*start, "--yes")["job"]
        again = self.next(adapter)
        self.assertEqual((again["seq"], again["maybe_published"]), (seq, True))
        published(adapter, again)
        wait_for(lambda: home.gulou_json("replay", "show", str(job))["state"] == "done", "the job is done")
        self.assertEqual(home.gulou_json("replay", "show", str(job))["sent"], 1)

    @with_home
    def test_events_are_heard_as_they_happen(self, home):
        seq = home.publisher().submit([canonical(notice("water-1"))])["seq"]
        adapter = home.adapter("python-1", CHANNEL)
        delivery = self.next(adapter)
        with home.events() as events:
            adapter.report(delivery, "content", reason="sensitive_word")
            name, data = events.wait("delivery.parked")
        self.assertEqual((data["seq"], data["channel"]), (seq, CHANNEL))


if __name__ == "__main__":
    unittest.main()
