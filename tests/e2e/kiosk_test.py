"""The touch kiosk in a real browser: browse, read, find by initials with everything else away, and back to the start.

kiosk_test.py [unittest options], with GULOU_BIN and GULOU_NODE. The real broker, agent, poppler and Chromium.
"""
import hashlib
import io
import pathlib
import secrets
import signal
import subprocess
import unittest

from browser import Browser
from home import READY_S, attachment, canonical, notice, wait_for, with_home

GUIDE = {"conditions": "同时符合下列条件：具有本县户籍；年满80周岁。", "materials": "申请人居民身份证或者户口簿；社会保障卡。",
         "procedure": "申请、受理、审核、确认，次月起按月发放。", "time_limit": "承诺办结时限5个工作日。", "fees": "不收费。",
         "office_place_hours": "县政务服务中心二楼12号窗口，周一至周五8:30至17:30。", "phone": "咨询6210386，投诉12345。",
         "legal_basis": "《中华人民共和国老年人权益保障法》第三十三条。"}


def two_pages():
    """A PDF of two pages, each with a black square of its own."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R 5 0 R]/Count 2>>"]
    for number, place in ((4, b"60 600"), (6, b"60 100")):
        objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R>>" % number)
        drawing = place + b" 200 200 re f"
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(drawing), drawing))
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table))
    return out.getvalue()


class KioskTest(unittest.TestCase):
    def prepare(self, home):
        home.replace("adapters/screen.toml", "touch = false", "touch = true")

    def run(self, result=None):
        with Browser() as self.browser:
            return super().run(result)

    def fill(self, home):
        """Publishes a guide with a PDF and some notices; waits until the kiosk has them."""
        home.start("gulou-screen")
        publisher = home.publisher()
        content = two_pages()
        digest = publisher.put_blob(content)
        guide = notice("guide", kind="service_guide", column="bszn", title="高龄津贴申领办事指南", service_guide=GUIDE,
                       summary="本县户籍、年满80周岁的老年人申领高龄津贴。", keywords=["高龄津贴", "老年人"],
                       attachments=[attachment(digest, len(content))])
        publisher.submit([canonical(guide)])
        for name, title in (("rain", "关于做好强降雨防范工作的通知"), ("road", "春山路封闭施工交通组织的通告")):
            publisher.submit([canonical(notice(name, title=title, keywords=["交通"]))])
        wait_for(lambda: len(home.http("GET", "/kiosk.json", token="", port="screen").json["items"]) == 3, "all are held")
        return publisher

    def open(self, home, *size, **options):
        page = self.browser.open(f"http://127.0.0.1:{home.ports['screen']}/kiosk.html", *size, touch=True, **options)
        page.wait("document.querySelectorAll('.tile').length === 2", "the tiles of two kinds")
        return page

    def press(self, page, letters):
        for letter in letters:
            page.eval(f"[...document.querySelectorAll('.letter')].find((key) => key.textContent === '{letter}').click()")

    @with_home
    def test_browse_read_and_the_pages_of_a_pdf(self, home):
        self.fill(home)
        for name, size in (("wide", (1920, 1080)), ("tall", (1080, 1920))):
            page = self.open(home, *size)
            page.screenshot(f"kiosk-{name}-start")
            self.assertEqual([one["nodes"] for one in page.axe()], [])
            page.click(".kind-service_guide")
            page.click(".row")
            page.wait("document.querySelectorAll('.guide dt').length === 8", "the eight elements")
            page.screenshot(f"kiosk-{name}-guide")
            self.assertEqual([one["nodes"] for one in page.axe()], [])
            page.click(".attachments .open")
            page.wait("document.querySelector('.pdf img')?.naturalWidth === 1080", "the first page is drawn")
            page.click(".turner button:nth-of-type(2)")
            page.wait("document.querySelector('.pdf img')?.naturalWidth === 1080", "the second page is drawn")
            page.click(".turner button:nth-of-type(2)")
            page.wait("document.querySelector('.pdf .nothing') !== null", "that was the last one")
            self.assertEqual(page.eval("[...document.querySelectorAll('a[href]')].length"), 0)
            page.ask("close")

    @with_home
    def test_finds_by_initials_while_everything_is_away(self, home):
        self.fill(home)
        page = self.open(home)
        home.kill("gulou-broker")
        home.kill("gulou-screen")
        page.click(".keys .find")

        self.press(page, "QJY")

        page.wait("document.querySelectorAll('.row').length === 1", "one is found")
        self.assertIn("强降雨", page.text())
        page.screenshot("kiosk-wide-search")
        self.assertEqual([one["nodes"] for one in page.axe()], [])
        page.ask("fill", selector="#query", text="老年人 身份证")
        page.wait("document.querySelector('.row')?.textContent.includes('高龄津贴')", "by keyword and text")
        page.ask("fill", selector="#query", text="没有这样的事")
        page.wait("document.querySelectorAll('.row').length === 0", "nothing is found")

    @with_home
    def test_returns_to_its_start_and_drops_what_is_withdrawn(self, home):
        publisher = self.fill(home)
        page = self.open(home, clock=True)
        page.click(".keys .size")
        page.click(".keys .reach")
        page.screenshot("kiosk-wide-low-large")
        self.assertGreater(page.eval("document.querySelector('.tile').getBoundingClientRect().top"), 1080 * 0.4)
        page.click(".keys .find")
        self.press(page, "A")

        page.ask("run", ms=80_000)
        page.wait("!document.getElementById('idle').hidden", "it says that it will go back")
        page.ask("run", ms=15_000)

        page.wait("document.querySelectorAll('.tile').length === 2", "it is back at its start")
        self.assertEqual(page.eval("document.body.className.replace('night', '').trim()"), "")
        page.click(".kind-notice")
        page.click(".row")
        page.wait("document.querySelector('.reader') !== null", "somebody reads")
        title = page.eval("document.querySelector('.title h1').textContent")
        publisher.withdraw("road" if "春山" in title else "rain", "remove", "发布有误")
        page.wait("document.querySelector('.said') !== null", "it is taken away from the reader")
        self.assertNotIn(title, page.text())

    @with_home
    def test_speaks_english_by_switch(self, home):
        self.fill(home)
        page = self.open(home)
        page.click(".keys .tongue")
        page.wait("document.documentElement.lang === 'en' && document.querySelectorAll('.tile').length === 2", "English")
        self.assertIn("Service Guide", page.text())
        page.screenshot("kiosk-wide-english")

    @with_home
    def test_preview_shows_a_file_in_the_shape_of_its_screen(self, home):
        sample = pathlib.Path(__file__).parents[2] / "config/samples/road-notice.md"
        for shape, width in (("landscape", 1920), ("portrait", 1080), ("touch", 1920)):
            preview = subprocess.Popen([home.program("gulou"), "preview", str(sample), "--as", shape],
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            try:
                page = self.browser.open(preview.stdout.readline().strip(), 1600, 1000)
                page.wait(f"document.getElementById('frame').clientWidth === {width}", "the frame has its shape")
                inside = "document.getElementById('frame').contentDocument?.body?.innerText || ''"
                page.wait(f"({inside}).includes('春山路')", "the notice is drawn")
                page.screenshot(f"preview-{shape}")
                self.assertEqual(page.problems(), [])
            finally:
                preview.send_signal(signal.SIGINT)
                self.assertEqual(preview.wait(READY_S), 0)
                preview.stdout.close()


    @with_home
    def test_preview_of_a_release_the_broker_has_and_as_a_sheet(self, home):
        publisher = self.fill(home)
        seq = publisher.submit([canonical(notice("flood", doc_no="云政办发〔2026〕7号"))])["seq"]
        for what, shape in ((f"#{seq}", "landscape"), ("云政办发〔2026〕7号", "board"), ("guide", "board")):
            preview = subprocess.Popen([home.program("gulou"), "--home", home.path, "preview", what, "--as", shape],
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            try:
                page = self.browser.open(preview.stdout.readline().strip(), 1600, 1000)
                if shape == "board":
                    page.wait("document.querySelector('.sheets img')?.naturalWidth === 1080", "a page of the sheet")
                else:
                    inside = "document.getElementById('frame').contentDocument?.body?.innerText || ''"
                    page.wait(f"({inside}).includes('（flood）')", "the notice is drawn")
                page.screenshot(f"preview-{what.strip('#').replace('/', '-')}-{shape}")
            finally:
                preview.send_signal(signal.SIGINT)
                self.assertEqual(preview.wait(READY_S), 0)
                preview.stdout.close()
        token = secrets.token_hex(16)
        home.append("principals.toml", '[[principal]]\nname = "reader"\nrole = "operator"\nrights = "viewer"\n'
                    f'token_hash = "{hashlib.sha256(token.encode()).hexdigest()}"')
        home.gulou("reload")
        self.assertEqual(home.http("GET", f"/v1/releases/{seq}", token=token).status, 200)
        self.assertEqual(home.http("GET", f"/v1/releases/{seq}?raw=1", token=token).status, 403)


if __name__ == "__main__":
    unittest.main()
