"""What config/quickstart asks of Gulou from outside, as a citizen's browser would see it.

    quickstart_check.py count                     number of rows of a `--json` list on standard input
    quickstart_check.py look --samples DIR ...    the portal shows every sample whole, linked, with receipts
    quickstart_check.py screen --samples DIR ...  the screen shows every sample
Prints what is wrong, one line each; exit 1 if anything is.
"""
import argparse
import glob
import hashlib
import html.parser
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
import urllib.parse
import urllib.request
import xml.etree.ElementTree

PAGES_MAX = 300
problems = []


def expect(holds, sentence):
    if not holds:
        problems.append(sentence)
    return holds


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def content_of(url):
    try:
        return fetch(url)
    except OSError as error:
        problems.append(f"{url} cannot be read: {error}")
        return b""


def squeeze(text):
    return re.sub(r"\s+", "", text)


class Sample:
    """A sample file: its front matter and every piece of text a reader must find again."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            _, front, body = file.read().split("+++\n", 2)
        self.folder = os.path.dirname(path)
        self.fields = tomllib.loads(front)
        self.title = self.fields["title"]
        texts = [body]
        for part in ("service_guide", "reply"):
            texts += [value for value in self.fields.get(part, {}).values() if value != "satisfied"]
        self.pieces = [piece for text in texts for line in text.split("\n") for piece in self.plain(line)]

    @staticmethod
    def plain(line):
        if line.startswith(("|---", "![")):
            return []
        line = re.sub(r"^(#+ |\d+\. )|\*\*", "", line)
        return [squeeze(cell) for cell in line.split("|") if squeeze(cell)]


def read_samples(folder):
    paths = glob.glob(folder + "/*.md") + glob.glob(folder + "/*/*.md")
    return [Sample(path) for path in sorted(paths) if os.path.basename(path) != "README.md"]


class Page(html.parser.HTMLParser):
    """Text, first heading, links and pictures of one page; URLs made absolute."""

    def __init__(self, url, source):
        super().__init__()
        self.url, self.text, self.heading, self.links, self.pictures = url, "", "", [], []
        self.in_heading = False
        self.feed(source.decode("utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.in_heading = self.in_heading or (tag == "h1" and not self.heading)
        if tag in ("a", "link") and attrs.get("href"):
            self.links.append(urllib.parse.urldefrag(urllib.parse.urljoin(self.url, attrs["href"]))[0])
        if tag == "img":
            self.pictures.append((urllib.parse.urljoin(self.url, attrs.get("src", "")), attrs.get("alt", "")))

    def handle_endtag(self, tag):
        self.in_heading = self.in_heading and tag != "h1"

    def handle_data(self, data):
        self.text += data
        if self.in_heading:
            self.heading += data


def crawl(portal):
    """Every page that can be reached from the home page."""
    pages, waiting = {}, [portal + "/"]
    while waiting and len(pages) < PAGES_MAX:
        url = waiting.pop(0)
        if url in pages or not url.startswith(portal + "/"):
            continue
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                if answer.headers.get_content_type() == "text/html":
                    pages[url] = Page(url, answer.read())
                    waiting += pages[url].links
        except OSError as error:
            problems.append(f"portal: {url} cannot be read: {error}")
    return pages


def check_page(sample, page):
    text = squeeze(page.text)
    lost = [piece for piece in sample.pieces if piece not in text]
    expect(not lost, f"portal: {page.url} lacks {len(lost)} of {len(sample.pieces)} pieces of text, first: {lost[:1]}")
    expect(re.search(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}", page.text), f"portal: {page.url} shows no time of publication")
    expect(sample.fields["issuer"]["name"] in page.text, f"portal: {page.url} does not name its issuer")
    for attachment in sample.fields.get("attachments", []):
        with open(os.path.join(sample.folder, attachment["file"]), "rb") as file:
            digest = hashlib.sha256(file.read()).digest()
        urls = [url for url in [url for url, _ in page.pictures] + page.links
                if url.startswith(urllib.parse.urljoin(page.url, "/")) and not url.endswith(".html")]
        found = any(hashlib.sha256(content_of(url)).digest() == digest for url in urls)
        if attachment.get("private"):
            expect(not found, f"portal: {page.url} serves {attachment['file']}, which is private")
            continue
        expect(found, f"portal: {page.url} does not serve {attachment['file']} as it was submitted")
        if attachment.get("alt"):
            expect(any(alt == attachment["alt"] for _, alt in page.pictures), f"portal: {page.url} lacks the text of a picture")


def check_portal(samples, portal):
    pages = crawl(portal)
    found = {}
    for sample in samples:
        page = next((page for page in pages.values() if squeeze(page.heading) == squeeze(sample.title)), None)
        if expect(page, f"portal: no page reached from the home page is headed {sample.title}"):
            found[sample.fields["id"]] = page
            check_page(sample, page)
    for sample in samples:
        for relation in sample.fields.get("relations", []):
            one, other = found.get(sample.fields["id"]), found.get(relation["target"])
            if one and other:
                expect(other.url in one.links, f"portal: {one.url} does not link {other.url}")
                expect(one.url in other.links, f"portal: {other.url} does not link {one.url} back")
    for url in sorted({link for page in pages.values() for link in page.links if link.endswith(".xml")}):
        xml.etree.ElementTree.fromstring(fetch(url))
    return found


def check_receipts(samples, gulou, found):
    """What `gulou release show` says of each sample: a receipt on every channel, the portal's read back."""
    for sample in samples:
        name = sample.fields["id"]
        shown = subprocess.run([*gulou, "release", "show", name, "--json"], capture_output=True, text=True, check=False)
        if not expect(shown.returncode == 0, f"gulou release show {name}: {shown.stderr.strip()}"):
            continue
        channels = {one["channel"]: one for one in json.loads(shown.stdout)["channels"]}
        levels = {name: one.get("receipt", {}).get("level") for name, one in channels.items()}
        expect(levels == {"portal": "public", "screen": "accepted"}, f"gulou release show {name}: receipts are {levels}")
        urls = [part["url"] for part in channels.get("portal", {}).get("receipt", {}).get("parts", [])]
        page = found.get(name)
        expect(not page or page.url in urls, f"gulou release show {name}: does not name {page and page.url}")


SCREEN_KINDS = ("notice", "public_notice", "service_guide")


def check_screen(samples, screen):
    """Every sample of its kinds is shown; while an urgent one takes the screen over, that one alone."""
    programme = json.loads(fetch(screen + "/items.json"))
    shown = squeeze(json.dumps(programme["items"], ensure_ascii=False))
    for sample in samples:
        urgent = sample.fields.get("priority") == "urgent"
        if not urgent and (programme["takeover"] or sample.fields.get("kind") not in SCREEN_KINDS):
            continue
        titles = (sample.title, sample.fields.get("short_title", sample.title))
        expect(any(squeeze(title) in shown for title in titles), f"screen: {sample.title} is not among its items")


def rows_of(document):
    """The rows of a list: the document itself, or the one list in it."""
    if isinstance(document, list):
        return document
    lists = [value for value in document.values() if isinstance(value, list)]
    return lists[0] if len(lists) == 1 else []


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["count", "look", "screen"])
    for name in ("samples", "gulou", "portal", "screen"):
        parser.add_argument("--" + name)
    args = parser.parse_args()
    if args.what == "count":
        print(len(rows_of(json.load(sys.stdin))))
        return 0
    samples = read_samples(args.samples)
    check_screen(samples, args.screen)
    if args.what == "look":
        found = check_portal(samples, args.portal)
        check_receipts(samples, shlex.split(args.gulou), found)
    for sentence in problems:
        print(sentence, file=sys.stderr)
    if not problems:
        print(f"      {len(samples)} releases are where they belong")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
