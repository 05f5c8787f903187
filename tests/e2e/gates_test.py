"""Portal first, a channel's end and beginning, and a takedown's deadline, each across a killed broker.

gates_test.py [unittest options], with GULOU_BIN. The real broker and portal; the channel behind the gate is spoken to
over its socket.
"""
import json
import time
import unittest

from home import canonical, notice, wait_for, with_home

BEHIND = "media"
WAIT_S = 20.0


def published(adapter, delivery):
    adapter.report(delivery, "published", level="public", at=int(time.time() * 1000),
                   parts=[{"part": part.get("part", 0), "revision": part["revision"],
                           "url": f"http://example.invalid/{part['id']}"} for part in delivery["parts"]])


class GatesTest(unittest.TestCase):
    def prepare(self, home):
        home.add_channel(BEHIND, gate="portal", gate_timeout_ms=3_600_000, lease_ms=10_000, call_ms_max=500,
                         takedown_ms_max=1500)
        home.add_principal("media-1", "adapter", channels=[BEHIND])

    def again(self, home):
        """The broker is killed and started; what an adapter had of its last life is gone."""
        home.kill("gulou-broker")
        home.start("gulou-broker")
        return home.adapter("media-1", BEHIND)

    def next(self, adapter):
        delivery = adapter.next_delivery(WAIT_S)
        self.assertIsNotNone(delivery, "no delivery came")
        return delivery

    @with_home
    def test_nothing_passes_before_the_portal_whoever_dies_in_between(self, home):
        first = home.publisher().submit([canonical(notice("water-1"))])["seq"]
        second = home.publisher().submit([canonical(notice("water-2"))])["seq"]
        adapter = home.adapter("media-1", BEHIND)
        shown = home.gulou_json("channel", "show", BEHIND)
        self.assertEqual(shown["gate_waits_for"], first)
        overdue_at = shown["gate_overdue_at"]

        adapter.close()
        adapter = self.again(home)
        self.assertEqual(home.gulou_json("channel", "show", BEHIND)["gate_overdue_at"], overdue_at)
        self.assertIsNone(adapter.next_delivery(0.5), "nothing is handed out before the portal shows it")

        home.start("gulou-portal")
        seen = {}
        for _ in range(2):
            delivery = self.next(adapter)
            part = delivery["parts"][0]
            self.assertEqual(home.standing(delivery["seq"], "portal")["receipt"]["level"], "public")
            self.assertEqual(home.http("GET", "/" + part["portal_url"].split("/", 3)[3], token="", port="portal").status, 200)
            published(adapter, delivery)
            seen[delivery["seq"]] = part["portal_url"]
        self.assertEqual(list(seen), [first, second])

    @with_home
    def test_a_person_opens_a_gate_once_and_it_stays_open(self, home):
        first = home.publisher().submit([canonical(notice("water-1"))])["seq"]
        second = home.publisher().submit([canonical(notice("water-2"))])["seq"]
        home.gulou("gate", "open", f"#{second}", "--channel", BEHIND, "--reason", "门户检修")
        refused = home.gulou("--lang", "en", "gate", "open", "#99", "--channel", BEHIND, "--reason", "门户检修", code=1)
        self.assertIn("#99", refused.stderr)
        adapter = self.again(home)
        delivery = self.next(adapter)
        self.assertEqual(delivery["seq"], second)
        self.assertFalse(delivery["parts"][0].get("portal_url"))
        published(adapter, delivery)
        self.assertIsNone(adapter.next_delivery(0.5))
        self.assertEqual(home.standing(first, BEHIND)["state"], "pending")

    @with_home
    def test_a_revision_the_portal_took_at_once_passes_its_gate(self, home):
        publisher = home.publisher()
        first = publisher.submit([canonical(notice("water-1"))])["seq"]
        second = publisher.submit([canonical(notice("water-1", 2, previous_revision=1, update="major",
                                                    change_note="时间改为9时"))])["seq"]
        home.start("gulou-portal")
        adapter = home.adapter("media-1", BEHIND)
        delivery = self.next(adapter)
        self.assertEqual(delivery["parts"][0]["revision"], 2)
        published(adapter, delivery)
        for seq in (first, second):
            wait_for(lambda: home.standing(seq, BEHIND)["state"] in ("published", "superseded"), f"#{seq} has ended")
        self.assertNotIn("gate_waits_for", home.gulou_json("channel", "show", BEHIND))

    @with_home
    def test_a_retired_channel_gets_nothing_more(self, home):
        publisher = home.publisher()
        home.start("gulou-portal")
        seqs = [publisher.submit([canonical(notice(f"water-{i}"))])["seq"] for i in (1, 2)]
        adapter = home.adapter("media-1", BEHIND)
        published(adapter, self.next(adapter))
        home.wait_state(seqs[0], BEHIND, "published")
        home.gulou("channel", "retire", BEHIND, "--reason", "停用", "--yes")
        adapter.close()
        adapter = self.again(home)
        seqs.append(publisher.submit([canonical(notice("water-3"))])["seq"])
        home.wait_state(seqs[2], "portal", "published")
        self.assertIsNone(adapter.next_delivery(0.5))
        self.assertEqual(home.gulou_json("channel", "show", BEHIND)["state"], "retired")
        refused = home.gulou("--lang", "en", "channel", "resume", BEHIND, "--reason", "x", code=1)
        self.assertIn("retired", refused.stderr)

    @with_home
    def test_a_new_channel_is_brought_up_to_date_by_a_backfill(self, home):
        publisher = home.publisher()
        home.start("gulou-portal")
        seqs = {publisher.submit([canonical(notice(f"water-{i}"))])["seq"] for i in range(5)}
        for seq in seqs:
            home.wait_state(seq, "portal", "published")
        home.stop("gulou-broker")
        home.add_channel("late")
        home.add_principal("late-1", "adapter", channels=["late"])
        home.start("gulou-broker")
        adapter = home.adapter("late-1", "late", window=1)
        self.assertIsNone(adapter.next_delivery(0.5), "it begins now")
        preview = home.gulou_json_of(2, "channel", "backfill", "late", "--reason", "补齐")
        self.assertEqual(preview["count"], len(seqs))
        job = home.gulou_json("channel", "backfill", "late", "--reason", "补齐", "--yes")["job"]
        got = [delivery := self.next(adapter)]
        published(adapter, delivery)
        home.wait_state(delivery["seq"], "late", "published")
        adapter.close()
        home.kill("gulou-broker")  # the job goes on
        home.start("gulou-broker")
        adapter = home.adapter("late-1", "late")
        while {one["seq"] for one in got} != seqs:
            got.append(delivery := self.next(adapter))
            published(adapter, delivery)
        wait_for(lambda: home.gulou_json("replay", "show", str(job))["state"] == "done", "the job is done")
        self.assertEqual(home.gulou_json("replay", "show", str(job))["sent"], len(seqs))

    @with_home
    def test_the_deadline_of_a_takedown_stands_through_a_restart(self, home):
        home.start("gulou-portal")
        adapter = home.adapter("media-1", BEHIND)
        seq = home.publisher().submit([canonical(notice("water-1"))])["seq"]
        published(adapter, self.next(adapter))
        home.wait_state(seq, BEHIND, "published")
        adapter.close()
        asked = {"targets": ["water-1"], "kind": "remove", "reason": "时间有误"}
        takedown = home.http("POST", "/v1/withdrawals", json.dumps(asked)).json["seq"]

        def place():
            shown = home.gulou_json("takedown", "show", f"#{takedown}")
            return next(one for one in shown["places"] if one["channel"] == BEHIND)
        deadline = place()["deadline"]
        adapter = self.again(home)
        self.assertEqual(place()["deadline"], deadline)
        removal = self.next(adapter)  # and the adapter keeps it to itself

        def concerns():
            return [one["code"] for one in home.gulou_json_of(1, "status")["attention"]]
        wait_for(lambda: "takedown_overdue" in concerns(), "the takedown is overdue")
        adapter.report(removal, "published", level="public", at=int(time.time() * 1000), parts=[])
        home.wait_confirmed(takedown, BEHIND)
        wait_for(lambda: "takedown_overdue" not in home.gulou("status", "--json", code=None).stdout, "it is over")


if __name__ == "__main__":
    unittest.main()
