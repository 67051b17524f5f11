"""compose.py OUT START VLAN=FILE…: merge Ethernet captures in time order into one, as a trunk mirror port would.

Every frame gets an 802.1Q tag of its VLAN (VLAN 0: none). START (seconds since 1970) becomes the time of
the first frame; distances in time stay as recorded. A VLAN may be named twice: a port that is mirrored in
addition to its VLAN gives true duplicates.
"""

import struct
import sys


def records(path, vlan):
    with open(path, "rb") as file:
        data = file.read()
    assert data[:4] == b"\xd4\xc3\xb2\xa1" and struct.unpack_from("<I", data, 20)[0] == 1, path
    at = 24
    while at + 16 <= len(data):
        seconds, micros, length, wire = struct.unpack_from("<IIII", data, at)
        frame = data[at + 16 : at + 16 + length]
        at += 16 + length
        if vlan:
            frame = frame[:12] + struct.pack("!HH", 0x8100, vlan) + frame[12:]
            wire += 4
        yield seconds * 1_000_000 + micros, frame, wire


out, start, *inputs = sys.argv[1:]
frames = []
for order, word in enumerate(inputs):
    vlan, path = word.split("=", 1)
    frames += [(time, order, count, frame, wire) for count, (time, frame, wire) in enumerate(records(path, int(vlan)))]
frames.sort(key=lambda entry: entry[:3])
shift = int(start) * 1_000_000 - frames[0][0]
with open(out, "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
    for time, _, _, frame, wire in frames:
        seconds, micros = divmod(time + shift, 1_000_000)
        file.write(struct.pack("<IIII", seconds, micros, len(frame), wire) + frame)
