"""check.py [--fill] [FOLDER…]: ask tshark whether the README tables of captures/ are true.

A row of such a table is `| capture | what happens | tshark display filter | frames |`. The filter may begin with
tshark's `-d` (decode as), for protocols on ports that tshark does not expect. An empty first cell means: the
capture of the row above. Also: every capture has a row, every row a capture, no capture is longer than 1 MB, and the hospital's answer key is true.
`--fill` writes the number where the table says `?`.
"""

import json
import pathlib
import re
import shlex
import subprocess
import sys

CAPTURES = pathlib.Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\|\s*(?:`([^`]+\.pcap(?:ng)?)`)?\s*\|\s*(.*?)\s*\|\s*`(.+)`\s*\|\s*(\?|\d+)\s*\|$")


def frames(capture, words):
    options, display = [], words
    while display.startswith("-d "):
        _, rule, display = (display + " ").split(" ", 2)
        options += ["-d", rule]
    command = ["tshark", "-r", str(capture), *options, "-Y", display.strip().replace("\\|", "|")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        return f"error: {result.stderr.strip().splitlines()[-1]} in {shlex.join(command)}"
    return len(result.stdout.splitlines())


def check(folder, fill):
    readme = folder / "README.md"
    problems, listed, capture, lines = [], set(), None, []
    for line in readme.read_text(encoding="utf-8").splitlines():
        if found := ROW.match(line):
            capture = found[1] or capture
            listed.add(capture)
            seen = frames(folder / capture, found[3])
            if found[4] == "?" and fill:
                line = line[: -len("? |")] + f"{seen} |"
                print(f"{folder.name}/{capture}: {found[3]} = {seen}")
            elif str(seen) != found[4]:
                problems.append(f"{capture}: `{found[3]}` gives {seen}, the table says {found[4]}")
        elif line.startswith("|") and ".pcap`" in line:
            problems.append(f"cannot read this row: {line}")
        lines.append(line)
    if fill:
        readme.write_text("\n".join(lines) + "\n", encoding="utf-8")
    present = {path.name for path in folder.glob("*.pcap*")}
    problems += [f"{name}: not in the table" for name in sorted(present - listed)]
    problems += [f"{path.name}: longer than 1 MB" for path in folder.glob("*.pcap*") if path.stat().st_size > 1_000_000]
    return [f"{folder.name}/{problem}" for problem in problems]


def check_plan(folder):
    """Every device of the hospital's answer key sends from its MAC and IP address in its VLAN."""
    plan = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    fields = ["-e", "eth.src", "-e", "vlan.id", "-e", "ip.src", "-e", "arp.src.proto_ipv4"]
    command = ["tshark", "-r", str(folder / plan["capture"]), "-T", "fields", *fields]
    rows = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    seen = set()
    for row in rows:
        mac, vlan, ip, arp = row.split("\t")
        seen.add((mac, vlan, (ip or arp).split(",")[0]))
    wanted = {device["name"]: (device["mac"], str(device["vlan"]), device["ip"]) for device in plan["devices"]}
    return [f"{folder.name}: {name} is not in the capture" for name, key in wanted.items() if key not in seen]


words = sys.argv[1:]
fill = "--fill" in words
chosen = [CAPTURES / word for word in words if word != "--fill"]
folders = chosen or sorted({path.parent for path in CAPTURES.glob("*/*.pcap*")})
problems = [problem for folder in folders for problem in check(folder, fill)]
for folder in folders:
    if (folder / "answers.json").exists():
        problems += check_plan(folder)
print("\n".join(problems) or f"{len(folders)} folders: tshark agrees with every row")
sys.exit(bool(problems))
