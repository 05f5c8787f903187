"""A withdrawal from the publisher's message or the operator's request to the page that answers 410 and the empty glass.

withdrawal_test.py [unittest options], with GULOU_BIN. The real broker, portal and screen.
"""
import json
import unittest

from home import PDF, attachment, canonical, notice, wait_for, with_home


class WithdrawalTest(unittest.TestCase):
    def prepare(self, home):
        pass

    def start(self, home):
        home.start("gulou-portal")
        home.start("gulou-screen")
        return home.publisher()

    def shown(self, home, publisher, release):
        """Submits, waits until it is public, and gives the path of its page."""
        seq = publisher.submit([canonical(release)])["seq"]
        stands = home.wait_state(seq, "portal", "published")
        self.assertEqual(stands["receipt"]["level"], "public")
        home.wait_state(seq, "screen", "published")
        self.assertIn(release["title"], self.glass(home))
        return "/" + stands["receipt"]["parts"][0]["url"].split("/", 3)[3]

    def page(self, home, path):
        answer = home.http("GET", path, token="", port="portal")
        return answer.status, answer.body.decode()

    def glass(self, home):
        return [item["title"] for item in json.loads(self.page_of_screen(home))["items"]]

    def page_of_screen(self, home):
        return home.http("GET", "/items.json", token="", port="screen").body

    def taken_down(self, home, seq):
        for channel in ("portal", "screen"):
            home.wait_confirmed(seq, channel)

    @with_home
    def test_remove_by_its_publisher(self, home):
        publisher = self.start(home)
        content = PDF + b"% a form"
        digest = publisher.put_blob(content)
        path = self.shown(home, publisher, wrong := notice("water-1", attachments=[attachment(digest, len(content))]))
        other = self.shown(home, publisher, notice("water-2", relations=[{"kind": "related", "target": "water-1"}]))
        form = path.removesuffix(".html") + "/form.pdf"
        self.assertEqual(home.http("GET", form, token="", port="portal").body, content)
        self.assertIn(path, self.page(home, other)[1])

        seq = publisher.withdraw("water-1", "remove", "时间有误", public_note="请以新通知为准")["seq"]

        self.taken_down(home, seq)
        status, text = self.page(home, path)
        self.assertEqual(status, 410)
        self.assertIn("请以新通知为准", text)
        self.assertNotIn("时间有误", text)
        self.assertEqual(home.http("GET", form, token="", port="portal").status, 410)
        for place in ("/", "/tzgg/", other, "/sitemap-1.xml"):
            self.assertNotIn(path, self.page(home, place)[1], place)
        self.assertIn("deleted-entry", self.page(home, "/tzgg/feed.atom")[1])
        self.assertNotIn(wrong["title"], self.glass(home))
        self.assertEqual(len(self.glass(home)), 1)

        home.kill("gulou-portal")
        home.start("gulou-portal")
        self.assertEqual(self.page(home, path)[0], 410)

    @with_home
    def test_replace_and_mark_invalid(self, home):
        publisher = self.start(home)
        old = self.shown(home, publisher, notice("water-1"))
        new = self.shown(home, publisher, notice("water-2"))
        third = self.shown(home, publisher, notice("water-3"))

        self.taken_down(home, publisher.withdraw("water-1", "replace", "另发", successor="water-2")["seq"])
        status, text = self.page(home, old)
        self.assertEqual(status, 410)
        self.assertIn(f'href="{new}"', text)

        self.taken_down(home, publisher.withdraw("water-3", "mark_invalid", "废止", public_note="自12月1日起废止")["seq"])
        status, text = self.page(home, third)
        self.assertEqual(status, 200)
        self.assertIn("已失效", text)
        self.assertIn("自12月1日起废止", text)
        self.assertEqual(self.glass(home), [notice("water-2")["title"]])

    @with_home
    def test_remove_while_the_portal_is_away(self, home):
        publisher = self.start(home)
        path = self.shown(home, publisher, notice("water-1"))
        home.kill("gulou-portal")

        asked = {"targets": ["water-1"], "kind": "remove", "reason": "时间有误"}
        seq = home.http("POST", "/v1/withdrawals", json.dumps(asked)).json["seq"]
        home.wait_confirmed(seq, "screen")
        wait_for(lambda: self.glass(home) == [], "the glass is empty")
        home.start("gulou-portal")

        self.taken_down(home, seq)
        self.assertEqual(self.page(home, path)[0], 410)


if __name__ == "__main__":
    unittest.main()
