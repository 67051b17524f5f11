"""probe.py SOURCE TARGET… -- PORT…: half-open SYN probes, slowly, shaped like a port scanner's (MSS only, small window).

The kernel, which knows nothing of these connections, answers a SYN-ACK with a reset: as it does for any half-open scan.
"""

import random
import socket
import struct
import sys
import time


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


words = sys.argv[1:]
split = words.index("--")
source, targets, ports = words[0], words[1:split], [int(word) for word in words[split + 1 :]]
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
raw.bind((source, 0))
own = random.randrange(40000, 60000)
for target in targets:
    for port in ports:
        segment = struct.pack("!HHIIBBHHHBBH", own, port, random.getrandbits(32), 0, 0x60, 0x02, 1024, 0, 0, 2, 4, 1460)
        pseudo = socket.inet_aton(source) + socket.inet_aton(target) + struct.pack("!BBH", 0, 6, len(segment))
        segment = segment[:16] + struct.pack("!H", checksum(pseudo + segment)) + segment[18:]
        raw.sendto(segment, (target, 0))
        time.sleep(0.05)
