"""Nothing unapproved leaves, from end to end: the policy of a new home, approvals signed by `gulou approve`, told by a
publisher over ZeroMQ and HTTP, voided by one changed byte, kept and checked with the journal.

approvals_test.py [unittest options], with GULOU_BIN.
"""
import hashlib
import json
import os
import unittest

from gulou_client import Refused
from home import Home, canonical, notice

BROKER = "gulou-broker"
AT = "2026-11-20T09:00:00+08:00"
NEWS = """+++
id = "news-1"
kind = "news"
column = "dtyw"
title = "县城公交新增两条线路"
disclosure_type = "proactive"
classification = "public"
[issuer]
name = "云溪县人民政府办公室"
org_code = "014820037"
+++
11月20日起，县城公交新增3路、5路两条线路。
"""


def told(role, name, **fields):
    return {"role": role, "name": name, "at": AT, **fields}


THREE = [told("drafter", "陈晓雨"), told("secrecy_reviewer", "周建民", result="disclose", basis="条例第十九条"),
         told("approver", "何志远")]


def bundle_digest(parts):
    return hashlib.sha256(canonical([hashlib.sha256(part).hexdigest() for part in parts])).hexdigest()


class ApprovalsTest(unittest.TestCase):
    def codes(self, call):
        with self.assertRaises(Refused) as caught:
            call()
        return {error.get("field", ""): error["reason"] for error in caught.exception.errors}

    def test_a_publisher_whose_word_stands(self):
        with Home(approvals=True) as home:
            home.start(BROKER)
            publisher = home.publisher()
            parts = [canonical(notice("water-1"))]
            self.assertEqual(self.codes(lambda: publisher.submit(parts)), {"approvals": "review_missing"})
            review = canonical(THREE[1])
            self.assertEqual(self.codes(lambda: publisher.submit(parts, [review])), {"approvals": "approval_missing"})
            right = [canonical({**one, "bundle_digest": bundle_digest(parts)}) for one in THREE]
            receipt = publisher.submit(parts, right)
            self.assertFalse(receipt.get("already"))
            self.assertTrue(publisher.submit(parts)["already"])  # the receipt of what was accepted, however asked
            other = [canonical(notice("water-2"))]
            wrong = self.codes(lambda: publisher.submit(other, right))
            self.assertEqual(set(wrong.values()), {"approval_of_other_bundle"})
            self.assertEqual(home.stop(BROKER), 0)
            said = home.run(BROKER, "--home", home.path, "journal", "verify")
            self.assertEqual(said.returncode, 0, said.stderr)

    def test_a_publisher_whose_word_does_not_stand(self):
        with Home(approvals=True) as home:
            home.add_principal("oa", "publisher")
            home.start(BROKER)
            told_three = [canonical(one) for one in THREE]
            said = self.codes(lambda: home.publisher("oa").submit([canonical(notice("water-1"))], told_three))
            self.assertEqual(set(said.values()), {"asserted_not_allowed"})
            self.assertEqual(home.head(), 0)

    def test_over_http_the_reasons_are_sentences(self):
        with Home(approvals=True) as home:
            home.start(BROKER)
            body = {"parts": [notice("water-1", title="关于张某11010519491231002X的通知")], "approvals": THREE}
            answer = home.http("POST", "/v1/submissions", json.dumps(body))
            self.assertEqual(answer.status, 403, answer.body)
            self.assertEqual(answer.codes(), {"parts[0].title": "personal_data_found"})
            self.assertIn("身份证号", answer.body.decode())
            self.assertNotIn("11010519491231002X", answer.body.decode())
            body["parts"][0]["title"] = "关于张某的通知"
            self.assertTrue(home.http("POST", "/v1/submissions?check=1", json.dumps(body)).json["ok"])
            self.assertEqual(home.http("POST", "/v1/submissions", json.dumps(body)).status, 201)

    def test_a_changed_policy_holds_at_once_and_a_wrong_one_never(self):
        with Home(approvals=True) as home:
            home.start(BROKER)
            publisher = home.publisher()
            parts = [canonical(notice("water-1"))]
            self.assertEqual(self.codes(lambda: publisher.submit(parts, [canonical(THREE[1])])),
                             {"approvals": "approval_missing"})
            whole = home.read("approvals.toml")
            home.append("approvals.toml", '[[rule]]\nrequire = ["boss"]\n')
            line = len((whole + "\n[[rule]]\n").splitlines()) + 1
            said = home.gulou("--lang", "en", "reload", code=1)
            self.assertIn(f"approvals.toml:{line}:", said.stdout + said.stderr)
            self.assertEqual(self.codes(lambda: publisher.submit(parts, [canonical(THREE[1])])),
                             {"approvals": "approval_missing"})  # the old one is still in force
            with open(home.file("approvals.toml"), "w", encoding="utf-8") as policy:
                policy.write("review = true\n[[rule]]\nrequire = []\n")
            home.gulou("reload")
            self.assertEqual(publisher.submit(parts, [canonical(THREE[1])])["seq"], 1)

    def test_keys_of_persons(self):
        with Home(approvals=True) as home:
            folder = os.path.join(home.folder, "desk")
            os.mkdir(folder)
            path = os.path.join(folder, "news.md")
            with open(path, "w", encoding="utf-8") as file:
                file.write(NEWS)
            people = []
            for role, name in (("drafter", "陈晓雨"), ("secrecy_reviewer", "周建民"), ("approver", "何志远")):
                key = os.path.join(home.folder, role + ".key")
                public = home.gulou_json("approve", "--new-key", key)["key"]
                self.assertEqual(os.stat(key).st_mode & 0o777, 0o600)
                home.append("approvals.toml", f'[[person]]\nname = "{name}"\nkey = "{public}"\nroles = ["{role}"]\n')
                people.append((role, name, key))
            home.replace("principals.toml", "asserted = true", "asserted = false")
            home.start(BROKER)
            self.assertIn("保密审查", home.gulou("--lang", "zh", "publish", path, code=1).stderr)
            for role, name, key in people:
                home.gulou("approve", path, "--key", key, "--role", role, "--name", name,
                           *(("--result", "disclose", "--basis", "条例第十九条") if role == "secrecy_reviewer" else ()))
            with open(path + ".approvals.json", encoding="utf-8") as file:
                self.assertEqual(len(json.load(file)), 3)
            with open(path, "a", encoding="utf-8") as file:
                file.write("改动。\n")
            self.assertIn("重新审签", home.gulou("--lang", "zh", "publish", path, code=1).stderr)
            self.assertEqual(home.head(), 0)
            with open(path, "w", encoding="utf-8") as file:
                file.write(NEWS)
            home.gulou("publish", path)
            self.assertEqual(home.head(), 1)


if __name__ == "__main__":
    unittest.main()
