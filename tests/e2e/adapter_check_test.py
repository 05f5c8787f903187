"""`gulou adapter check`: the Python adapter of adapters/README.md keeps the protocol, and what is broken in one is named."""
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
BOARD = os.path.join(HERE, "board_adapter.py")
GULOU = os.path.join(os.environ.get("GULOU_BIN", ""), "gulou")
# Mistakes that authors make, as they would stand in the adapter.
MISTAKES = {
    "does not wait": "Adapter.progress = lambda self, delivery, platform_id, part=0: self.send('PROGRESS', "
                     "{'lease': delivery['lease'], 'seq': delivery['seq'], 'platform_id': platform_id})",
    "posts again": "Board.find = lambda self, name: None\n"
                   "Board.path = lambda self, name: os.path.join(self.directory, str(time.time_ns()) + '.json')",
    "keeps what is withdrawn": "os.remove = lambda path: None",
}
HEAD = f"import os, sys, time\nsys.path.insert(0, {HERE!r})\nimport board_adapter\nfrom board_adapter import Adapter, Board\n"


class AdapterCheckTest(unittest.TestCase):
    def check(self, program, *words):
        with tempfile.TemporaryDirectory() as board:
            look = f"sed -nE 's/^.\"id\": \"([^\"]*)\", \"revision\": ([0-9]+).*$/\\1 \\2/p' {board}/*.json 2>&1; true"
            return subprocess.run([GULOU, *words, "adapter", "check", "--seconds", "60", "--look", look,
                                   "--", sys.executable, "-B", program, board], capture_output=True, text=True, check=False, timeout=200)

    def mistaken(self, *names):
        with tempfile.NamedTemporaryFile("w", suffix=".py", encoding="utf-8") as file:
            file.write("\n".join([HEAD, *(MISTAKES[name] for name in names)]) + "\nboard_adapter.main()\n")
            file.flush()
            return self.check(file.name, "--lang", "en")

    def test_the_example_keeps_every_rule(self):
        done = self.check(BOARD)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        self.assertEqual(13, done.stdout.count("✓"), done.stdout)
        self.assertIn("符合协议", done.stdout)

    def test_who_does_not_wait_and_keeps_what_is_withdrawn_is_named(self):
        done = self.mistaken("does not wait", "keeps what is withdrawn")
        self.assertEqual(1, done.returncode, done.stdout)
        self.assertIn("✗ Before a step that cannot be undone it says PROGRESS and waits for PROGRESS_OK", done.stdout)
        self.assertIn("without waiting for PROGRESS_OK", done.stdout)
        self.assertIn("✗ What is withdrawn is gone", done.stdout)

    def test_who_posts_twice_is_named(self):
        done = self.mistaken("posts again")
        self.assertEqual(1, done.returncode, done.stdout)
        self.assertIn("✗ The same delivery again (maybe_published) leaves one copy on the channel", done.stdout)

    def test_a_program_that_does_not_speak_is_named_at_once(self):
        done = subprocess.run([GULOU, "--lang", "en", "adapter", "check", "--seconds", "1", "--", "true"], capture_output=True, text=True,
                              check=False, timeout=60)
        self.assertEqual(1, done.returncode)
        self.assertIn("No HELLO came", done.stdout)


if __name__ == "__main__":
    unittest.main()
