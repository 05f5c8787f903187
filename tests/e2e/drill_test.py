"""gulou drill: the walk of a new clerk, by itself and step by step, in both languages; nothing is left of it, whoever ends it.

drill_test.py [unittest options], with GULOU_BIN.
"""
import glob
import os
import pty
import re
import signal
import subprocess
import tempfile
import unittest

from home import BIN, READY_S, die_with_parent, wait_for

FAKES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fakes")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def programs_in(place):
    """Command lines that name this directory."""
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                line = file.read().decode(errors="replace").replace("\0", " ")
        except OSError:
            continue
        if place in line:
            found.append(line)
    return found


class DrillTest(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.mkdtemp(prefix="gulou-e2e-drill.")
        self.environment = {**os.environ, "TMPDIR": self.place, "HOME": self.place}

    def tearDown(self):
        self.assertEqual([], os.listdir(self.place), "something is left")
        self.assertEqual([], programs_in(self.place), "a program is left")
        os.rmdir(self.place)

    def command(self, *arguments, fakes=FAKES):
        return [os.path.join(BIN, "gulou"), *arguments, "drill", *(["--fakes", fakes] if fakes else [])]

    def run_drill(self, *arguments, **options):
        return subprocess.run(self.command(*arguments, **options), capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
                              env=self.environment, timeout=2 * READY_S)

    def test_goes_through_by_itself(self):
        done = subprocess.run([*self.command("--lang", "zh"), "--yes"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
                              env=self.environment, timeout=2 * READY_S)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        said = done.stdout
        steps = [said.index(f"【第 {number} 步，共 4 步】") for number in range(1, 5)]
        published, token, portal, withdrawal = (said[at:end] for at, end in zip(steps, steps[1:] + [len(said)]))
        self.assertIn("wechat: 已发布 · 已公开可见", published)
        self.assertIn("! 渠道“wechat”需重新授权", token)
        self.assertIn("$ gulou channel resume wechat --reason 已停用另一程序", token)
        self.assertIn("wechat: 已发布 · 已公开可见", token[token.index("channel resume"):])
        self.assertIn("等待放行  #3", portal)
        self.assertIn("渠道“portal”没有对接程序连接", portal)
        self.assertIn("wechat: 已发布 · 已公开可见", portal)
        self.assertIn("已落实 3 / 3", withdrawal)
        self.assertIn("一切正常", withdrawal)

    def test_a_signal_at_a_question_ends_it_and_everything_it_started(self):
        terminal, line = pty.openpty()
        with tempfile.NamedTemporaryFile() as output:
            drill = subprocess.Popen(self.command("--lang", "en"), stdin=line, stdout=output, stderr=output, env=self.environment,
                                     preexec_fn=die_with_parent, start_new_session=True)
            os.close(line)

            def said():
                with open(output.name, encoding="utf-8") as file:  # not at the place where the drill writes
                    return file.read()
            wait_for(lambda: "Enter goes on" in said(), "the first question")
            self.assertIn("gulou-broker", " ".join(programs_in(self.place)))
            os.write(terminal, b"\n")
            wait_for(lambda: "$ gulou release show" in said(), "the second question")
            drill.send_signal(signal.SIGINT)
            self.assertEqual(1, drill.wait(READY_S))
            os.close(terminal)
            text = said()
        self.assertIn("The drill was interrupted", text)
        self.assertNotIn("drill_", text, "a sentence without words")
        walked = text.split("$ gulou publish")[0]
        self.assertFalse(CHINESE.search(walked), walked)

    def test_what_it_needs_is_named(self):
        alone = self.run_drill("--lang", "zh")
        self.assertEqual((2, "演练要在终端里逐步进行；自动走完请加 --yes\n"), (alone.returncode, alone.stderr))
        missing = subprocess.run([*self.command("--lang", "zh", fakes="/nowhere"), "--yes"], capture_output=True, text=True, check=False,
                                 env=self.environment)
        self.assertEqual(1, missing.returncode)
        self.assertIn("--fakes", missing.stderr)


if __name__ == "__main__":
    unittest.main()
