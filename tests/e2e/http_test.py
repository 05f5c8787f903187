"""The HTTP interface of the real broker, as an upstream system in a county would use it.

http_test.py [unittest options], with GULOU_BIN.
"""
import hashlib
import http.client
import json
import re
import socket
import unittest

from home import PDF, READY_S, attachment, canonical, notice, wait_for, with_home

BROKER = "gulou-broker"
TOKEN = "a token of the office automation"
PIECE = 300_000


def submission(*parts):
    return json.dumps({"parts": list(parts)}, ensure_ascii=False, indent=1).encode()  # not canonical: the door does that


class HttpTest(unittest.TestCase):
    def prepare(self, home):
        hashed = hashlib.sha256(TOKEN.encode()).hexdigest()
        home.add_principal("oa", "publisher", token_hash=hashed, units=["zfb"], columns=["tzgg"])

    def submit(self, home, *parts, **options):
        return home.http("POST", "/v1/submissions", submission(*parts), **options)

    @with_home
    def test_submission_receipt_and_what_became_of_it(self, home):
        parts = notice("water-1"), notice("water-2")
        answer = self.submit(home, *parts, token=TOKEN)
        self.assertEqual(answer.status, 201)
        receipt = answer.json
        self.assertEqual([part["digest"] for part in receipt["parts"]],
                         [hashlib.sha256(canonical(part)).hexdigest() for part in parts])
        again = self.submit(home, *parts, token=TOKEN)
        self.assertEqual((again.status, again.json["already"]), (200, True))
        for key in ("seq", "epoch", "hash", "mac", "accepted_at", "parts"):
            self.assertEqual(again.json[key], receipt[key], key)

        shown = home.http("GET", f"/v1/releases/{receipt['seq']}?raw=1").json
        self.assertEqual([canonical(release) for release in shown["releases"]], [canonical(part) for part in parts])
        self.assertEqual({one["channel"]: one["state"] for one in shown["channels"]}, {"portal": "pending", "screen": "pending"})
        self.assertEqual(home.http("GET", "/v1/publications/oa/water-1", token=TOKEN).json["revisions"][0]["seq"], receipt["seq"])
        self.assertEqual(home.http("GET", "/v1/releases/water-2", token=TOKEN).json["seq"], receipt["seq"])

        listed = home.http("GET", "/v1/releases?limit=1").json
        self.assertEqual([one["id"] for one in listed["releases"]], ["water-1", "water-2"])  # a bundle is not cut
        found = home.http("GET", "/v1/find?q=%E5%81%9C%E6%B0%B4").json["releases"]  # 停水
        self.assertEqual({one["id"] for one in found}, {"water-1", "water-2"})
        index_no = receipt["parts"][1]["index_no"].replace("/", "%2F")
        self.assertEqual(home.http("GET", f"/v1/releases/{index_no}").json["seq"], receipt["seq"])
        self.assertEqual({one["id"] for one in home.http("GET", "/v1/channels").json["channels"]}, {"portal", "screen"})
        self.assertEqual(home.http("GET", "/v1/deliveries").json["deliveries"], [])
        self.assertEqual(home.http("GET", "/v1/releases/99").status, 404)

    @with_home
    def test_field_errors_in_two_languages(self, home):
        wrong = notice("water-1", title="", written_on="2026-02-30", summary="长" * 121)
        fields = {"parts[0].title": "field_missing", "parts[0].written_on": "date_invalid", "parts[0].summary": "text_too_long"}
        said = {}
        for language in ("zh-CN,zh;q=0.9,en;q=0.5", "en-GB,en"):
            answer = self.submit(home, wrong, token=TOKEN, Accept_Language=language)
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (400, "application/problem+json"))
            self.assertEqual(answer.codes(), fields)
            said[answer.headers["Content-Language"][:2]] = [error["sentence"] for error in answer.json["errors"]]
        self.assertEqual(set(said), {"zh", "en"})
        self.assertTrue(all(re.search("[\u4e00-\u9fff]", sentence) for sentence in said["zh"]), said)
        self.assertFalse(any(re.search("[\u4e00-\u9fff]", sentence) for sentence in said["en"]), said)
        answer = home.http("POST", "/v1/submissions?check=1", submission(wrong), token=TOKEN)
        self.assertEqual((answer.status, answer.json["ok"], len(answer.json["errors"])), (200, False, 3))
        self.assertEqual(self.submit(home, notice("water-1"), token=TOKEN).status, 201)
        answer = self.submit(home, notice("water-1", title="另一个标题"), token=TOKEN)
        self.assertEqual((answer.status, answer.codes()), (409, {"parts[0].revision": "conflict"}))
        self.assertEqual(home.head(), 1)

    @with_home
    def test_check_says_per_channel_what_fits(self, home):
        answer = home.http("POST", "/v1/submissions?check=1", submission(notice("water-1", title="长" * 61)), Accept_Language="en")
        fits = {one["channel"]: one for one in answer.json["channels"]}
        self.assertTrue(answer.json["ok"])
        self.assertTrue(fits["portal"]["fits"])
        self.assertFalse(fits["screen"]["fits"])
        self.assertIn("short_title", fits["screen"]["sentence"])
        self.assertEqual(home.head(), 0)

    @with_home
    def test_rights(self, home):
        for path in ("/v1/status", "/v1/releases", "/v1/channels", "/v1/deliveries", "/v1/find?q=x", "/v1/releases/1"):
            self.assertEqual(home.http("GET", path, token="").status, 401, path)
            answer = home.http("GET", path, token="guess")
            self.assertEqual((answer.status, answer.json["code"]), (401, "token_unknown"), path)
            self.assertIn("Bearer", answer.headers["WWW-Authenticate"])
        self.assertEqual(self.submit(home, notice("water-1"), token="guess").status, 401)
        for method, path in (("GET", "/v1/status"), ("GET", "/v1/releases"), ("POST", "/v1/deliveries/portal/1/retry")):
            self.assertEqual(home.http(method, path, token=TOKEN).status, 403, "of operators")
        answer = self.submit(home, notice("water-1", column="zcwj", kind="policy_document"), token=TOKEN)
        self.assertEqual((answer.status, answer.codes()["parts[0].column"]), (403, "column_not_allowed"))
        other = {"name": "云溪县公安局", "org_code": "014820117"}
        answer = self.submit(home, notice("water-1", issuer=other), token=TOKEN)
        self.assertEqual((answer.status, answer.codes()), (403, {"parts[0].issuer": "unit_not_allowed"}))
        self.assertEqual(self.submit(home, notice("of-another")).status, 201)  # of the operator
        self.assertEqual(home.http("GET", "/v1/releases/of-another", token=TOKEN).status, 404)
        self.assertEqual(home.http("GET", "/v1/publications/operator/of-another", token=TOKEN).status, 404)
        self.assertEqual(home.head(), 1)

    @with_home
    def test_attachment_in_pieces_over_a_restart_and_by_ranges(self, home):
        content = PDF + bytes(range(256)) * 3000
        path, total = f"/v1/blobs/{hashlib.sha256(content).hexdigest()}", len(content)

        def put(start, end):
            return home.http("PUT", path, content[start:end], TOKEN, Content_Range=f"bytes {start}-{end - 1}/{total}")

        def held():
            answer = home.http("PUT", path, b"", TOKEN, Content_Range=f"bytes */{total}")
            self.assertEqual(answer.status, 200, answer.body)
            return answer.json

        self.assertEqual(held(), {"received": 0, "complete": False})
        self.assertEqual(put(0, PIECE).json, {"received": PIECE, "complete": False})
        self.assertEqual(put(2 * PIECE, total).json["received"], PIECE, "not in order: it says where to go on")
        self.assertEqual(held(), {"received": PIECE, "complete": False})
        with socket.create_connection(("127.0.0.1", home.ports["http"])) as half:  # a link that breaks within a piece
            half.sendall(f"PUT {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: {PIECE}\r\n"
                         f"Content-Range: bytes {PIECE}-{2 * PIECE - 1}/{total}\r\n\r\n".encode() + content[PIECE:PIECE + 1000])
        self.assertEqual(held()["received"], PIECE, "half a piece is none")
        self.assertEqual(put(PIECE, 2 * PIECE).json["received"], 2 * PIECE)
        missing = self.submit(home, notice("water-1", attachments=[attachment(bytes.fromhex(path[-64:]), total)]))
        self.assertEqual(missing.codes(), {"parts[0].attachments[0].digest": "attachment_missing"})
        self.assertEqual(put(2 * PIECE, total).json, {"received": total, "complete": True})
        self.assertEqual(held()["complete"], True)

        home.kill(BROKER)
        home.start(BROKER)
        head = home.http("HEAD", path, token=TOKEN)
        self.assertEqual((head.status, head.headers["Content-Length"]), (200, str(total)))
        for asked, status, wanted in ((None, 200, content), ("bytes=0-9", 206, content[:10]), ("bytes=262140-262150", 206,
                                      content[262140:262151]), ("bytes=-5", 206, content[-5:])):
            answer = home.http("GET", path, **({"Range": asked} if asked else {}))
            self.assertEqual((answer.status, answer.body == wanted), (status, True), asked)
        self.assertEqual(home.http("GET", path, Range=f"bytes={total}-").status, 416)
        self.assertEqual(home.http("GET", path, token=TOKEN).status, 403, "publishers do not read")
        named = self.submit(home, notice("water-1", attachments=[attachment(bytes.fromhex(path[-64:]), total)]))
        self.assertEqual(named.status, 201)

    @with_home
    def test_normal_form_is_what_submissions_accept(self, home):
        word = ('<p class="MsoNormal" style="mso-x:1">第一条 <b>为了</b><o:p></o:p></p><script>alert(1)</script>'
                '<p onclick="x()">第二条<a href="javascript:x()">链接</a></p>')
        answer = home.http("POST", "/v1/normalise", word.encode(), TOKEN, Content_Type="text/html; charset=utf-8")
        normal = answer.json
        self.assertEqual(answer.status, 200)
        self.assertNotRegex(normal["html"], "script|onclick|Mso|javascript")
        self.assertIn("第一条", normal["html"])
        self.assertTrue(any("script" in dropped["what"] for dropped in normal["dropped"]))
        self.assertGreater(normal["word_residue"], 0)
        same = home.http("POST", "/v1/normalise", json.dumps({"html": normal["html"]}), TOKEN, Content_Type="application/json")
        self.assertEqual((same.json["html"], same.json["dropped"]), (normal["html"], []))
        refused = self.submit(home, notice("water-1", body={"format": "html", "content": word}))
        self.assertEqual(refused.codes(), {"parts[0].body.content": "html_not_normal"})
        taken = self.submit(home, notice("water-1", body={"format": "html", "content": normal["html"]}))
        self.assertEqual(taken.status, 201)

    @with_home
    def test_description_health_and_metrics(self, home):
        described = home.http("GET", "/v1/openapi.json", token=TOKEN).json
        self.assertEqual(described["openapi"][:2], "3.")
        for path in ("/v1/submissions", "/v1/blobs/{digest}", "/v1/normalise", "/v1/releases/{selector}", "/v1/channels",
                     "/v1/deliveries", "/healthz", "/readyz", "/metrics"):
            self.assertIn(path, described["paths"])
        self.assertEqual(home.http("GET", "/healthz", token="").status, 200)
        self.assertEqual(home.http("GET", "/readyz", token="").json, {"ready": True})
        self.submit(home, notice("water-1"))
        metrics = home.http("GET", "/metrics", token="")
        self.assertTrue(metrics.headers["Content-Type"].startswith("text/plain; version=0.0.4"))
        for line in metrics.body.decode().splitlines():
            self.assertRegex(line, r'^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? -?[0-9.e+-]+)$')
        figures = dict(line.rsplit(" ", 1) for line in metrics.body.decode().splitlines() if not line.startswith("#"))
        self.assertEqual((figures["gulou_core_head_seq"], figures["gulou_core_accepted_bundles_total"]), ("1", "1"))
        self.assertEqual(home.http("GET", "/nothing", token="").status, 404)
        wrong = home.http("DELETE", "/v1/releases")
        self.assertEqual((wrong.status, "GET" in wrong.headers["Allow"]), (405, True))

    @with_home
    def test_many_slow_and_idle_peers_disturb_nobody(self, home):
        idle = [socket.create_connection(("127.0.0.1", home.ports["http"])) for _ in range(300)]  # more than it holds
        try:
            for one in idle[:50]:
                one.sendall(b"POST /v1/submissions HTTP/1.1\r\nHost: x\r\nContent-Le")
            answer = wait_for(lambda: self.submit(home, notice("water-1"), token=TOKEN), "an answer")
            self.assertIn(answer.status, (200, 201))
        finally:
            for one in idle:
                one.close()
        connection = http.client.HTTPConnection("127.0.0.1", home.ports["http"], timeout=READY_S)
        for _ in range(3):  # one connection, several requests
            connection.request("GET", "/healthz")
            self.assertEqual(connection.getresponse().read(), b"ok\n")
        connection.close()


if __name__ == "__main__":
    unittest.main()
