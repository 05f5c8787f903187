"""What `cmake --install` puts on a server is complete: programs, the drill's fakes, samples, units of systemd.

install_test.py [unittest options], with GULOU_BIN (of a build directory).
"""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from home import BIN

PROGRAMS = ["gulou", "gulou-adapter-check", "gulou-board", "gulou-broker", "gulou-feed", "gulou-portal", "gulou-screen",
            "gulou-wechat", "gulou-weibo"]
DRILL_S = 120


class InstallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.mkdtemp(prefix="gulou-e2e-install.")
        subprocess.run(["cmake", "--install", os.path.dirname(BIN), "--prefix", cls.place], check=True, capture_output=True)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.place)

    def test_the_programs_are_there_and_nothing_of_the_tests(self):
        self.assertEqual(PROGRAMS, sorted(os.listdir(os.path.join(self.place, "bin"))))
        for sample in ["adapters/wechat.toml", "samples/reply.md", "kinds/notice.md"]:
            self.assertTrue(os.path.isfile(os.path.join(self.place, "share/gulou", sample)), sample)

    def test_the_drill_brings_its_platforms(self):
        home = os.path.join(self.place, "tmp")
        os.mkdir(home)
        walk = subprocess.run([os.path.join(self.place, "bin/gulou"), "--lang", "en", "drill", "--yes"], capture_output=True,
                              text=True, timeout=DRILL_S, env={**os.environ, "TMPDIR": home, "HOME": home})
        self.assertEqual(0, walk.returncode, walk.stdout + walk.stderr)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd here")
    def test_systemd_understands_its_units(self):
        units = os.path.join(self.place, "lib/systemd/system")
        for name in sorted(os.listdir(units)):
            with open(os.path.join(units, name), encoding="utf-8") as file:
                text = file.read()
            programs = re.findall(r"ExecStart=/usr/local/bin/(\S+)", text)
            self.assertEqual(1, len(programs), name)
            instance = name.replace("@", "@portal")
            self.assertIn(programs[0].replace("%i", "portal"), PROGRAMS)
            path = os.path.join(self.place, instance)
            with open(path, "w", encoding="utf-8") as file:
                # Whoever runs the tests need not have the account, nor anything in /usr/local.
                file.write(text.replace("/usr/local/bin", os.path.join(self.place, "bin")).replace("User=gulou", "User=root"))
            checked = subprocess.run(["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True)
            said = [line for line in checked.stderr.splitlines() if instance in line]
            self.assertEqual(([], 0), (said, checked.returncode), checked.stderr)


if __name__ == "__main__":
    unittest.main()
