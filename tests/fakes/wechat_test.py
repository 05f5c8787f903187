"""The fake WeChat keeps the platform's rules that an adapter trips over: tokens, drafts, jobs, events, quotas."""
import http.client
import http.server
import json
import threading
import time
import unittest

from process import Platform

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
MULTIPART = {"Content-Type": "multipart/form-data; boundary=b"}


def wait_for(condition, timeout_s=20):
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return value


class WechatTest(unittest.TestCase):
    def setUp(self):
        self.fake = Platform("wechat", "--review-ms", "20", "--quota", "submit=3", "--quota", "delete=1")
        self.addCleanup(self.fake.close)
        self.token = self.renew()["access_token"]

    def renew(self, **fields):
        return self.fake.ask("POST", "/cgi-bin/stable_token", {"grant_type": "client_credential", "appid": "wx1234567890abcdef",
                                                               "secret": "secret-1", **fields})

    def call(self, path, body=None, token=None, raw=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.fake.port, timeout=10)
        data = raw if raw is not None else json.dumps(body, ensure_ascii=False).encode()
        connection.request("POST", f"/cgi-bin/{path}?access_token={token or self.token}", data, headers or {})
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def upload(self, path):
        part = b'--b\r\nContent-Disposition: form-data; name="media"; filename="a.png"\r\n\r\n' + PNG + b"\r\n--b--\r\n"
        return self.call(path, raw=part, headers=MULTIPART)

    def draft(self, **fields):
        thumb = self.upload("material/add_material")["media_id"]
        return self.call("draft/add", {"articles": [{"title": "停水通知", "content": "<p>停水</p>", "thumb_media_id": thumb, **fields}]})

    def test_a_draft_becomes_an_article_after_its_review(self):
        media_id = self.draft(content='<p>a<script>x()</script><img src="http://elsewhere/a.png"></p>', author="办公室")["media_id"]
        job = self.call("freepublish/submit", {"media_id": media_id})
        self.assertEqual(0, job["errcode"])
        shown = wait_for(lambda: self.fake.state()["visible"])
        self.assertEqual(["<p>a</p>"], [one["content"] for one in shown])
        found = self.call("freepublish/get", {"publish_id": job["publish_id"]})
        self.assertEqual((0, shown[0]["article_id"]), (found["publish_status"], found["article_id"]))
        self.assertEqual(40007, self.call("draft/get", {"media_id": media_id})["errcode"], "the draft is gone")
        self.assertEqual(0, self.call("freepublish/delete", {"article_id": found["article_id"], "index": 1})["errcode"])
        self.assertEqual([], self.fake.state()["visible"])
        self.assertEqual(45009, self.call("freepublish/delete", {"article_id": found["article_id"], "index": 1})["errcode"])

    def test_limits_have_their_codes(self):
        for fields, code in (({"title": "关" * 33}, 45003), ({"author": "关" * 17}, 45110), ({"digest": "关" * 129}, 45004),
                             ({"content": "关" * 20_000}, 45002), ({"content_source_url": "h" * 1025}, 45005),
                             ({"thumb_media_id": "M-0"}, 40007)):
            self.assertEqual(code, self.draft(**fields)["errcode"], fields)
        self.assertEqual(44003, self.call("draft/add", {"articles": []})["errcode"])
        self.assertEqual(40033, self.call("draft/add", raw=b'{"articles":[{"title":"\\u5173"}]}')["errcode"])

    def test_tokens_void_each_other(self):
        self.assertEqual(self.token, self.renew()["access_token"], "the same while it lives")
        forced = self.renew(force_refresh=True)["access_token"]
        self.assertNotEqual(self.token, forced)
        self.assertEqual(40001, self.call("draft/batchget", {})["errcode"], "void at once")
        self.assertEqual(forced, self.renew(force_refresh=True)["access_token"], "not within 30 s")
        self.fake.clock(advance_s=7100)
        overlapping = self.renew()["access_token"]
        self.assertNotEqual(forced, overlapping)
        for token in (forced, overlapping):
            self.assertIn("item", self.call("draft/batchget", {}, token), "both for five minutes")
        self.fake.clock(advance_s=400)
        self.assertEqual(40001, self.call("draft/batchget", {}, self.token)["errcode"])
        self.assertEqual(42001, self.call("draft/batchget", {}, forced)["errcode"])

    def test_a_day_has_its_quota(self):
        for _ in range(3):
            self.assertEqual(0, self.call("freepublish/submit", {"media_id": self.draft()["media_id"]})["errcode"])
        media_id = self.draft()["media_id"]
        self.assertEqual(45009, self.call("freepublish/submit", {"media_id": media_id})["errcode"])
        self.fake.clock(advance_s=86_400)
        self.token = self.renew()["access_token"]
        self.assertEqual(0, self.call("freepublish/submit", {"media_id": media_id})["errcode"])

    def test_a_draft_submitted_twice_before_its_review_is_published_twice(self):
        media_id = self.draft()["media_id"]
        self.fake.clock(speed=0.0001)  # the review takes its time
        for _ in range(2):
            self.call("freepublish/submit", {"media_id": media_id})
        self.fake.clock(advance_s=10, speed=1)
        wait_for(lambda: len(self.fake.ledger("published")) == 2)

    def test_the_event_is_signed_and_may_be_lost_or_come_twice(self):
        heard = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802, the library's name
                heard.append((self.path, self.rfile.read(int(self.headers["Content-Length"])).decode()))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.fake.tell("callback", url=f"http://127.0.0.1:{server.server_address[1]}/event")
        self.fake.faults(callback_twice=1)
        self.call("freepublish/submit", {"media_id": self.draft()["media_id"]})
        wait_for(lambda: len(heard) == 2)
        self.assertIn("signature=", heard[0][0])
        self.assertIn("<publish_status>0</publish_status>", heard[0][1])
        self.fake.faults(callback_twice=0, callback_lost=1)
        self.call("freepublish/submit", {"media_id": self.draft()["media_id"]})
        wait_for(lambda: len(self.fake.ledger("published")) == 2)
        self.assertEqual(2, len(heard))


if __name__ == "__main__":
    unittest.main()
