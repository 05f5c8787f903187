"""`gulou publish --import` as a county uses it on its old regulations: any number of times, with edits in between.

import_test.py [unittest options], with GULOU_BIN. The files are made here, in the form such texts are found in.
"""
import os
import re
import shutil
import subprocess
import unittest
import urllib.request

from home import PDF, wait_for, with_home

DEFAULTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "config", "samples", "import-defaults.toml")
NAMES = ("䶮阳湖水源保护条例", "堃山森林防火条例", "城镇排水与污水处理条例", "博物馆条例", "缺陷产品召回管理条例", "保安服务管理条例",
         "地图管理条例", "快递暂行条例")
BROKER = "gulou-broker"


def regulation(number, name):
    return f"""# {name}

2014年11月{number + 1}日 中华人民共和国国务院令第{901 + number}号公布

自2015年3月1日起施行

<!-- INFO END -->

## 第一章 总则

第一条 为了规范{name[:-2]}有关活动，制定本条例。

第二条 县级以上地方人民政府负责本行政区域内的有关工作。

## 第二章 附则

第三条 本条例自2015年3月1日起施行。
"""


def summary(accepted, there, changed, refused):
    return f"accepted {accepted} · already there {there} · changed {changed} · refused {refused}"


class ImportTest(unittest.TestCase):
    def prepare(self, home):
        self.folder = os.path.join(home.folder, "regulations")
        os.mkdir(self.folder)
        for number, name in enumerate(NAMES):
            self.write(f"{name}(2014-11-{number + 1:02}).md", regulation(number, name))

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return path

    def files(self):
        return sorted(os.path.join(self.folder, name) for name in os.listdir(self.folder))

    def publish(self, home, *more, files=None, code=0):
        return home.gulou("--lang", "en", "publish", *(files or self.files()), "--import", "--defaults", DEFAULTS, *more,
                          code=code)

    def page(self, url):
        with urllib.request.urlopen(url, timeout=20) as answer:
            return re.sub(r"\s+|<[^>]*>", "", answer.read().decode())

    def portal_url(self, shown):
        portal = next(one for one in shown["channels"] if one["channel"] == "portal")
        self.assertEqual((portal["state"], portal["receipt"]["level"]), ("published", "public"))
        return portal["receipt"]["parts"][0]["url"]

    @with_home
    def test_once_again_edited_and_revised(self, home):
        home.start("gulou-portal")
        home.start("gulou-screen")  # takes no imports, and says so
        count = len(NAMES)
        self.assertIn(summary(count, 0, 0, 0), self.publish(home).stdout)
        home.gulou("wait", "--all", "--timeout", "50")
        self.assertIn(summary(0, count, 0, 0), self.publish(home).stdout)
        self.assertEqual(home.head(), count)
        for number, name in enumerate(NAMES):
            shown = home.release(f"国务院令第{901 + number}号")
            part = shown["parts"][0]
            self.assertEqual((part["title"], part["doc_no"]), (name, f"国务院令第{901 + number}号"))
            self.assertTrue(shown["imported"] and shown["accepted_at"] and shown["receipt"]["mac"])
            self.assertEqual(shown["lane"], "bulk")
            text = self.page(self.portal_url(shown))
            self.assertIn(f"为了规范{name[:-2]}有关活动", text)
            self.assertNotIn("INFOEND", text)
            self.assertTrue(next(one for one in shown["channels"] if one["channel"] == "screen")["not_for_this_channel"])

        edited = self.write("博物馆条例(2014-11-04).md", regulation(3, "博物馆条例").replace("县级以上", "设区的市级以上"))
        said = self.publish(home)
        self.assertIn(summary(0, count - 1, 1, 0), said.stdout)
        self.assertIn(edited, said.stdout)
        self.assertIn("--revise", said.stdout + said.stderr, "the next command")
        self.assertEqual(home.head(), count, "an edited file does not go out by itself")
        self.publish(home, "--revise", code=2)  # not without a note
        said = self.publish(home, "--revise", "--change-note", "更正第二条")
        self.assertIn(summary(1, count - 1, 0, 0), said.stdout)
        home.gulou("wait", "--all", "--timeout", "50")
        shown = home.release("国务院令第904号")
        self.assertEqual((shown["seq"], shown["parts"][0]["revision"], shown["parts"][0]["previous_revision"]), (count + 1, 2, 1))
        first = home.release("#" + str(self.seq_of(home, shown["parts"][0]["id"], 1)))
        self.assertEqual(shown["parts"][0]["index_no"], first["parts"][0]["index_no"])
        text = self.page(self.portal_url(shown))
        self.assertIn("设区的市级以上", text)
        self.assertNotIn("县级以上", text)
        self.assertIn(summary(0, count, 0, 0), self.publish(home).stdout)
        self.assertEqual(home.head(), count + 1)

    def seq_of(self, home, name, revision):
        rows = home.http("GET", f"/v1/publications/operator/{name}").json["revisions"]
        return next(row["seq"] for row in rows if row["revision"] == revision)

    @with_home
    def test_every_name_of_a_release(self, home):
        home.start("gulou-portal")
        home.start("gulou-screen")  # takes no imports, and says so
        self.publish(home)
        home.gulou("wait", "--all", "--timeout", "50")
        shown = home.release("国务院令第903号")
        part, seq = shown["parts"][0], shown["seq"]
        url = self.portal_url(shown)
        names = (f"#{seq}", str(seq), part["id"], part["id"][:-3], "operator/" + part["id"], part["index_no"], url, url + "#top",
                 "国务院令第９０３号", " 国务院令第903号")
        for name in names:
            said = home.gulou("release", "show", name, "--json", code=None)
            self.assertEqual((name, said.returncode), (name, 0), said.stderr)
            self.assertIn(f'"seq":{seq},', said.stdout, name)
        found = home.gulou_json("find", "排水")["releases"]
        self.assertEqual([(one["seq"], one["title"]) for one in found], [(seq, NAMES[2])])
        self.assertEqual(home.gulou_json("find", url)["releases"][0]["seq"], seq)
        self.assertEqual(home.gulou_json("find", part["index_no"])["releases"][0]["seq"], seq)
        for name, sentence in (("md-", "md-"), ("国务院令第999号", "999"), ("#999", "999"), ("http://nowhere/1", "nowhere")):
            said = home.gulou("--lang", "en", "release", "show", name, code=1)
            self.assertIn(sentence, said.stderr, "which ones it may be, or that there is none")

    @with_home
    def test_what_cannot_be_taken_does_not_hold_up_the_others(self, home):
        self.write("bad-utf8.md", b"# \xff\xfe\n\n2014" + "年1月1日公布\n\n正文".encode())
        self.write("no-title.md", "2014年1月1日 公布\n\n没有标题的正文。")
        self.write("copy.md", regulation(3, "博物馆条例"))
        said = self.publish(home, code=1)
        self.assertRegex(said.stdout, re.escape(summary(len(NAMES), 0, 0, 3)))
        for name in ("bad-utf8.md", "no-title.md"):
            self.assertIn(name, said.stderr)
        self.assertRegex(said.stderr, "(copy|博物馆条例.*).md")  # whichever came second
        self.assertEqual(home.head(), len(NAMES))
        rehearsed = self.publish(home, "--dry-run", code=None)
        self.assertIn(str(len(NAMES)), rehearsed.stdout)
        self.assertEqual(home.head(), len(NAMES))

    @with_home
    def test_broker_killed_within_an_import(self, home):
        shutil.rmtree(self.folder)
        os.mkdir(self.folder)
        for number in range(120):
            self.write(f"{number}.md", regulation(number % 29, f"第{number}类事项管理条例").replace(
                f"第{901 + number % 29}号", f"第{1001 + number}号"))
        command = [home.program("gulou"), "--home", home.path, "publish", *self.files(), "--import", "--defaults", DEFAULTS]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as publishing:
            wait_for(lambda: home.head() > 10, "some are there")
            home.kill(BROKER)
            self.assertIn(publishing.wait(60), (0, 3))  # 3: unreachable; 0: it was faster
        self.publish(home, code=3)
        home.start(BROKER)
        there = home.head()
        self.assertIn(summary(120 - there, there, 0, 0), self.publish(home).stdout)
        self.assertEqual(home.head(), 120)
        self.assertIn(summary(0, 120, 0, 0), self.publish(home).stdout)

    @with_home
    def test_front_matter_with_an_attachment(self, home):
        for text in ("表格第一版", "表格第二版"):
            self.write("form.pdf", PDF + text.encode())
            path = self.write("own.md", """+++
id = "tzgg-1"
kind = "notice"
column = "tzgg"
title = "关于领取申请表的通知"
disclosure_type = "proactive"
classification = "public"
written_on = "2026-11-20"
[issuer]
name = "云溪县人民政府办公室"
org_code = "014820037"
[[attachments]]
file = "form.pdf"
name = "form.pdf"
display_name = "申请表"
+++
请到政务服务中心领取申请表，或下载附件。
""")
            more = () if text == "表格第一版" else ("--revise", "--change-note", "换表格")
            said = home.gulou("--lang", "en", "publish", path, *more)
            self.assertIn(summary(1, 0, 0, 0), said.stdout + said.stderr)
            said = home.gulou("--lang", "en", "publish", path)
            self.assertIn(summary(0, 1, 0, 0), said.stdout)
        attachments = home.release("tzgg-1")["parts"][0]["attachments"]
        digest = attachments[0]["digest"]
        self.assertEqual(home.http("GET", f"/v1/blobs/{digest}").body, PDF + "表格第二版".encode())


if __name__ == "__main__":
    unittest.main()
