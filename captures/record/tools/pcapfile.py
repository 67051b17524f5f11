"""Reading and writing little-endian microsecond pcap, and the checksums of the Internet protocols."""

import struct

ETHERNET, NULL, LOOP, PPP = 1, 0, 108, 9


def read(path):
    """[(microseconds, frame)] of an Ethernet capture."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:4] == b"\xd4\xc3\xb2\xa1" and struct.unpack_from("<I", data, 20)[0] == ETHERNET, path
    frames, at = [], 24
    while at + 16 <= len(data):
        seconds, micros, length, _ = struct.unpack_from("<IIII", data, at)
        frames.append((seconds * 1_000_000 + micros, data[at + 16 : at + 16 + length]))
        at += 16 + length
    return frames


def write(path, frames, link=ETHERNET):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link))
        for time, frame in frames:
            file.write(struct.pack("<IIII", *divmod(time, 1_000_000), len(frame), len(frame)) + frame)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4(protocol, payload, source=b"\xc0\x00\x02\xfd", target=b"\xc0\x00\x02\xfe", identification=1, flags=0x4000):
    """An IPv4 packet, by default from 192.0.2.253 to 192.0.2.254 (the ends of the tunnels)."""
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), identification, flags, 64, protocol, 0) + source + target
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + payload


def udp(source, target, payload):
    """A UDP datagram without checksum, as RFC 7348 §5 asks of tunnels."""
    return struct.pack("!HHHH", source, target, 8 + len(payload), 0) + payload
