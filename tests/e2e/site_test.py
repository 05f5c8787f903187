"""The portal in a real browser: every type of page at the width of a desk and of a phone, with screenshots to look at.

site_test.py [unittest options], with GULOU_BIN and GULOU_NODE. The real broker, portal and Chromium; the pages are
judged by axe-core (WCAG 2.1 A and AA) and html-validate, the feeds by feedparser and by what JSON Feed 1.1 demands.
"""
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

import feedparser

from browser import Browser
from home import Home, canonical, notice, wait_for

SAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "config", "samples")
TABS_MAX = 200
# Where the keyboard is: what a person who cannot use a mouse has to see.
FOCUSED = """(() => {
  const at = document.activeElement, box = at.getBoundingClientRect();
  const ring = (one) => { const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none"; };
  return {tag: at.tagName, class: at.className, text: at.innerText || at.value || at.getAttribute("aria-label") || "",
    main: document.querySelector("main").contains(at), seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
    marked: ring(at) || (at.tagName === "INPUT" && ring(at.parentElement))};
})()"""
REACHABLE = """[...document.querySelectorAll("a[href], button, input, select, summary")].filter((one) =>
  one.checkVisibility() && !one.disabled && one.type !== "hidden" && one.tabIndex >= 0).length"""
SIZES = {"desk": (1366, 900), "phone": (390, 844)}
TABLE = "".join(f"| {n} | 云溪县春山路{n}号至{n + 40}号 | 2026年11月{n}日 8时至18时 | 县自来水公司 0999-661234{n} |\n" for n in range(1, 7))


def of_kind(name, kind, column, title, **fields):
    return {**notice(name), "kind": kind, "column": column, "title": title, **fields}


def releases():
    """One of each kind that the samples do not have."""
    yield of_kind("news-1", "news", "dtyw", "我县召开冬春供水保障工作会议", summary="会议要求各单位把群众用水摆在突出位置，做到停水必告知、抢修不过夜。",
                  source="云溪县融媒体中心", body={"format": "markdown", "content": "11月24日，我县召开冬春供水保障工作会议。\n\n会议指出，**保障用水**是民生大事。"})
    yield of_kind("show-1", "public_notice", "gsgg", "2026年度农村供水工程拟补助项目公示", public_notice={
        "period_from": "2026-11-24", "period_to": "2026-11-30", "feedback": "县水利局 0999-6612008，工作日8:30至18:00"},
                  body={"format": "markdown", "content": f"经评审，拟补助下列项目。\n\n| 序号 | 范围 | 时间 | 单位和电话 |\n|---|---|---|---|\n{TABLE}\n特此公示。"})
    yield of_kind("clear-1", "clarification", "hygq", "关于“全县停水三天”网传信息的回应", summary="网传信息不实，停水仅限春山路沿线，当日恢复。")
    yield of_kind("organ-1", "organisation", "jgzn", "云溪县水利局机构职能")
    yield of_kind("old-1", "policy_document", "zcwj", "云溪县人民政府办公室关于印发用水管理办法的通知", doc_no="云政办发〔2019〕7号",
                  written_on="2019-03-01", validity="valid", subject=["城乡建设、环境保护", "城市供水"], keywords=["供水", "节水"],
                  summary="规定用水计划、节水和处罚。")
    yield of_kind("gone-1", "notice", "tzgg", "误发的通知")
    for number in range(1, 31):
        yield notice(f"water-{number}", summary=f"第{number}次停水安排。")


class SiteTest(unittest.TestCase):
    def publish(self, home):
        publisher = home.publisher()
        for sample in ("road-notice.md", "service-guide.md", "reply.md", "urgent-rain.md"):
            home.gulou("publish", os.path.join(SAMPLES, sample))
        home.gulou("publish", os.path.join(SAMPLES, "policy"))
        seqs = {one["id"]: publisher.submit([canonical(one)])["seq"] for one in releases()}
        for name in ("old-1", "gone-1", "water-30"):
            home.wait_state(seqs[name], "portal", "published")
        home.wait_confirmed(publisher.withdraw("old-1", "mark_invalid", "已由新办法代替")["seq"], "portal")
        home.wait_confirmed(publisher.withdraw("gone-1", "remove", "有误")["seq"], "portal")
        return seqs

    def paths(self, home, seqs):
        """Type of page to its path."""
        found = {}
        for entry in self.entries(home):
            if entry.get("validity") != "invalid":
                found.setdefault(entry["column"], entry["url"])
        return {"home": "/", "column": "/tzgg/", "column-empty": "/ldjh/", "map": "/sitemap.html", "search": "/search.html?q=停水", "catalogue": "/catalogue/",
                "invalid": f"/zcwj/{seqs['old-1']}-0.html", "gone": f"/tzgg/{seqs['gone-1']}-0.html", "lost": "/nowhere.html",
                **{name: found[column] for name, column in (("guide", "bszn"), ("reply", "xjhf"), ("document", "zcwj"),
                   ("interpretation", "zcjd"), ("notice", "tzgg"), ("period", "gsgg"), ("news", "dtyw"), ("clarification", "hygq"))}}

    def get(self, home, path):
        return home.http("GET", path, token="", port="portal")

    def entries(self, home):
        for chunk in self.get(home, "/search/index.json").json["chunks"]:
            yield from self.get(home, chunk).json["entries"]

    def check_markup(self, home, paths):
        """html-validate, with its recommended rules, on what the server sent."""
        rules = {"extends": ["html-validate:recommended"], "rules": {
            "long-title": "off", "no-trailing-whitespace": "off", "attribute-boolean-style": "off", "tel-non-breaking": "off"}}
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, ".htmlvalidate.json"), "w", encoding="utf-8") as file:
                json.dump({"root": True, **rules}, file)
            for name, path in paths.items():
                with open(os.path.join(folder, name + ".html"), "wb") as file:
                    file.write(self.get(home, re.sub(r"\?.*", "", path)).body)
            program = os.path.join(os.environ["GULOU_NODE"], "node_modules", ".bin", "html-validate")
            done = subprocess.run(["node", program, "--formatter", "text", folder + "/*.html"], capture_output=True, text=True, check=False, cwd=folder)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def check_feeds(self, home):
        for path in ("/feed.atom", "/tzgg/feed.atom"):
            feed = feedparser.parse(self.get(home, path).body)
            self.assertFalse(feed.bozo, feed.get("bozo_exception"))
            self.assertEqual(feed.version, "atom10")
            self.assertEqual(len(feed.entries), 30)
            self.assertTrue(all(one.id and one.title and one.updated_parsed and one.link for one in feed.entries))
        answer = self.get(home, "/zcwj/feed.json")
        self.assertEqual(answer.headers["Content-Type"], "application/feed+json; charset=utf-8")
        feed = answer.json
        self.assertEqual(feed["version"], "https://jsonfeed.org/version/1.1")
        self.assertEqual(len({one["id"] for one in feed["items"]}), len(feed["items"]))
        for item in feed["items"]:
            self.assertTrue(item["id"] and (item.get("content_text") or item.get("content_html")))
            self.assertRegex(item["date_published"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertTrue(any(one["attachments"] for one in feed["items"]))
        space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
        named = ElementTree.fromstring(self.get(home, "/sitemap-1.xml").body).findall(f"{space}url/{space}loc")
        paths = [re.sub(r"https?://[^/]+", "", one.text) for one in named]
        self.assertEqual(len(paths), len(set(paths)))
        self.assertTrue(all(self.get(home, path).status == 200 for path in paths))

    def test_every_type_of_page(self):
        with Home() as home, Browser() as browser:
            home.start("gulou-broker")
            home.start("gulou-portal")
            paths = self.paths(home, self.publish(home))
            base = f"http://127.0.0.1:{home.ports['portal']}"
            self.check_markup(home, paths)
            self.check_feeds(home)
            wrong = []
            for name, path in paths.items():
                page = browser.open(base + path, *SIZES["desk"])
                if name == "search":
                    page.wait("document.querySelectorAll('.hits li').length > 0", "hits")
                for size, (width, height) in SIZES.items():
                    page.ask("resize", width=width, height=height)
                    page.screenshot(f"site-{name}-{size}", full=True)
                    wrong += [(name, size, one["id"], one["nodes"]) for one in page.axe()]
                    if page.eval("document.documentElement.scrollWidth > innerWidth"):
                        wrong.append((name, size, "wider than the screen"))
                wrong += [(name, one) for one in page.problems() if "status of 4" not in one]
                page.ask("close")
            self.assertEqual(wrong, [])

    def small_site(self, home):
        """Base address, and the path of a page with much in it."""
        home.start("gulou-broker")
        home.start("gulou-portal")
        home.gulou("publish", os.path.join(SAMPLES, "road-notice.md"))
        home.wait_state(1, "portal", "published")
        return f"http://127.0.0.1:{home.ports['portal']}", next(iter(self.entries(home)))["url"]

    def focus(self, page, key="Tab"):
        page.ask("press", key=key)
        return page.eval(FOCUSED)

    def test_everything_is_reached_by_keyboard(self):
        with Home() as home, Browser() as browser:
            base, path = self.small_site(home)
            for place in ("/", path, "/tzgg/", "/catalogue/"):
                page = browser.open(base + place, *SIZES["desk"])
                first = self.focus(page)
                self.assertEqual("skip", first["class"], place)
                self.assertTrue(first["seen"] and first["marked"], "who uses the keyboard sees the way past the menu")
                self.focus(page, "Enter")
                self.assertEqual("#main", page.eval("location.hash"))
                self.assertTrue(self.focus(page)["main"], f"{place}: the next step is in the text")

                page.ask("go", url=base + place)
                reachable, reached = page.eval(REACHABLE), []
                while (at := self.focus(page))["tag"] != "BODY" and len(reached) < TABS_MAX:
                    page.wait(f"({FOCUSED}).seen", f"{place}: what the keyboard is on is seen, {at}", 10)  # it may have to scroll
                    self.assertTrue(at["marked"], f"{place}: nobody sees where the keyboard is: {at}")
                    reached.append(at["text"])
                self.assertGreaterEqual(len(reached), reachable, f"{place}: {reached}")
                self.assertLess(len(reached), TABS_MAX, "it goes round in a circle")
                page.ask("close")

            page = browser.open(base + "/search.html", *SIZES["desk"])
            page.eval("document.querySelector('.site-nav summary').focus()")
            inside = (self.focus(page, "Enter"), self.focus(page))[1]
            self.assertTrue(inside["tag"] == "A" and inside["seen"] and inside["marked"], f"a menu opens and is walked through: {inside}")
            self.focus(page, "Escape")
            self.assertEqual("SUMMARY", page.eval("document.activeElement.tagName"), "and is left again")
            self.assertFalse(page.eval("document.querySelector('.site-nav details').open"))
            page.eval("document.querySelector('main input').focus()")
            page.ask("type", text="交通管制")
            page.ask("press", key="Enter")
            page.wait("document.querySelectorAll('.hits li').length > 0", "hits")

    def test_at_twice_the_size_and_in_large_print_nothing_is_lost(self):
        with Home() as home, Browser() as browser:
            base, path = self.small_site(home)
            page = browser.open(base + path, *SIZES["desk"])
            normal = page.eval("parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)")
            words = page.eval("document.querySelector('main').innerText.replace(/\\s/g, '')")
            page.eval("document.querySelector('.elder-switch').focus()")
            page.ask("press", key="Enter")
            page.wait("document.documentElement.classList.contains('elder')", "large print")
            self.assertEqual("true", page.eval("document.querySelector('.elder-switch').getAttribute('aria-pressed')"))
            self.assertGreaterEqual(page.eval("parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)"), 1.25 * normal)
            for place in (path, "/", "/tzgg/"):
                page.ask("go", url=base + place)  # it stays so from page to page
                self.assertTrue(page.eval("document.documentElement.classList.contains('elder')"), place)
                for size, (width, height) in SIZES.items():
                    page.ask("resize", width=width, height=height)
                    self.assertFalse(page.eval("document.documentElement.scrollWidth > innerWidth"), f"{place} {size}: wider than the screen")
                    self.assertEqual([], [(one["id"], one["nodes"]) for one in page.axe()], f"{place} {size}")
                    page.screenshot(f"site-elder{place.strip('/').replace('/', '-').replace('.html', '')}-{size}", full=True)
            page.eval("document.querySelector('.elder-switch').focus()")
            page.ask("press", key="Space")
            page.wait("!document.documentElement.classList.contains('elder')", "the usual print")

            for place in (path, "/", "/tzgg/", "/catalogue/"):
                page.ask("go", url=base + place)
                page.ask("resize", width=SIZES["desk"][0] // 2, height=SIZES["desk"][1] // 2)  # what 200 % leaves of a desk
                self.assertFalse(page.eval("document.documentElement.scrollWidth > innerWidth"), f"{place} at 200 %")
                page.eval("document.documentElement.style.fontSize = '200%'")  # letters alone
                self.assertFalse(page.eval("document.documentElement.scrollWidth > innerWidth"), f"{place}, letters at 200 %")
                if place == path:
                    self.assertEqual(words, page.eval("document.querySelector('main').innerText.replace(/\\s/g, '')"), "words are lost")
                page.screenshot(f"site-twice{place.strip('/').replace('/', '-').replace('.html', '')}", full=True)

    def test_the_whole_site_comes_back_from_the_bus_with_one_command(self):
        with Home() as home:
            home.start("gulou-broker")
            home.start("gulou-portal")
            publisher = home.publisher()
            seqs = [publisher.submit([canonical(notice(f"water-{number}"))])["seq"] for number in range(1, 21)]
            seqs.append(publisher.submit([canonical(notice("water-1", 2, previous_revision=1, update="minor"))])["seq"])
            for seq in seqs:
                home.wait_state(seq, "portal", "published")
            home.wait_confirmed(publisher.withdraw("water-2", "remove", "有误")["seq"], "portal")
            before = {entry["url"]: self.get(home, entry["url"]).body for entry in self.entries(home)}
            self.assertEqual(len(before), 19)

            home.stop("gulou-portal")
            shutil.rmtree(home.file("site"))
            home.start("gulou-portal")
            self.assertEqual({self.get(home, url).status for url in before}, {404})
            home.gulou("replay", "start", "--channel", "portal", "--from", "1", "--reason", "网站目录丢失", "--per-minute", "60000", "--yes")

            wait_for(lambda: {entry["url"] for entry in self.entries(home)} == set(before), "all pages are there again")
            revised = f"/tzgg/{seqs[0]}-0.html"  # when it was revised is known to the lost site alone
            self.assertIn("第2版".encode(), self.get(home, revised).body)
            for url in set(before) - {revised}:
                self.assertEqual(self.get(home, url).body, before[url], url)
            self.assertNotEqual(self.get(home, f"/tzgg/{seqs[1]}-0.html").status, 200, "what was withdrawn stays away")


if __name__ == "__main__":
    unittest.main()
