"""The canary of tidy: a clean small tree passes, and each way of spoiling it is found."""
import os
import tempfile
import unittest

import tidy

HEADER = "// Box holds a number.\n// Any thread.\n#pragma once\n\n"
CLEAN = {
    "common/base/box.h": HEADER + "#include <string>\n",
    "common/base/README.md": "# common/base\n\n`box.h`\n",
    "common/model/noun.cc": '#include "common/base/box.h"\n\n// Comments may say mutex, double or time.\n',
    "common/model/README.md": "# common/model\n\n`noun.cc`\n",
    "broker/core/core.cc": '#include "common/model/noun.h"\n\nint one() {\n  return 1;\n}\n',
    "adapters/feed/packet.cc": "int packet;  // 稿件包\n",
    "adapters/feed/README.md": "# adapters/feed\n\n`packet.cc`\n",
    "broker/core/README.md": "# broker/core\n\n`core.cc`\n",
    "tests/unit/broker/core/core_test.cc": "#include <gtest/gtest.h>\n\n#include \"broker/core/core.h\"\n",
}
ODD = "TO" + "DO"
SPOILED = [
    # file, content (None: the file goes), words of the sentence that must come
    ("common/base/up.h", HEADER + '#include "common/model/noun.h"\n', "common/base may not include"),
    ("broker/core/core.cc", '#include "common/base/log.h"\n', "broker/core may not include"),
    ("broker/core/core.cc", '#include "core.h"\n', "from the repository root"),
    ("broker/core/core.cc", '#include "broker/journal/journal.h"\n', "broker/core may not include"),
    ("common/attic/box.cc", "int box;\n", "stands in no room"),
    ("broker/core/core.cc", "#include <unistd.h>\n", "broker/core may not include <unistd.h>"),
    ("common/model/noun.cc", "#include <rocksdb/db.h>\n", "is opened by"),
    ("common/model/noun.cc", "#include <surprise/surprise.h>\n", "has no door"),
    ("broker/core/core.cc", "#include <chrono>\n", "clocks"),
    ("broker/core/core.cc", "#include <random>\n", "random numbers"),
    ("broker/core/core.cc", "#include <thread>\n", "threads"),
    ("broker/core/core.cc", "#include <fstream>\n", "files and streams"),
    ("broker/core/core.cc", "double share = 0;\n", "floating point"),
    ("broker/core/core.cc", "std::unordered_map<int, int> all;\n", "unordered containers"),
    ("broker/core/core.cc", "auto* b = dynamic_cast<B*>(a);\n", "dynamic types"),
    ("broker/core/core.cc", "std::map<const Release*, int> all;\n", "pointers as keys"),
    ("common/model/noun.cc", "std::mutex mutex_;\n", "a mutex"),
    ("tests/unit/broker/core/core_test.cc", "void wait() { std::this_thread::sleep_for(1s); }\n", "sleeping"),
    ("common/model/noun.cc", "using namespace std;\n", "using namespace"),
    ("common/model/noun.cc", "Two f() {\n  return Two{1,\n             TRY(g(h()))};\n}\n", "TRY between braces"),
    ("common/model/noun.cc", "int a;\n" * 601, "601 lines, at most 600"),
    ("common/model/noun.cc", "int f() {\n" + "  g();\n" * 60 + "}\n", "62 lines of function"),
    ("common/base/box.h", "#pragma once\n", "belongs on top"),
    ("common/base/box.h", "// Box.\n// Any thread.\n", "#pragma once"),
    ("common/base/README.md", None, "missing"),
    ("common/base/README.md", "# common/base\n\n`boxes.h`\n", "does not name box"),
    ("common/model/noun.cc", f"// {ODD}: later\n", "without an issue"),
    ("common/model/noun.cc", "\tint a;\n", "a tab"),
    ("common/model/noun.cc", "int a; \n", "a trailing blank"),
    ("common/model/noun.cc", "int a;", "one newline"),
    ("config/where.toml", 'home = "/' + 'home/someone/gulou"\n', "a path of one machine"),
    ("config/picture.png", "x" * (1024 * 1024 + 1), "bytes, at most"),
    ("adapters/feed/packet.cc", 'auto name = "稿件";\n', "comes from common/text"),
    ("docs/page.md", "# Page\n", "no place at the top level"),
    ("tests/unit/broker/attic/box_test.cc", "int box;\n", "mirrors no room"),
]


def sentences(files):
    with tempfile.TemporaryDirectory() as root:
        for path, content in files.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(content)
        return [f"{path}: {sentence}" for path, _, sentence in tidy.violations(root)]


class TidyTest(unittest.TestCase):
    def test_a_clean_tree_passes(self):
        self.assertEqual(sentences(CLEAN), [])

    def test_every_violation_is_found(self):
        for path, content, words in SPOILED:
            with self.subTest(words=words, path=path):
                files = {**CLEAN, path: content}
                found = sentences({name: text for name, text in files.items() if text is not None})
                place = path.split("/")[0]
                self.assertTrue(any(words in line and line.startswith(place) for line in found), found)

    def test_an_open_end_with_an_issue_is_allowed(self):
        files = {**CLEAN, "common/model/noun.cc": f"// {ODD}(#12): what issue 12 does\n"}
        self.assertEqual(sentences(files), [])


if __name__ == "__main__":
    unittest.main()
