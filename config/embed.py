"""Writes a C++ header that holds files as bytes: embed.py NAME OUT.h FILE..."""
import os
import sys

name, out, files = sys.argv[1], sys.argv[2], sys.argv[3:]
os.makedirs(os.path.dirname(out), exist_ok=True)
lines = ["#pragma once", "// Generated from the source tree by config/embed.py.", "#include <array>",
         "#include <string_view>", "#include <utility>", "namespace gulou::embedded {"]
for number, path in enumerate(files):
    with open(path, "rb") as file:
        data = file.read()
    chunks = [data[i:i + 24] for i in range(0, len(data), 24)] or [b""]
    lines.append(f"inline constexpr unsigned char {name}_{number}[] = {{")
    lines += ["".join(f"0x{byte:02x}," for byte in chunk) for chunk in chunks if chunk]
    lines.append("0};")
lines.append(f"inline const std::array<std::pair<std::string_view, std::string_view>, {len(files)}> {name} = {{{{")
for number, path in enumerate(files):
    lines.append(f'    {{"{os.path.basename(path)}", {{reinterpret_cast<const char*>({name}_{number}), '
                 f"sizeof({name}_{number}) - 1}}}},")
lines += ["}};", "}  // namespace gulou::embedded", ""]
with open(out, "w", encoding="utf-8") as file:
    file.write("\n".join(lines))
