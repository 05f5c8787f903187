"""The channel of a media outlet: packets, feeds, signed events, recalls; nothing lost, doubled or left under faults.

feed_test.py [unittest options], with GULOU_BIN. GULOU_LONG=1: 1,000 releases and 200 kills.
"""
import email
import io
import os
import sys
import unittest
import urllib.parse
import urllib.request
import xml.etree.ElementTree
import zipfile

import feedparser

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fakes"))

from home import PDF, PNG, Home, attachment, canonical, notice, wait_for
from ports import free_port
from process import Platform
from receivers import SSHD, MailServer, SftpServer, Subscriber
from swarm import Swarm

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
LONG = bool(os.environ.get("GULOU_LONG"))


class FeedTest(unittest.TestCase):
    def prepare(self, home, **ways):
        """A channel `rongmei` served by gulou-feed, with these ways."""
        home.ports["feed"] = free_port()
        home.add_channel("rongmei", backoff_first_ms=100, backoff_ms_max=500, attempts_max=100, circuit_failures=100,
                         read_back=False)
        home.add_principal("feed-1", "adapter", channels=["rongmei"])
        for name, text in {"keys/feed-1.secret": home.secrets["feed-1"], "keys/webhook.secret": SECRET,
                           "keys/mail.secret": "secret"}.items():
            with open(home.file(name), "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                file.write(text + "\n")
        feed = {"name": "云溪县融媒体中心", "contact": "县政府办信息科 0999-6612345", **ways}
        own = {"channel": "rongmei", "instance": "feed-1", "broker_endpoint": home.endpoint("adapters"),
               "broker_key_file": "../keys/broker.public", "key_file": "../keys/feed-1.secret", "directory": "../feed",
               "listen": f"127.0.0.1:{home.ports['feed']}", "base_url": f"http://127.0.0.1:{home.ports['feed']}"}
        lines = [f'{key} = "{value}"' for key, value in own.items()] + ["[feed]"]
        home.append("adapters/feed.toml", "\n".join(lines + [f'{key} = "{value}"' for key, value in feed.items()]))

    def fetch(self, home, path):
        return home.http("GET", path, token="", port="feed")

    def entries(self, home):
        """Of both feeds: as an independent reader sees them."""
        atom = self.fetch(home, "/feed.atom").body
        parsed = feedparser.parse(io.BytesIO(atom), response_headers={"content-type": "application/atom+xml"})
        self.assertFalse(parsed.bozo, parsed.get("bozo_exception"))
        listed = self.fetch(home, "/feed.json").json
        self.assertEqual(listed["version"], "https://jsonfeed.org/version/1.1")
        self.assertEqual([entry.id for entry in parsed.entries],
                         [item["id"] for item in listed["items"] if item["_govrel"]["state"] in ("live", "invalid")])
        return parsed, listed, xml.etree.ElementTree.fromstring(atom)

    def test_packet_feed_recall_and_acknowledgement(self):
        with Home() as home:
            self.prepare(home, folder="../outbox")
            home.start("gulou-broker")
            home.start("gulou-feed")
            publisher = home.publisher()
            picture, form = publisher.put_blob(PNG), publisher.put_blob(PDF)
            files = [attachment(picture, len(PNG), "scene.png", media_type="image/png", alt="施工路段"),
                     attachment(form, len(PDF)), attachment(form, len(PDF), "plan.pdf", private=True)]
            release = notice("water-1", attachments=files, embargo={"until": "2026-12-01T08:00:00+08:00", "outlets": ["rongmei"]})

            seq = publisher.submit([canonical(release)])["seq"]

            home.wait_state(seq, "rongmei", "published")
            self.assertNotEqual(home.standing(seq, "portal").get("state"), "published")
            [name] = os.listdir(home.file("outbox"))
            with zipfile.ZipFile(home.file("outbox/" + name)) as packet:
                self.assertIsNone(packet.testzip())
                self.assertEqual(set(packet.namelist()), {"稿件.docx", "稿件.txt", "说明.txt", "approved.json", "图片/scene.png",
                                                          "附件/form.pdf", "图片说明.txt"})
                self.assertEqual(packet.read("图片/scene.png"), PNG)
                self.assertIn("施工路段", packet.read("图片说明.txt").decode("utf-8-sig"))
                self.assertIn("2026-12-01 08:00 前不得发布", packet.read("说明.txt").decode("utf-8-sig"))
                self.assertEqual(packet.read("approved.json"), canonical(release))
                with zipfile.ZipFile(io.BytesIO(packet.read("稿件.docx"))) as word:
                    for part in word.namelist():
                        xml.etree.ElementTree.fromstring(word.read(part))
                    text = "".join(xml.etree.ElementTree.fromstring(word.read("word/document.xml")).itertext())
            self.assertIn(release["title"], text)
            self.assertIn(release["body"]["content"], text)
            parsed, _, _ = self.entries(home)
            self.assertEqual([entry.title for entry in parsed.entries], [release["title"]])
            link = next(one for one in parsed.entries[0].links if one.rel == "enclosure")
            self.assertEqual(self.fetch(home, "/" + link.href.split("/", 3)[3]).headers["Content-Type"], "application/zip")

            gone = publisher.withdraw("water-1", "remove", "时间有误", public_note="以新通知为准")["seq"]

            note = wait_for(lambda: next((one for one in os.listdir(home.file("outbox")) if one.endswith(".txt")), None), "a notice")
            text = home.read("outbox/" + note)
            self.assertIn("以新通知为准", text)
            self.assertNotIn("时间有误", text)
            wait_for(lambda: os.listdir(home.file("outbox")) == [note], "the packet is gone")  # after the notice is there
            parsed, listed, tree = self.entries(home)
            self.assertEqual(parsed.entries, [])
            self.assertEqual(listed["items"][0]["_govrel"]["state"], "withdrawn")
            self.assertNotIn(release["title"], self.fetch(home, "/feed.json").body.decode())
            self.assertIsNotNone(tree.find("{http://purl.org/atompub/tombstones/1.0}deleted-entry"))
            self.assertFalse(home.http("GET", f"/v1/takedowns/{gone}").json["places"][-1].get("confirmed"))
            page = "/acknowledge/" + text.split("/acknowledge/")[1].split()[0]
            self.assertIn("确认", self.fetch(home, page).body.decode())
            self.assertEqual(home.http("POST", page, token="", port="feed").status, 200)
            self.assertEqual(self.fetch(home, "/acknowledge/feed.json").status, 404)
            home.wait_confirmed(gone, "rongmei")

    def test_mail_and_signed_events(self):
        with Home() as home, Platform("webhook", "--secret", SECRET) as outlet, MailServer("office", "secret") as mails:
            self.prepare(home, webhook_url=outlet.url + "/hook", webhook_secret_file="../keys/webhook.secret",
                         mail_to="desk@example.cn", mail_from="office@example.cn", mail_server=f"smtp://127.0.0.1:{mails.port}", mail_user="office",
                         mail_password_file="../keys/mail.secret")
            home.start("gulou-broker")
            home.start("gulou-feed")
            publisher = home.publisher()
            seq = publisher.submit([canonical(notice("water-1"))])["seq"]
            home.wait_state(seq, "rongmei", "published")
            self.assertEqual(outlet.state()["visible"], {"publisher-1/water-1": 1})
            [mail] = mails.kept
            packet = next(part for part in mail.walk() if part.get_filename())
            with zipfile.ZipFile(io.BytesIO(packet.get_payload(decode=True))) as opened:
                self.assertIsNone(opened.testzip())

            gone = publisher.withdraw("water-1", "remove", "有误")["seq"]

            home.wait_confirmed(gone, "rongmei")
            self.assertEqual(outlet.state()["visible"], {})
            self.assertEqual(outlet.state()["refused"], [])
            subject = email.header.make_header(email.header.decode_header(mails.kept[-1]["Subject"]))
            self.assertTrue(str(subject).startswith("撤稿通知："))

            outlet.faults(gone=1)
            publisher.submit([canonical(notice("water-2"))])
            wait_for(lambda: home.gulou_json("channel", "show", "rongmei").get("reason") == "feed_outlet_gone",
                     "the channel says why it stopped")
            self.assertIn(f"{outlet.url}", home.gulou("--lang", "zh", "channel", "show", "rongmei", code=None).stdout)

    def test_a_hub_is_told_and_subscribers_have_it_at_once(self):
        with Home() as home, Platform("hub") as hub:
            self.prepare(home, hub=hub.url)
            topic = f"http://127.0.0.1:{home.ports['feed']}/feed.atom"
            with Subscriber(topic, "a secret") as reader, Subscriber("another topic", "a secret") as stranger:
                for one in (reader, stranger):
                    form = {"hub.mode": "subscribe", "hub.topic": topic, "hub.callback": f"http://127.0.0.1:{one.port}/", "hub.secret": "a secret"}
                    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
                    self.assertEqual(202, direct.open(hub.url + "/", urllib.parse.urlencode(form).encode()).status)
                wait_for(lambda: len(hub.ledger("subscribe")) == 2, "both were asked back")
                self.assertEqual([topic], hub.state()["subscribers"], "who did not ask gets nothing")
                home.start("gulou-broker")
                home.start("gulou-feed")
                publisher = home.publisher()
                release = notice("water-1")
                home.wait_state(publisher.submit([canonical(release)])["seq"], "rongmei", "published")
                wait_for(lambda: any(release["title"] in text for text in reader.kept), "the subscriber has it")
                self.assertTrue(all(one["leads_here"] for one in hub.state()["topics"].values()), "found by Link headers")
                parsed, listed, tree = self.entries(home)
                self.assertIn(("hub", hub.url), [(one["rel"], one["href"]) for one in parsed.feed.links])
                self.assertEqual([{"type": "WebSub", "url": hub.url}], listed["hubs"])

                home.wait_confirmed(publisher.withdraw("water-1", "remove", "有误")["seq"], "rongmei")
                wait_for(lambda: "deleted-entry" in reader.kept[-1] and release["title"] not in reader.kept[-1], "so has it the recall")
                self.assertEqual(([], []), (reader.refused, stranger.kept))

    @unittest.skipUnless(os.path.exists(SSHD), "apt-get install openssh-server")
    def test_packets_over_sftp(self):
        with Home() as home, SftpServer() as outlet:
            self.prepare(home, sftp=outlet.url, sftp_user=outlet.user, sftp_key_file=outlet.key, sftp_known_hosts=outlet.known_hosts)
            home.start("gulou-broker")
            home.start("gulou-feed")
            publisher = home.publisher()
            form = publisher.put_blob(PDF)
            seq = publisher.submit([canonical(notice("water-1", attachments=[attachment(form, len(PDF))]))])["seq"]
            home.wait_state(seq, "rongmei", "published")
            [name] = outlet.files()
            with zipfile.ZipFile(os.path.join(outlet.inbox, name)) as packet:
                self.assertIsNone(packet.testzip())
                self.assertEqual(packet.read("附件/form.pdf"), PDF)

            revised = notice("water-1", 2, previous_revision=1, update="minor")
            home.wait_state(publisher.submit([canonical(revised)])["seq"], "rongmei", "published")
            [newer] = outlet.files()
            self.assertTrue(newer.endswith("-r2.zip"), newer)

            publisher.withdraw("water-1", "remove", "时间有误", public_note="以新通知为准")
            notes = wait_for(lambda: [one for one in outlet.files() if one.endswith(".txt")], "a notice")
            self.assertEqual(notes, outlet.files(), "the packet is gone")
            with open(os.path.join(outlet.inbox, notes[0]), encoding="utf-8-sig") as note:
                self.assertIn("以新通知为准", note.read())

    @unittest.skipUnless(os.path.exists(SSHD), "apt-get install openssh-server")
    def test_nothing_goes_to_a_server_with_another_key(self):
        for wrong in ({"sftp_known_hosts": "other"}, {"sftp_key_file": "stranger"}):
            with self.subTest(wrong), Home() as home, SftpServer() as outlet:
                right = {"sftp_key_file": outlet.key, "sftp_known_hosts": outlet.known_hosts}
                named = {"other": outlet.other, "stranger": outlet.path("stranger")}
                self.prepare(home, sftp=outlet.url, sftp_user=outlet.user, **{**right, **{key: named[one] for key, one in wrong.items()}})
                home.start("gulou-broker")
                home.start("gulou-feed")
                home.publisher().submit([canonical(notice("water-1"))])
                reason = "sftp_host_unknown" if "sftp_known_hosts" in wrong else "sftp_login_refused"
                wait_for(lambda reason=reason: home.gulou_json("channel", "show", "rongmei").get("reason") == reason,
                         "the channel says why")
                said = home.gulou("--lang", "zh", "channel", "show", "rongmei", code=None).stdout
                self.assertIn(outlet.url.split("//")[1].split("/")[0], said)
                self.assertEqual([], outlet.files())

    def test_swarm(self):
        releases, kills = (1000, 200) if LONG else (100, 20)
        with Home() as home, Platform("webhook", "--secret", SECRET, seed=7, error_5xx=0.1, close_after_commit=0.1,
                                      close_after_read=0.05, wrong_length=0.05, close_before_read=0.05) as outlet:
            self.prepare(home, webhook_url=outlet.url + "/hook", webhook_secret_file="../keys/webhook.secret",
                         folder="../outbox")
            home.start("gulou-broker")
            swarm = Swarm(home, "rongmei", "gulou-feed", releases, seed=11)
            swarm.submit()
            swarm.revise()
            home.start("gulou-feed")
            swarm.kill(kills)
            outlet.calm()
            swarm.settle(lambda: {name.split("/")[1]: revision for name, revision in outlet.state()["visible"].items()})

            self.assertEqual(swarm.kills, kills)
            published = [(row["publication"], row["revision"]) for row in outlet.ledger("release.published")]
            self.assertEqual(len(published), len(set(published)), "published twice")
            packets = sorted(name for name in os.listdir(home.file("outbox")) if name.endswith(".zip"))
            self.assertEqual([name.split("-", 3)[3] for name in packets],
                             sorted(f"{name}-r{revision}.zip" for name, revision in swarm.wanted.items()))
            listed = self.fetch(home, "/feed.json").json["items"]
            shown = {item["_govrel"]["publication"].split("/")[1]: item["_govrel"]["revision"] for item in listed
                     if item["_govrel"]["state"] == "live"}
            self.assertLessEqual(shown.items(), swarm.wanted.items())
            self.assertEqual(len(listed) < 100 and shown != swarm.wanted, False, "a release is in no feed")


if __name__ == "__main__":
    unittest.main()
