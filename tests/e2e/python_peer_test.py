"""A publisher and an adapter written from common/wire/README.md alone, against the real broker.

python_peer_test.py [unittest options], with GULOU_BIN.
"""
import hashlib
import time
import unittest

import msgpack
import zmq

from gulou_client import Refused, Unreachable
from home import PDF, attachment, canonical, notice, wait_for, with_home

CHANNEL = "python"
WAIT_S = 20.0
SAME = ("seq", "epoch", "hash", "mac", "accepted_at", "parts")  # of a receipt: for good


def published(adapter, delivery, **fields):
    adapter.report(delivery, "published", level="public", at=int(time.time() * 1000),
                   parts=[{"part": part.get("part", 0), "revision": part["revision"],
                           "url": f"http://example.invalid/{part['id']}"} for part in delivery["parts"]], **fields)


def reasons(raised):
    return [(error["reason"], error.get("field", "")) for error in raised.exception.errors]


class PythonPeerTest(unittest.TestCase):
    def prepare(self, home):
        home.add_channel(CHANNEL, backoff_first_ms=300, backoff_ms_max=1200, lease_ms=10_000, call_ms_max=500)
        home.add_principal("python-1", "adapter", channels=[CHANNEL])
        home.add_principal("python-2", "adapter", channels=[CHANNEL])

    def next(self, adapter):
        delivery = adapter.next_delivery(WAIT_S)
        self.assertIsNotNone(delivery, "no delivery came")
        return delivery

    @with_home
    def test_bundle_with_attachment_from_submission_to_receipt(self, home):
        publisher = home.publisher()
        content = PDF + b"%" * 600_000  # three pieces
        digest = publisher.put_blob(content)
        parts = [notice("water-1", attachments=[attachment(digest, len(content))]), notice("water-2")]
        bodies = [canonical(part) for part in parts]
        receipt = publisher.submit(bodies)
        self.assertEqual([part["id"] for part in receipt["parts"]], ["water-1", "water-2"])
        self.assertTrue(all(part["index_no"].startswith("014820037/") for part in receipt["parts"]))
        self.assertEqual((len(receipt["mac"]), len(receipt["hash"])), (32, 32))

        adapter = home.adapter("python-1", CHANNEL)
        delivery = self.next(adapter)
        self.assertEqual((delivery["seq"], delivery["attempt"], delivery["lane"]), (receipt["seq"], 1, "normal"))
        self.assertEqual([part["body"] for part in delivery["parts"]], bodies)
        self.assertEqual([part["index_no"] for part in delivery["parts"]], [p["index_no"] for p in receipt["parts"]])
        self.assertEqual(adapter.get_blob(digest), content)
        adapter.progress(delivery, "draft-77")
        published(adapter, delivery)

        stands = home.wait_state(receipt["seq"], CHANNEL, "published")
        self.assertEqual(stands["receipt"]["level"], "public")
        shown = home.release(f"#{receipt['seq']}")
        self.assertEqual(shown["receipt"]["mac"], receipt["mac"].hex())
        urls = [part["url"] for one in shown["channels"] if one["channel"] == CHANNEL for part in one["receipt"]["parts"]]
        self.assertEqual(urls, ["http://example.invalid/water-1", "http://example.invalid/water-2"])

        status = publisher.status("water-2")
        self.assertEqual((status["found"], status["seq"], status["revision"]), (True, receipt["seq"], 1))
        states = {one["channel"]: one for one in status["channels"]}
        self.assertEqual((states[CHANNEL]["state"], states[CHANNEL]["url"]), ("published", "http://example.invalid/water-2"))
        self.assertEqual(states["portal"]["state"], "pending")
        self.assertFalse(publisher.status("nothing").get("found"))

    @with_home
    def test_same_submission_same_receipt_also_after_a_kill(self, home):
        publisher = home.publisher()
        bundle = [canonical(notice("water-1")), canonical(notice("water-2"))]
        first = publisher.submit(bundle)
        self.assertFalse(first.get("already"))
        again = publisher.submit(bundle)
        self.assertTrue(again["already"])
        self.assertEqual([again[key] for key in SAME], [first[key] for key in SAME])

        home.kill("gulou-broker")
        home.start("gulou-broker")
        later = home.publisher().submit(bundle)
        self.assertTrue(later["already"])
        self.assertEqual([later[key] for key in SAME], [first[key] for key in SAME])
        self.assertEqual(home.head(), first["seq"])

        with self.assertRaises(Refused) as raised:
            home.publisher().submit([canonical(notice("water-1", title="另一个标题"))])
        self.assertEqual(reasons(raised), [("conflict", "parts[0].revision")])
        with self.assertRaises(Refused) as raised:
            home.publisher().submit([canonical({**notice("water-1"), "id": "water-3"})])
        self.assertEqual(reasons(raised), [("duplicate_document", "parts[0].body")])
        self.assertEqual(home.head(), first["seq"])

    @with_home
    def test_interrupted_upload_goes_on_where_it_stopped(self, home):
        content = PDF + bytes(700_000)
        publisher = home.publisher()
        fields = {"digest": hashlib.sha256(content).digest(), "total": len(content)}
        answer, _ = publisher.ask("BLOB_PUT", fields, [content[:262_144]])
        self.assertEqual((answer["received"], answer.get("complete", False)), (262_144, False))
        other = home.publisher()  # a new connection: the old one is thought lost
        answer, _ = other.ask("BLOB_PUT", fields, [b""])
        self.assertEqual(answer["received"], 262_144, "an empty piece only asks")
        other.put_blob(content)
        answer, _ = other.ask("BLOB_PUT", fields, [b""])
        self.assertTrue(answer["complete"])

    @with_home
    def test_private_attachments_stay(self, home):
        publisher = home.publisher()
        secret, public = PDF + b"% internal", PDF + b"% for all"
        names = {"private": publisher.put_blob(secret), "public": publisher.put_blob(public)}
        unnamed = publisher.put_blob(PDF + b"% named by nobody")
        publisher.submit([canonical(notice("water-1", attachments=[
            attachment(names["private"], len(secret), "plan.pdf", private=True),
            attachment(names["public"], len(public))]))])
        adapter = home.adapter("python-1", CHANNEL)
        self.next(adapter)
        self.assertEqual(adapter.get_blob(names["public"]), public)
        for digest in (names["private"], unnamed):
            with self.assertRaises(Refused) as raised:
                adapter.get_blob(digest)
            self.assertEqual(reasons(raised), [("blob_unknown", "digest")])

    @with_home
    def test_what_a_lost_session_held_comes_again_marked(self, home):
        receipt = home.publisher().submit([canonical(notice("water-1"))])
        first = home.adapter("python-1", CHANNEL)
        delivery = self.next(first)
        first.progress(delivery, "draft-77")
        second = home.adapter("python-1", CHANNEL)  # the same key: the newest HELLO wins
        again = self.next(second)
        self.assertEqual((again["seq"], again["attempt"]), (receipt["seq"], 2))
        self.assertTrue(again["maybe_published"])
        self.assertEqual(again["platform_ids"], ["draft-77"])
        with self.assertRaisesRegex(Unreachable, "session_replaced"):
            first.next_delivery(WAIT_S)
        with self.assertRaises((Refused, Unreachable)):  # its lease is gone
            first.progress(delivery, "draft-78")
        published(second, again)
        home.wait_state(receipt["seq"], CHANNEL, "published")

    @with_home
    def test_lease_that_ends_unreported_and_one_held_over_a_kill(self, home):
        home.kill("gulou-broker")
        home.replace("channels.toml", "lease_ms = 10000", "lease_ms = 5500")
        home.start("gulou-broker")
        receipt = home.publisher().submit([canonical(notice("water-1"))])
        adapter = home.adapter("python-1", CHANNEL)
        self.assertFalse(self.next(adapter).get("maybe_published"))
        again = self.next(adapter)  # nothing was reported
        self.assertTrue(again["maybe_published"])
        home.kill("gulou-broker")
        home.start("gulou-broker")
        third = self.next(home.adapter("python-2", CHANNEL))
        self.assertTrue(third["maybe_published"])
        self.assertEqual(third["seq"], receipt["seq"])

    @with_home
    def test_outcomes_back_off_park_and_retry_by_hand(self, home):
        publisher = home.publisher()
        seq = publisher.submit([canonical(notice("water-1"))])["seq"]
        adapter = home.adapter("python-1", CHANNEL)
        waits = []
        for attempt in (1, 2, 3):
            delivery = self.next(adapter)
            self.assertEqual((delivery["attempt"], delivery.get("maybe_published", False)), (attempt, False))
            adapter.report(delivery, "transient", reason="http_503")
            reported = time.monotonic()
            delivery = None
            if attempt < 3:
                adapter.waiting.append(self.next(adapter))
                waits.append(time.monotonic() - reported)
        self.assertGreater(waits[0], 0.2)  # 300 ms less a quarter of jitter
        self.assertGreater(waits[1], 0.4)
        delivery = self.next(adapter)
        adapter.report(delivery, "content", reason="title_forbidden", detail="标题含有不允许的字")
        parked = home.wait_state(seq, CHANNEL, "parked")
        self.assertEqual((parked["reason"], parked["detail"]), ("title_forbidden", "标题含有不允许的字"))
        self.assertEqual(publisher.status("water-1")["channels"][0]["state"], "pending")
        self.assertIsNone(adapter.next_delivery(0.1))
        home.gulou("status", code=1)  # somebody has to look

        listed = home.gulou_json("delivery", "list", "--parked")["deliveries"]
        self.assertEqual([one["id"] for one in listed], [f"{CHANNEL}/{seq}"])
        home.gulou("delivery", "retry", f"{CHANNEL}/{seq}", "--reason", "corrected")
        delivery = self.next(adapter)
        self.assertEqual(delivery["seq"], seq)
        published(adapter, delivery)
        home.wait_state(seq, CHANNEL, "published")

    @with_home
    def test_urgent_overtakes_a_backlog(self, home):
        publisher = home.publisher()
        backlog = [publisher.submit([canonical(notice(f"water-{i}"))])["seq"] for i in range(20)]
        urgent = publisher.submit([canonical(notice("storm", priority="urgent"))])["seq"]
        adapter = home.adapter("python-1", CHANNEL, window=1)
        first = self.next(adapter)
        self.assertEqual((first["seq"], first["lane"]), (urgent, "urgent"))
        published(adapter, first)
        order = []
        while len(order) < len(backlog):
            delivery = self.next(adapter)
            order.append(delivery["seq"])
            published(adapter, delivery)
        self.assertEqual(order, backlog)

    @with_home
    def test_replacement_revision_and_order(self, home):
        publisher = home.publisher()
        publisher.submit([canonical(notice("water-1"))])
        adapter = home.adapter("python-1", CHANNEL)
        first = self.next(adapter)
        newer = notice("water-1", 2, previous_revision=1, update="major", change_note="时间有变")
        seq = publisher.submit([canonical(newer)])["seq"]
        self.assertIsNone(adapter.next_delivery(0.2), "a newer revision waits while the older one is leased")
        published(adapter, first)
        second = self.next(adapter)
        part = second["parts"][0]
        self.assertEqual((second["seq"], part["revision"], part["old_revision"]), (seq, 2, 1))
        self.assertEqual(part["old_url"], "http://example.invalid/water-1")
        self.assertEqual(part["first_seq"], first["seq"])
        published(adapter, second)
        home.wait_state(seq, CHANNEL, "published")

    @with_home
    def test_withdrawal_overtakes_and_takes_back_what_was_shown(self, home):
        publisher = home.publisher()
        seq = publisher.submit([canonical(notice("water-1"))])["seq"]
        adapter = home.adapter("python-1", CHANNEL, window=1)
        published(adapter, self.next(adapter))
        home.wait_state(seq, CHANNEL, "published")
        for i in range(5):
            publisher.submit([canonical(notice(f"other-{i}"))])
        held = self.next(adapter)  # the window is full: what comes next is chosen when it is free

        with self.assertRaises(Refused) as raised:
            publisher.withdraw("water-1", "expire", "时间有误")
        self.assertEqual(reasons(raised), [("word_unknown", "kind")])
        with self.assertRaises(Refused) as raised:
            publisher.withdraw("water-9", "remove", "时间有误")
        self.assertEqual([reason for reason, _ in reasons(raised)], ["publication_unknown"])
        receipt = publisher.withdraw("water-1", "remove", "时间有误", revision=1, public_note="请以新通知为准")
        self.assertEqual((receipt["parts"][0]["id"], len(receipt["mac"])), ("water-1", 32))
        again = publisher.withdraw("water-1", "remove", "时间有误")
        self.assertEqual((again["already"], again["seq"], again["mac"]), (True, receipt["seq"], receipt["mac"]))

        published(adapter, held)
        taken = self.next(adapter)
        self.assertEqual((taken["seq"], taken["lane"], taken["action"], taken["withdrawal"], taken["public_note"]),
                         (receipt["seq"], "withdrawal", "withdraw", "remove", "请以新通知为准"))
        part = taken["parts"][0]
        self.assertEqual((part["id"], part["old_url"], part["body"]), ("water-1", "http://example.invalid/water-1", b""))
        published(adapter, taken)
        home.wait_confirmed(receipt["seq"], CHANNEL)
        with self.assertRaises(Refused) as raised:
            publisher.submit([canonical(notice("water-1", 2, previous_revision=1, update="minor"))])
        self.assertEqual([reason for reason, _ in reasons(raised)], ["publication_withdrawn"])

    @with_home
    def test_replacement_and_banner_say_what_to_show(self, home):
        publisher = home.publisher()
        for name in ("water-1", "water-2", "water-3"):
            publisher.submit([canonical(notice(name))])
        adapter = home.adapter("python-1", CHANNEL)
        for _ in range(3):
            published(adapter, self.next(adapter))

        publisher.withdraw("water-1", "replace", "另发", successor="water-2")
        replaced = self.next(adapter)
        self.assertEqual((replaced["withdrawal"], replaced["successor"], replaced["successor_url"]),
                         ("replace", replaced["parts"][0]["publisher"] + "/water-2", "http://example.invalid/water-2"))
        published(adapter, replaced)
        publisher.withdraw("water-3", "mark_invalid", "废止", public_note="自12月1日起废止")
        marked = self.next(adapter)
        self.assertEqual((marked["withdrawal"], marked["public_note"]), ("mark_invalid", "自12月1日起废止"))
        published(adapter, marked)

    @with_home
    def test_what_is_held_is_recalled_and_removed_once_reported(self, home):
        publisher = home.publisher()
        publisher.submit([canonical(notice("water-1"))])
        adapter = home.adapter("python-1", CHANNEL)
        held = self.next(adapter)
        receipt = publisher.withdraw("water-1", "remove", "时间有误")
        self.assertIsNone(adapter.next_delivery(0.3), "the removal waits for what is held")
        self.assertEqual(adapter.recalled, {(held["lease"], held["seq"])})
        adapter.report(held, "ambiguous", reason="timeout")
        taken = self.next(adapter)
        self.assertEqual((taken["seq"], taken["maybe_published"]), (receipt["seq"], True))
        adapter.report(taken, "gone")
        home.wait_confirmed(receipt["seq"], CHANNEL)
        home.wait_state(held["seq"], CHANNEL, "withdrawn")

    @with_home
    def test_call_back_and_draft(self, home):
        publisher = home.publisher()
        seq = publisher.submit([canonical(notice("water-1"))])["seq"]
        adapter = home.adapter("python-1", CHANNEL)
        adapter.report(self.next(adapter), "accepted", platform_id="job-1", until=int(time.time() * 1000) + 600_000)
        home.wait_state(seq, CHANNEL, "confirming")
        self.assertIsNone(adapter.next_delivery(0.2))
        adapter.called_back("job-1")
        again = self.next(adapter)
        self.assertEqual((again["seq"], again["platform_ids"]), (seq, ["job-1"]))
        adapter.report(again, "prepared", platform_id="draft-77", detail="草稿箱")
        self.assertEqual(home.wait_state(seq, CHANNEL, "parked")["reason"], "awaiting_person")

    @with_home
    def test_unknown_channel_and_liveness(self, home):
        with self.assertRaises(Refused) as raised:
            home.adapter("python-1", "portal")
        self.assertEqual(reasons(raised), [("channel_not_allowed", "channel")])
        adapter = home.adapter("python-1", CHANNEL)
        answer, _ = adapter.ask("PING", {"number": 7})
        self.assertEqual((answer["number"], answer["answer"]), (7, True))
        self.assertTrue(adapter.socket.poll(15_000, zmq.POLLIN), "the broker asks a silent adapter")
        ping = msgpack.unpackb(adapter.socket.recv_multipart()[0])
        self.assertEqual(ping["verb"], "PING")
        wait_for(lambda: home.http("GET", f"/v1/channels/{CHANNEL}").json["connected"] == [], "a silent adapter is dropped")


if __name__ == "__main__":
    unittest.main()
