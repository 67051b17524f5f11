"""ask.py [--tcp] SERVER TYPE NAME [CLASS | TYPE NAME…]: a DNS question (RFC 1035), again over TCP when truncated."""

import random
import socket
import struct
import sys

TYPES = {"A": 1, "NS": 2, "PTR": 12, "TXT": 16, "AAAA": 28, "SRV": 33}


def question(kind, name, dns_class):
    labels = b"".join(bytes((len(label),)) + label.encode() for label in name.split("."))
    header = struct.pack("!HHHHHH", random.randrange(65536), 0x0100, 1, 0, 0, 0)
    return header + labels + b"\0" + struct.pack("!HH", TYPES[kind], dns_class)


def over_tcp(server, messages):
    connection = socket.create_connection((server, 53), 3)
    connection.sendall(b"".join(struct.pack("!H", len(message)) + message for message in messages))
    stream = connection.makefile("rb")
    for _ in messages:
        stream.read(struct.unpack("!H", stream.read(2))[0])
    connection.close()


words = sys.argv[1:]
tcp = words[0] == "--tcp"
if tcp:
    words.pop(0)
server = words.pop(0)
dns_class = 3 if words[-1] == "CH" else 1
if dns_class == 3:
    words.pop()
messages = [question(kind, name, dns_class) for kind, name in zip(words[::2], words[1::2])]
if tcp:
    over_tcp(server, messages)
    sys.exit()
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.settimeout(1)
client.connect((server, 53))
for message in messages:
    client.send(message)
    if client.recv(4096)[2] & 2:
        over_tcp(server, [message])
