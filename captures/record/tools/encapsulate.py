"""encapsulate.py KIND IN OUT: wrap every frame of an Ethernet capture. SYNTHETIC encapsulation of a recorded conversation.

The conversation inside is untouched, so whoever decapsulates must find in OUT exactly what is in IN.
Each function names its specification.
"""

import struct
import sys

from pcapfile import ETHERNET, LOOP, NULL, PPP, ipv4, read, udp, write

OUTER = bytes.fromhex("020000000002020000000001")  # locally administered: the ends of the tunnels


def outer(ethertype, payload):
    return OUTER + struct.pack("!H", ethertype) + payload


def ip_only(wrap):
    """Tunnels that carry IP but no Ethernet: ARP frames do not travel through them."""
    return lambda frame: wrap(frame[14:]) if frame[12:14] in (b"\x08\x00", b"\x86\xdd") else None


def vlan(frame):  # IEEE 802.1Q §9.6
    return frame[:12] + struct.pack("!HH", 0x8100, 0x6000 | 10) + frame[12:]


def priority(frame):  # VLAN identifier 0: a priority tag only
    return frame[:12] + struct.pack("!HH", 0x8100, 0xA000) + frame[12:]


def qinq(frame):  # IEEE 802.1ad
    return frame[:12] + struct.pack("!HHHH", 0x88A8, 100, 0x8100, 10) + frame[12:]


def qinq_8100(frame):  # two C-tags, as many switches do
    return frame[:12] + struct.pack("!HHHH", 0x8100, 100, 0x8100, 10) + frame[12:]


def snap(frame):  # IEEE 802.3 with LLC/SNAP, RFC 1042
    return frame[:12] + struct.pack("!H", len(frame) - 14 + 8) + b"\xaa\xaa\x03\0\0\0" + frame[12:]


def mpls(packet):  # RFC 3032 §2.1: two labels
    return outer(0x8847, struct.pack("!II", 100 << 12 | 64, 200 << 12 | 0x100 | 64) + packet)


def mpls_ethernet(frame):  # RFC 4448 §4.6: pseudowire with control word
    return outer(0x8847, struct.pack("!II", 300 << 12 | 0x100 | 64, 0) + frame)


def pppoe(packet):  # RFC 2516 §4
    protocol = 0x0057 if packet[0] >> 4 == 6 else 0x0021
    return outer(0x8864, struct.pack("!BBHHH", 0x11, 0, 1, len(packet) + 2, protocol) + packet)


def gre(packet):  # RFC 2784 §2
    return outer(0x0800, ipv4(47, struct.pack("!HH", 0, 0x86DD if packet[0] >> 4 == 6 else 0x0800) + packet))


def gre_ethernet(frame):  # RFC 7637 §3.2 uses the same protocol type
    return outer(0x0800, ipv4(47, struct.pack("!HH", 0, 0x6558) + frame))


def gre_all_fields(packet):  # RFC 2890 §2: checksum, key and sequence number present
    return outer(0x0800, ipv4(47, struct.pack("!HHHHII", 0xB000, 0x0800, 0, 0, 4711, 1) + packet))


def erspan1(frame):  # draft-foschiano-erspan §4.1: no ERSPAN header
    return outer(0x0800, ipv4(47, struct.pack("!HH", 0, 0x88BE) + frame))


def erspan2(frame):  # draft-foschiano-erspan §4.2
    header = struct.pack("!HHI", 0x1000, 0x88BE, 7) + struct.pack("!HHI", 1 << 12 | 10, 3 << 11 | 5, 0x42)
    return outer(0x0800, ipv4(47, header + frame))


def erspan3(frame):  # draft-foschiano-erspan §4.3
    header = struct.pack("!HHI", 0x1000, 0x22EB, 7) + struct.pack("!HHIHH", 2 << 12 | 10, 5, 123456, 0, 0)
    return outer(0x0800, ipv4(47, header + frame))


def erspan3_platform(frame):  # the same with the optional platform sub-header (O bit)
    header = struct.pack("!HHI", 0x1000, 0x22EB, 7) + struct.pack("!HHIHH", 2 << 12 | 10, 5, 123456, 0, 1)
    return outer(0x0800, ipv4(47, header + struct.pack("!II", 5 << 26, 0) + frame))


def geneve(frame):  # RFC 8926 §3.4, with one option
    header = struct.pack("!BBHI", 2, 0, 0x6558, 5000 << 8) + struct.pack("!HBBI", 0x0104, 0x80, 1, 0xCAFE)
    return outer(0x0800, ipv4(17, udp(49999, 6081, header + frame)))


def vxlan_in_vlan(frame):  # RFC 7348 §5 around a tagged frame, inside a tag
    header = struct.pack("!II", 0x08000000, 5001 << 8)
    return vlan(outer(0x0800, ipv4(17, udp(49999, 4789, header + vlan(frame)))))


def ipip(packet):  # RFC 2003 §3.1, RFC 4213 §3.5
    return outer(0x0800, ipv4(41 if packet[0] >> 4 == 6 else 4, packet))


def ip4_in_6(packet):  # RFC 2473 §3
    ends = bytes.fromhex("20010db8000000000000000000000001" "20010db8000000000000000000000002")
    return outer(0x86DD, struct.pack("!IHBB", 6 << 28, len(packet), 4, 64) + ends + packet)


def ip6_extension_headers(packet):  # RFC 8200 §4: hop-by-hop and destination options before the payload
    hop = struct.pack("!BB", 60, 0) + b"\x01\x04\0\0\0\0"
    destination = struct.pack("!BB", packet[6], 0) + b"\x01\x04\0\0\0\0"
    length = struct.unpack("!H", packet[4:6])[0] + 16
    return outer(0x86DD, packet[:4] + struct.pack("!HB", length, 0) + packet[7:40] + hop + destination + packet[40:])


def gtp(packet):  # 3GPP TS 29.281 §5.1
    return outer(0x0800, ipv4(17, udp(2152, 2152, struct.pack("!BBHI", 0x30, 255, len(packet), 0xABCD) + packet)))


def gtp_extension(packet):  # with sequence number and a PDU session container extension header
    optional = struct.pack("!HBB", 1, 0, 0x85) + b"\x01\x00\x09\x00"
    header = struct.pack("!BBHI", 0x36, 255, len(packet) + len(optional), 0xABCD)
    return outer(0x0800, ipv4(17, udp(2152, 2152, header + optional + packet)))


def null(packet):  # BSD loopback: host byte order, here little-endian
    return struct.pack("<I", 30 if packet[0] >> 4 == 6 else 2) + packet


def loop(packet):  # OpenBSD loopback: network byte order
    return struct.pack(">I", 24 if packet[0] >> 4 == 6 else 2) + packet


def ppp(packet):  # RFC 1662 §3.1: address, control, protocol
    return struct.pack("!BBH", 0xFF, 3, 0x0057 if packet[0] >> 4 == 6 else 0x0021) + packet


def too_deep(packet):  # sixteen times IP in IP: deeper than any network, shallow enough for one frame
    for _ in range(16):
        packet = ipv4(4, packet)
    return outer(0x0800, packet)


KINDS = {
    "vlan": vlan,
    "vlan-priority-tag": priority,
    "qinq-802.1ad": qinq,
    "qinq-two-8100": qinq_8100,
    "llc-snap": snap,
    "mpls": ip_only(mpls),
    "mpls-ethernet-pseudowire": mpls_ethernet,
    "pppoe": ip_only(pppoe),
    "gre": ip_only(gre),
    "gre-ethernet": gre_ethernet,
    "gre-checksum-key-sequence": ip_only(gre_all_fields),
    "erspan-1": erspan1,
    "erspan-2": erspan2,
    "erspan-3": erspan3,
    "erspan-3-platform-subheader": erspan3_platform,
    "geneve": geneve,
    "vlan-in-vxlan-in-vlan": vxlan_in_vlan,
    "ip-in-ip": ip_only(ipip),
    "ip4-in-ip6": ip_only(ip4_in_6),
    "ip6-in-ip4": ip_only(ipip),
    "ip6-extension-headers": ip_only(ip6_extension_headers),
    "gtp-u": ip_only(gtp),
    "gtp-u-extension-header": ip_only(gtp_extension),
    "null": ip_only(null),
    "loop": ip_only(loop),
    "ppp": ip_only(ppp),
    "ip-in-ip-16-deep": ip_only(too_deep),
}
LINKS = {"null": NULL, "loop": LOOP, "ppp": PPP}

kind, source, target = sys.argv[1:]
wrapped = [(time, KINDS[kind](frame)) for time, frame in read(source)]
write(target, [(time, frame) for time, frame in wrapped if frame], LINKS.get(kind, ETHERNET))
