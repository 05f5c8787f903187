"""The portal on a real WordPress: each publication there once in its newest revision, linked both ways, its files with it, and
nothing withdrawn to be seen, whoever is killed.

wordpress_test.py [unittest options], with GULOU_BIN and the packages that config/packages.txt lists for it.
"""
import html
import io
import os
import re
import sys
import unittest
import zipfile

from home import PDF, Home, attachment, canonical, notice, wait_for
from swarm import Swarm
from wordpress_server import WordpressServer, missing

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f0005000"
                    "1ff89993d1d0000000049454e44ae426082")
with zipfile.ZipFile(OFD_FILE := io.BytesIO(), "w") as made:
    made.writestr("OFD.xml", "<ofd/>")
OFD = OFD_FILE.getvalue()
# What WordPress would make smileys, curly quotes, a gallery, a dash and a video of.
TRICKY = '第一条 申请人应当"如实"填报[gallery]，见附件--1...；比例2x3 :)\nhttps://www.gov.cn/zhengce/\n第二条 本办法自发布之日起施行。'


def policy(name, **fields):
    return notice(name, kind="policy_document", column="zcwj", title=f"云溪县<促进>“就业”办法（{name}）", summary="就业补贴的对象与标准。",
                  doc_no=f"云政发〔2026〕{int(name[-1])}号", stage="final", validity="valid", body={"format": "text", "content": TRICKY}, **fields)


def interpretation(name, target, **fields):
    return notice(name, kind="interpretation", column="zcjd", title=f"就业办法怎么办（{name}）", relations=[{"kind": "interprets", "target": target}],
                  interpretation={"phase": "同步解读", "drafting_unit": "县人社局"}, **fields)


@unittest.skipIf(missing(), "apt-get install " + " ".join(missing()))
class WordpressTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wordpress = WordpressServer()

    @classmethod
    def tearDownClass(cls):
        cls.wordpress.close()

    def setUp(self):
        self.wordpress.start_over()

    def prepare(self, home, **table):
        self.secret(home, self.wordpress.password)
        own = {"channel": "portal", "instance": "portal-1", "broker_endpoint": home.endpoint("adapters"),
               "broker_key_file": "../keys/broker.public", "key_file": "../keys/portal-1.secret", "directory": "../site",
               "base_url": self.wordpress.url}
        table = {"api": self.wordpress.url + "/wp-json", "user": self.wordpress.user, "password_file": "../keys/wordpress.password", **table}
        with open(home.file("adapters/portal.toml"), "w", encoding="utf-8") as file:
            file.write("\n".join([f'{key} = "{value}"' for key, value in own.items()] + ["[wordpress]"] +
                                 [f'{key} = "{value}"' for key, value in table.items()]))
        home.replace("channels.toml", 'id = "portal"', 'id = "portal"\nbackoff_first_ms = 100\nbackoff_ms_max = 1000\nattempts_max = 100\n'
                     "circuit_failures = 100\nprobe_ms = 500")
        home.start("gulou-broker")
        home.start("gulou-portal", ready=False)

    def secret(self, home, text):
        with open(home.file("keys/wordpress.password"), "w", encoding="utf-8",
                  opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(text + "\n")

    def receipts(self, home, seq):
        """Part to address, once it is published."""
        receipt = home.wait_state(seq, "portal", "published")["receipt"]
        self.assertEqual("public", receipt["level"])
        return {part.get("part", 0): part["url"] for part in receipt["parts"]}

    def page(self, url):
        status, text = self.wordpress.get(url)
        self.assertEqual(200, status, url)
        return text

    def shown(self):
        """Release to revision, of what anybody can read."""
        found = {}
        for post in self.wordpress.visible():
            name = re.search(r"（(.+?)）", html.unescape(post["title"]["rendered"]))[1]
            self.assertNotIn(name, found, "twice")
            found[name] = int(re.search(r'data-gulou-revision="(\d+)"', post["content"]["rendered"])[1])
        return found

    def test_from_the_first_revision_to_the_last_trace(self):
        with Home() as home:
            self.prepare(home)
            publisher = home.publisher()
            picture, form = publisher.put_blob(PNG), publisher.put_blob(PDF)
            files = [attachment(picture, len(PNG), "scene.png", media_type="image/png", alt="施工路段"),
                     attachment(form, len(PDF)), attachment(form, len(PDF), "plan.pdf", private=True)]
            body = {"format": "markdown", "content": "改道如图。\n\n![施工路段](attachment:scene.png)"}
            release = notice("water-1", body=body, attachments=files)
            url = self.receipts(home, publisher.submit([canonical(release)])["seq"])[0]
            text = self.page(url)
            self.assertIn("申请表", text)
            self.assertNotIn("plan.pdf", text)
            addresses = sorted(set(re.findall(rf'(?:src|href)="({re.escape(self.wordpress.url)}/wp-content/uploads/[^"]*)"', text)))
            self.assertEqual(2, len(addresses), addresses)
            for address in addresses:
                self.assertEqual(200, self.wordpress.get(address)[0])
            post = self.wordpress.visible()[0]
            [category] = post["categories"]
            self.assertEqual(["tzgg", "通知公告"], [self.wordpress.asked(f"categories/{category}")[name] for name in ("slug", "name")])
            above = self.wordpress.asked(f"categories/{category}")["parent"]
            self.assertEqual("政务公开", self.wordpress.asked(f"categories/{above}")["name"])
            self.assertEqual(("closed", "closed"), (post["comment_status"], post["ping_status"]))

            revised = notice("water-1", 2, previous_revision=1, update="minor", title="关于“春山路”延长停水 <6小时> 的通知（water-1）",
                             attachments=files[1:])
            home.wait_state(publisher.submit([canonical(revised)])["seq"], "portal", "published")
            self.assertEqual({"water-1": 2}, self.shown())
            self.assertIn("关于“春山路”延长停水 &lt;6小时&gt; 的通知", self.page(url))
            self.assertEqual([404, 200], sorted((self.wordpress.get(one)[0] for one in addresses), reverse=True), "the old picture is gone")

            home.wait_confirmed(publisher.withdraw("water-1", "mark_invalid", "内部", public_note="已恢复供水")["seq"], "portal")
            self.assertIn("已恢复供水", self.page(url))
            self.assertNotIn("内部", self.page(url))
            home.wait_confirmed(publisher.withdraw("water-1", "remove", "有误")["seq"], "portal")
            self.assertEqual({}, self.shown())
            self.assertEqual(404, self.wordpress.get(url)[0])
            self.assertEqual({404}, {self.wordpress.get(one)[0] for one in addresses}, "files are gone with it")
            for place in ("/", "/feed/", "/?s=water-1", f"/?p={post['id']}", "/category/tzgg/"):
                self.assertNotIn("春山路", self.wordpress.get(place)[1], place)

    def test_official_text_is_shown_as_it_is(self):
        with Home() as home:
            self.prepare(home)
            url = self.receipts(home, home.publisher().submit([canonical(policy("zc-1"))])["seq"])[0]
            shown = re.sub(r"<[^>]*>", "", self.page(url))
            for number, sign in ((34, '"'), (45, "-"), (91, "["), (93, "]"), (58, ":"), (41, ")"), (46, "."), (120, "x"), (40, "(")):
                shown = shown.replace(f"&#{number};", sign).replace(f"&#0{number};", sign)
            for line in TRICKY.splitlines():
                self.assertIn(line, shown)
            self.assertIn("云政发〔2026〕1号", shown)

    def test_document_and_interpretation_lead_to_each_other(self):
        with Home() as home:
            self.prepare(home)
            publisher = home.publisher()
            urls = self.receipts(home, publisher.submit([canonical(policy("zc-1")), canonical(interpretation("jd-1", "zc-1"))])["seq"])
            document, explained = urls[0], urls[1]
            self.assertIn(f'href="{explained}"', self.page(document))
            self.assertIn(f'href="{document}"', self.page(explained))
            later = self.receipts(home, publisher.submit([canonical(interpretation("jd-2", "zc-1"))])["seq"])[0]
            self.assertIn(f'href="{later}"', self.page(document), "one that comes later")

            revised = policy("zc-1", revision=2, previous_revision=1, update="minor")
            home.wait_state(publisher.submit([canonical(revised)])["seq"], "portal", "published")
            for url in (explained, later):
                self.assertIn(f'href="{url}"', self.page(document), "a revision keeps them")

            home.wait_confirmed(publisher.withdraw("jd-1", "remove", "有误")["seq"], "portal")
            text = self.page(document)
            self.assertNotIn("jd-1", text, "nothing leads to what is withdrawn, and its title is gone too")
            self.assertIn(f'href="{later}"', text)

            after = self.receipts(home, publisher.submit([canonical(policy("zc-2"))])["seq"])[0]
            home.wait_confirmed(publisher.withdraw("zc-1", "replace", "修订", successor="zc-2")["seq"], "portal")
            text = self.page(document)
            self.assertIn("该信息已被替代", text)
            self.assertIn(f'href="{after}"', text)
            self.assertNotIn("如实", text)

    def test_what_stops_it_is_named(self):
        with Home() as home:
            self.prepare(home)
            publisher = home.publisher()
            zipped = publisher.put_blob(OFD)
            parked = publisher.submit([canonical(notice("water-1", attachments=[
                attachment(zipped, len(OFD), "form.ofd", media_type="application/ofd")]))])["seq"]
            self.assertEqual("wordpress_file_refused", home.wait_state(parked, "portal", "parked")["reason"])
            self.assertEqual({}, self.shown(), "not a part of it")

            self.secret(home, "not the password")
            seq = publisher.submit([canonical(notice("water-2"))])["seq"]
            wait_for(lambda: home.gulou_json("channel", "show", "portal")["state"] == "needs_authorisation", "the channel says so")
            self.assertIn("需重新授权", home.gulou("--lang", "zh", "status", code=None).stdout)
            self.secret(home, self.wordpress.password)
            home.gulou("channel", "resume", "portal", "--reason", "已更换密码", code=None)
            self.receipts(home, seq)

    def test_swarm(self):
        with Home() as home:
            self.prepare(home)
            swarm = Swarm(home, "portal", "gulou-portal", 40, seed=3)
            swarm.submit()
            swarm.revise()
            swarm.kill(20)
            swarm.settle(self.shown)
            self.assertEqual([], [post["slug"] for post in self.wordpress.asked("posts?status=draft&per_page=100")], "no draft is left")
            self.assertEqual(self.shown(), {name: revision for name, revision in swarm.wanted.items()})


if __name__ == "__main__":
    if missing():
        print("skipped: apt-get install " + " ".join(missing()), file=sys.stderr)
    unittest.main()
