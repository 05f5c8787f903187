"""Notice boards: paper for a week, links without login, one tap, and what the broker hears of it.

board_test.py [unittest options], with GULOU_BIN and GULOU_NODE. The real broker, agent and Chromium.
"""
import base64
import os
import pathlib
import re
import shutil
import subprocess
import unittest

from browser import Browser
from home import canonical, notice, wait_for, with_home
from ports import free_port

CONFIG = pathlib.Path(__file__).parents[2] / "config"
MONTH_MS = 30 * 24 * 3600 * 1000
# 32 by 16 pixels, red and blue.
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8yb"
    "qmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCAAQ"
    "ACADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAT/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAABgT/xA"
    "AUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwCABGSIQDAVf//Z")
GPS = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0GPSLatitude 27.1234"


def with_place(jpeg):
    """The same picture as a phone writes it: with EXIF, which says where it was taken and how it was held."""
    return jpeg[:2] + b"\xff\xe1" + (len(GPS) + 2).to_bytes(2, "big") + GPS + jpeg[2:]


class BoardTest(unittest.TestCase):
    def prepare(self, home):
        home.add_channel("board", age_ms_max=MONTH_MS)
        home.add_principal("board-1", "adapter", channels=["board"])
        with open(os.open(home.file("keys/board-1.secret"), os.O_WRONLY | os.O_CREAT, 0o600), "w",
                  encoding="utf-8") as key:
            key.write(home.secret("board-1"))
        shutil.copy(CONFIG / "boards.toml", home.file("boards.toml"))
        home.ports["board"] = free_port()
        text = (CONFIG / "adapters/board.toml").read_text(encoding="utf-8")
        text = text.replace("7012", str(home.ports["adapters"])).replace("8097", str(home.ports["board"]))
        with open(home.file("adapters/board.toml"), "w", encoding="utf-8") as settings:
            settings.write(text)

    def start(self, home):
        home.start("gulou-board", ready=False)
        wait_for(lambda: home.answers("gulou-board", "board", self.path(home, "--area", "990123000000")), "links answer")

    def path(self, home, *of):
        url = home.gulou_json("board", "link", *of)["link"]
        return url.split(str(home.ports["board"]), 1)[1]

    def sheets(self, home, path):
        return home.http("GET", path + "sheets.json", token="", port="board").json["boards"]

    def held(self, home, path, count):
        wait_for(lambda: sum(len(one["post"]) for one in self.sheets(home, path)) == count, f"{count} sheets to post")
        return self.sheets(home, path)

    def tap(self, home, path, step, board, sheet, body=None):
        return home.http("POST", f"{path}{step}/{board}/{sheet['key']}", body, token="", port="board")

    @with_home
    def test_a_week_on_paper_for_each_board(self, home):
        publisher = home.publisher()
        rows = "".join(f"<tr><td>{i}</td><td>对辖区内地质灾害隐患点逐点落实监测责任人和转移路线</td></tr>" for i in range(60))
        html = ("<h2>一、总体要求</h2><p>各村要做好防范应对工作。</p>"
                f"<table><thead><tr><th>序号</th><th>事项</th></tr></thead><tbody>{rows}</tbody></table>")
        publisher.submit([canonical(notice("long", body={"format": "html", "content": html}))])
        publisher.submit([canonical(notice("plain"))])
        publisher.submit([canonical(notice("elsewhere", audience=["990123001001"]))])
        self.start(home)
        path = self.path(home, "--area", "990123101000")
        self.held(home, path, 4)

        done = home.gulou_json("board", "run", "--area", "990123101000", "--out", home.file("paper"))

        self.assertEqual([(one["board"], one["post"], one["take_down"]) for one in done["boards"]],
                         [("yanyang-longjing", 2, 0), ("yanyang-shiqiao", 2, 0)])
        pdf = done["boards"][0]["file"]
        subprocess.run(["pdftotext", "-layout", pdf, pdf + ".txt"], check=True)
        pages = pathlib.Path(pdf + ".txt").read_text(encoding="utf-8").split("\f")
        self.assertIn("公开栏张贴单", pages[0])
        table = [page for page in pages if "事项" in page and "序号" in page and "页数" not in page]
        self.assertGreater(len(table), 2)  # the head again on each page of the table
        numbers = [re.search(r"— (\d+)/(\d+) —", page).groups() for page in pages if page.strip()]
        self.assertEqual(len(numbers), done["boards"][0]["pages"])
        self.assertEqual(len({pair for pair in numbers if pair[1] != "1"}), max(int(of) for _, of in numbers))
        self.assertNotIn("elsewhere", "".join(pages))
        # Nobody reported the sheet as posted, but it was printed: it is looked for.
        publisher.withdraw("plain", "remove", "发布有误")
        wait_for(lambda: all(one["take_down"] for one in self.sheets(home, path)), "both may have the paper")
        home.gulou("board", "run", "--area", "990123999000", code=1)

    @with_home
    def test_taps_become_receipts_and_takedowns(self, home):
        self.start(home)
        publisher = home.publisher()
        seq = publisher.submit([canonical(notice("flood", audience=["990123101000"]))])["seq"]
        path = self.path(home, "--area", "990123101000")
        boards = self.held(home, path, 2)
        home.wait_state(seq, "board", "confirming")
        own = self.path(home, "--board", "yanyang-longjing")

        first = self.tap(home, own, "posted", "yanyang-longjing", boards[0]["post"][0], with_place(JPEG))

        self.assertEqual(first.status, 200, first.body)
        self.assertEqual(len(first.json["boards"][0]["hanging"]), 1)
        name = first.json["boards"][0]["hanging"][0]["photo"]
        kept = home.http("GET", f"{own}photo/{name}.jpg", token="", port="board").body
        self.assertTrue(kept.startswith(b"\xff\xd8"))
        self.assertNotIn(b"Exif", kept)
        self.assertNotIn(b"GPS", kept)
        home.wait_state(seq, "board", "confirming")  # one board is missing
        self.assertEqual(self.tap(home, own, "posted", "yanyang-shiqiao", boards[1]["post"][0]).status, 404)  # not its own
        self.assertEqual(self.tap(home, path, "posted", "yanyang-shiqiao", boards[1]["post"][0]).status, 200)
        receipt = home.wait_state(seq, "board", "published")["receipt"]
        self.assertEqual(receipt["level"], "shown")
        self.assertIn("yanyang-longjing posted", str(receipt))

        taken_back = publisher.withdraw("flood", "remove", "发布有误")
        wait_for(lambda: len(self.sheets(home, path)[0]["take_down"]) == 1, "it is to be taken down")
        for board in self.sheets(home, path):
            shown = home.http("GET", f"/v1/takedowns/{taken_back['seq']}").json
            self.assertFalse(next(one for one in shown["places"] if one["channel"] == "board").get("confirmed"))
            self.assertEqual(self.tap(home, path, "down", board["id"], board["take_down"][0]).status, 200)
        home.wait_confirmed(taken_back["seq"], "board")

    @with_home
    def test_a_link_is_worth_its_secret_and_ends(self, home):
        self.start(home)
        home.publisher().submit([canonical(notice("one"))])
        own = self.path(home, "--board", "chunshan-1")
        sheet = self.held(home, own, 1)[0]["post"][0]
        wrong = own[:-4] + ("AAA/" if not own.endswith("AAA/") else "BBB/")
        answers = [home.http("GET", path, token="", port="board").status for path in (wrong, "/b/nowhere/" + "A" * 32 + "/", "/")]
        self.assertEqual(answers, [404, 404, 404])
        codes = {home.http("GET", wrong, token="", port="board").status for _ in range(20)}
        self.assertIn(429, codes)
        self.assertEqual(home.http("GET", own, token="", port="board").status, 200)  # who has it is not kept out
        for bad, status in ((b"no picture", 400), (with_place(JPEG)[:60], 400), (b"\xff\xd8" + b"0" * (5 << 20), 413)):
            self.assertEqual(self.tap(home, own, "posted", "chunshan-1", sheet, bad).status, status)

        home.gulou("board", "revoke", "--board", "chunshan-1")

        wait_for(lambda: home.http("GET", own, token="", port="board").status == 404, "the old link has ended")
        self.assertEqual(home.http("GET", self.path(home, "--board", "chunshan-1"), token="", port="board").status, 200)

    @with_home
    def test_on_a_phone(self, home):
        self.start(home)
        publisher = home.publisher()
        for name, fields in (("storm", {"priority": "urgent"}), ("water", {}), ("old", {})):
            publisher.submit([canonical(notice(name, **fields))])
        path = self.path(home, "--board", "yanyang-longjing")
        sheets = self.held(home, path, 3)[0]["post"]
        old = next(one for one in sheets if "old" in one["title"])
        self.tap(home, path, "posted", "yanyang-longjing", old)
        publisher.withdraw("old", "remove", "发布有误")
        wait_for(lambda: self.sheets(home, path)[0]["take_down"], "one is to be taken down")
        with Browser() as browser:
            page = browser.open(f"http://127.0.0.1:{home.ports['board']}{path}", 360, 740, touch=True)
            page.wait("document.querySelectorAll('.sheet').length === 3", "the list")
            page.screenshot("board-phone", full=True)
            self.assertEqual(page.eval("document.documentElement.scrollWidth"), 360)
            self.assertGreaterEqual(page.eval("Math.min(...[...document.querySelectorAll('button, .photo')]"
                                              ".map((one) => one.getBoundingClientRect().height))"), 56)
            self.assertEqual([one["nodes"] for one in page.axe()], [])

            page.click(".down .done")

            page.wait("document.querySelectorAll('.down').length === 0", "one tap")
            page.click(".posted .done")
            page.wait("document.querySelectorAll('.hanging .sheet').length === 1", "one tap")
            page.ask("file", selector=".posted .photo input", name="IMG_1.jpg", content=base64.b64encode(with_place(JPEG)).decode())
            page.wait("document.querySelector('.hanging img')?.naturalWidth > 0", "a photo")
            page.wait("document.querySelector('.nothing') !== null", "all is done")
            page.screenshot("board-phone-done", full=True)
            self.assertEqual([one["nodes"] for one in page.axe()], [])
            self.assertEqual(page.problems(), [])
            area = browser.open(f"http://127.0.0.1:{home.ports['board']}{self.path(home, '--area', '990123000000')}?lang=en", 360, 740)
            area.wait("document.querySelectorAll('.board').length === 3", "all boards of the county")
            area.screenshot("board-area-english", full=True)
            area.click(".posted .all")
            area.click(".posted .all")
            area.wait("document.querySelectorAll('.posted').length === 1", "many by one list")
            self.assertEqual([one["nodes"] for one in area.axe()], [])


if __name__ == "__main__":
    unittest.main()
