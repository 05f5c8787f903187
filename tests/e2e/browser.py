"""A real headless Chromium for a test.

    with Browser() as browser:
        page = browser.open("http://127.0.0.1:8090/", 1920, 1080)
        page.wait("document.querySelector('h1') !== null", "a title")
        page.screenshot("display")
GULOU_NODE names the folder into which `npm ci` has put what package.json names. Screenshots are kept below
GULOU_SHOTS, to be looked at.
"""
import json
import os
import pathlib
import subprocess
import tempfile

from home import READY_S, die_with_parent

SHOTS = os.environ.get("GULOU_SHOTS") or os.path.join(tempfile.gettempdir(), "gulou-shots")


class Browser:
    def __init__(self):
        script = pathlib.Path(__file__).with_name("browser.mjs")
        self.node = subprocess.Popen(["node", str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                     preexec_fn=die_with_parent)
        self.pages = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.node.stdin.close()
        try:
            self.node.wait(READY_S)
        finally:
            self.node.kill()
            self.node.wait()
            self.node.stdout.close()

    def open(self, url, width=1920, height=1080, **options):
        self.pages += 1
        self.ask("open", page=self.pages, url=url, width=width, height=height, **options)
        return Page(self, self.pages)

    def ask(self, command, **values):
        self.node.stdin.write(json.dumps({"command": command, **values}) + "\n")
        self.node.stdin.flush()
        line = self.node.stdout.readline()
        assert line, "the browser has ended"
        answer = json.loads(line)
        if "error" in answer:
            raise AssertionError(f"{command} {values}: {answer['error']}")
        return answer["value"]


class Page:
    def __init__(self, browser, number):
        self.browser, self.number = browser, number

    def ask(self, command, **values):
        return self.browser.ask(command, page=self.number, **values)

    def eval(self, code):
        return self.ask("eval", code=code)

    def wait(self, code, what, timeout_s=READY_S):
        """Until the JavaScript expression is true."""
        try:
            self.ask("wait", code=code, timeout=timeout_s * 1000)
        except AssertionError as error:
            raise AssertionError(f"not within {timeout_s} s: {what}; the page says: {self.text()[:500]}") from error

    def text(self):
        return self.eval("document.body.innerText")

    def click(self, selector):
        self.ask("click", selector=selector)

    def screenshot(self, name, full=False):
        os.makedirs(SHOTS, exist_ok=True)
        self.ask("screenshot", path=os.path.join(SHOTS, name + ".png"), full=full)

    def problems(self):
        """Errors of scripts and of the console."""
        return self.ask("problems")

    def axe(self):
        """What is not accessible."""
        return self.ask("axe")
