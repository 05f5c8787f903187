"""Whom the broker tells when something is wrong, and how: a robot, mail and a program, each real and local.

notify_test.py [unittest options], with GULOU_BIN.
"""
import os
import unittest
from email.header import decode_header, make_header

from home import Home, canonical, notice, toml, wait_for, with_home
from receivers import MailServer, Robot

CHANNELS = ("one", "two")
KEY = "very-secret-key"


class NotifyTest(unittest.TestCase):
    def prepare(self, home):
        self.robot, self.mail = Robot(), MailServer("gulou", "open-sesame")
        self.addCleanup(self.robot.close)
        self.addCleanup(self.mail.close)
        self.told = os.path.join(home.folder, "told.txt")
        for name in CHANNELS:
            home.add_channel(name)
            home.add_principal(f"adapter-{name}", "adapter", channels=[name])
        self.secret(home, "keys/robot.url", f"http://127.0.0.1:{self.robot.port}/send?key={KEY}\n")
        self.secret(home, "keys/mail.password", "open-sesame\n")
        ways = {"robot": {"kind": "webhook", "url_file": "keys/robot.url",
                          "body": '{"text":"{{text}}","state":"{{state}}"}'},
                "mail": {"kind": "smtp", "url": f"smtp://127.0.0.1:{self.mail.port}", "from": "gulou@example.gov.cn",
                         "user": "gulou", "password_file": "keys/mail.password"},
                "program": {"kind": "command", "command": ["/bin/sh", "-c", 'cat >> "$0"', self.told]},
                "nobody": {"kind": "command", "command": ["/bin/true"]}}
        people = {"张三": {"ways": ["robot"]}, "李四": {"ways": ["mail"], "mail": "lisi@example.gov.cn"},
                  "王五": {"ways": ["program"]}, "赵六": {"ways": ["nobody"]}}
        tables = [("way", {"id": name, **fields}) for name, fields in ways.items()]
        tables += [("person", {"name": name, **fields}) for name, fields in people.items()]
        tables += [("rule", {"causes": ["delivery_parked"], "people": ["张三", "李四", "王五"]}),
                   ("rule", {"people": ["赵六"]})]
        home.append("notify.toml", "after_ms = 0")
        for name, fields in tables:
            lines = [f"{key} = {toml(value)}" for key, value in fields.items()]
            home.append("notify.toml", "\n".join([f"[[{name}]]", *lines]))

    @staticmethod
    def secret(home, name, text):
        with open(home.file(name), "w", encoding="utf-8", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(text)

    def program_read(self):
        if not os.path.exists(self.told):
            return ""
        with open(self.told, encoding="utf-8") as file:
            return file.read()

    def park(self, home, channel):
        seq = home.publisher().submit([canonical(notice(f"water-{channel}"))])["seq"]
        adapter = home.adapter(f"adapter-{channel}", channel)
        for delivery in iter(lambda: adapter.next_delivery(20), None):
            adapter.report(delivery, "content", reason="title_forbidden", detail="标题含有不允许的字")
            if delivery["seq"] == seq:
                break
        home.wait_state(seq, channel, "parked")
        return seq

    @with_home
    def test_each_hears_once_by_his_way_and_when_it_is_over(self, home):
        seq = self.park(home, "one")

        wait_for(lambda: self.robot.kept and self.mail.kept and self.program_read(), "all three are told")
        path, body = self.robot.kept[0]
        self.assertEqual((path, body["state"]), (f"/send?key={KEY}", "raised"))
        self.assertIn("“one”有 1 条分发待人工处理", body["text"])
        self.assertIn("gulou delivery list --parked --channel one", body["text"])
        mail = self.mail.kept[0]
        self.assertEqual(mail["To"], "<lisi@example.gov.cn>")
        self.assertIn("“one”有 1 条分发待人工处理", str(make_header(decode_header(mail["Subject"]))))
        self.assertEqual(mail.get_payload(decode=True).decode().strip(), body["text"])
        self.assertEqual(self.program_read().strip(), body["text"])
        self.assertNotIn("停水", body["text"])  # nothing of the release

        # A look after the restart tells of what is new, and nobody twice of what is old.
        home.stop("gulou-broker")
        home.start("gulou-broker")
        second = self.park(home, "two")
        wait_for(lambda: "“two”" in self.program_read(), "told of the second channel")
        self.assertEqual([body["text"].count("“one”") for _, body in self.robot.kept], [1, 0])
        self.assertEqual(self.program_read().count("“one”"), 1)

        home.gulou("delivery", "cancel", f"one/{seq}", "--reason", "作废", "--yes")
        wait_for(lambda: len(self.robot.kept) == 3 and len(self.mail.kept) == 3 and "已恢复" in self.program_read(),
                 "it is over for all three")
        self.assertEqual(self.robot.kept[2][1]["state"], "recovered")
        self.assertIn("one", self.robot.kept[2][1]["text"])
        for number in (seq, second):
            home.gulou("delivery", "cancel", f"two/{number}", "--reason", "作废", "--yes")
        wait_for(lambda: self.program_read().count("已恢复") == 2, "it is over for the second channel")
        self.assertEqual([len(self.robot.kept), len(self.mail.kept)], [4, 4])
        log = home.log("gulou-broker")
        self.assertNotIn(KEY, log)
        self.assertNotIn("open-sesame", log)

    @with_home
    def test_ways_that_fail_are_shown_until_they_work(self, home):
        self.robot.answer = (200, {"errcode": 93000, "errmsg": "invalid webhook url"})
        failed = home.gulou("--lang", "en", "notify", "test", code=1)
        self.assertIn("invalid webhook url", failed.stdout)
        self.assertNotIn(KEY, failed.stdout)
        shown = self.attention(home)
        self.assertEqual(shown["command"], "gulou notify test")
        self.assertIn("robot", shown["sentence"])
        self.assertNotIn(KEY, str(shown))
        self.assertEqual([len(self.robot.kept), len(self.mail.kept)], [0, 1])
        self.assertIn("测试", self.program_read())

        self.robot.answer = (200, {"errcode": 0, "errmsg": "ok"})
        home.gulou("notify", "test", "--to", "张三")
        self.assertEqual([len(self.robot.kept), len(self.mail.kept)], [1, 1])
        wait_for(lambda: self.attention(home) is None, "it works again")
        unknown = home.http("POST", "/v1/notify/test", '{"to":"孙七"}'.encode())
        self.assertEqual((unknown.status, unknown.codes()), (404, {"to": "notify_person_unknown"}))

    @staticmethod
    def attention(home):
        found = home.http("GET", "/v1/status").json["attention"]
        return next((one for one in found if one["code"] == "notify_failed"), None)

    def test_a_broken_file_is_refused_at_start(self):
        with Home() as home:
            home.append("notify.toml", '[[rule]]\nby = ["duty"]\ncauses = ["disk_fll"]')
            line = home.read("notify.toml").splitlines().index('causes = ["disk_fll"]') + 1
            done = home.run("gulou-broker", "--home", home.path)
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"notify.toml:{line}:11", done.stderr)
            self.assertIn("disk_full", done.stderr)


if __name__ == "__main__":
    unittest.main()
