"""The base of the fakes does what it says: each fault, the clock, the counters, the ledger."""
import http.client
import subprocess
import sys
import time
import unittest

from process import HERE, Platform


class FakeTest(unittest.TestCase):
    def setUp(self):
        self.fake = Platform("echo", "--latency-ms", "20")
        self.addCleanup(self.fake.close)

    def post(self, text="hello", timeout=10):
        connection = http.client.HTTPConnection("127.0.0.1", self.fake.port, timeout=timeout)
        try:
            connection.request("POST", "/echo", text)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def assert_fault(self, name, wrong, kept):
        """With this fault a call ends in `wrong`, and is kept or not."""
        before = len(self.fake.ledger())
        self.fake.faults(**{name: 1})
        if isinstance(wrong, int):
            self.assertEqual(wrong, self.post()[0])
        else:
            with self.assertRaises(wrong):
                self.post(timeout=0.3)
        self.assertEqual(before + kept, len(self.fake.ledger("posted")), name)
        self.assertEqual(1, self.fake.state()["faults"][name])
        self.fake.calm()
        self.assertEqual((200, "hello"), self.post(), "healthy again")

    def test_each_fault_breaks_what_it_names_and_nothing_else(self):
        self.assert_fault("close_before_read", OSError, kept=0)
        self.assert_fault("close_after_read", OSError, kept=0)
        self.assert_fault("error_5xx", 503, kept=0)
        self.assert_fault("too_many", 429, kept=0)
        self.assert_fault("close_after_commit", OSError, kept=1)
        self.assert_fault("lose_answer", TimeoutError, kept=1)
        self.assert_fault("wrong_length", (http.client.IncompleteRead, OSError), kept=1)
        self.assert_fault("latency", 200, kept=1)
        self.assert_fault("slow_drip", 200, kept=1)

    def test_a_platform_has_faults_of_its_own(self):
        self.fake.faults(shout=1)
        self.assertEqual((200, "HELLO"), self.post())

    def test_a_counter_starts_anew_on_the_next_day_of_a_fast_clock(self):
        self.assertEqual([200] * 40 + [429], [self.post()[0] for _ in range(41)])
        first = self.fake.state()["day"]
        self.fake.clock(speed=86_400)  # a day each second
        deadline = time.monotonic() + 20
        while self.fake.state()["day"] == first and time.monotonic() < deadline:
            pass
        self.assertEqual(200, self.post()[0])
        self.assertEqual(41, self.fake.state()["quotas"][first]["echo"])

    def test_one_seed_draws_the_same_faults_again(self):
        def drawn():
            with Platform("echo", seed=5, error_5xx=0.5) as fake:
                self.fake, kept = fake, self.fake
                try:
                    return [self.post()[0] for _ in range(30)]
                finally:
                    self.fake = kept
        self.assertEqual(drawn(), drawn())

    def test_an_unknown_fault_is_refused_by_name(self):
        done = subprocess.run([sys.executable, "-B", HERE + "/echo", "--fault", "lost_answer=1"], capture_output=True,
                              text=True, check=False)
        self.assertEqual(2, done.returncode)
        self.assertIn("no fault lost_answer", done.stderr)


if __name__ == "__main__":
    unittest.main()
