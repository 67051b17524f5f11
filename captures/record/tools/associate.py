"""associate.py ADDRESS PORT CALLING CALLED UID VERSION [ABSTRACT-SYNTAX…]: a DICOM association and a C-ECHO.

DCMTK always says that it is DCMTK. This small caller (DICOM PS3.8 §9.3, PS3.7 §9.3.5) says what a modality
would say: its implementation class UID and version name, and private SOP classes. The peer is a real storescp.
"""

import socket
import struct
import sys

VERIFICATION = "1.2.840.10008.1.1"
IMPLICIT = "1.2.840.10008.1.2"


def item(kind, value):
    return struct.pack("!BBH", kind, 0, len(value)) + value


def uid_item(kind, uid):
    return item(kind, uid.encode())


def element(group, number, value):
    value += b"\0" * (len(value) % 2)
    return struct.pack("<HHI", group, number, len(value)) + value


def pdu(kind, value):
    return struct.pack("!BBI", kind, 0, len(value)) + value


def request(calling, called, uid, version, syntaxes):
    fixed = struct.pack("!HH16s16s32x", 1, 0, called.ljust(16).encode(), calling.ljust(16).encode())
    contexts = b""
    for number, syntax in enumerate(syntaxes):
        contexts += item(0x20, bytes((2 * number + 1, 0, 0, 0)) + uid_item(0x30, syntax) + uid_item(0x40, IMPLICIT))
    user = item(0x51, struct.pack("!I", 16384)) + uid_item(0x52, uid) + uid_item(0x55, version)
    return pdu(1, fixed + uid_item(0x10, "1.2.840.10008.3.1.1.1") + contexts + item(0x50, user))


def echo():
    body = element(0, 0x0002, VERIFICATION.encode()) + element(0, 0x0100, b"\x30\x00")
    body += element(0, 0x0110, b"\x01\x00") + element(0, 0x0800, b"\x01\x01")
    command = element(0, 0x0000, struct.pack("<I", len(body))) + body
    return pdu(4, struct.pack("!IBB", len(command) + 2, 1, 3) + command)


def receive(stream):
    kind, _, length = struct.unpack("!BBI", stream.read(6))
    stream.read(length)
    return kind


address, port, calling, called, uid, version, *extra = sys.argv[1:]
connection = socket.create_connection((address, int(port)), 5)
stream = connection.makefile("rb")
connection.sendall(request(calling, called, uid, version, [VERIFICATION, *extra]))
if receive(stream) == 2:
    connection.sendall(echo())
    receive(stream)
    connection.sendall(pdu(5, bytes(4)))
    receive(stream)
connection.close()
