"""disturb.py KIND IN OUT: what networks and mirrors do to segments and fragments. SYNTHETIC disturbance of a recorded conversation.

Unless the name says that data is missing or contradicts itself, a reassembler must find in OUT what is in IN.
"""

import struct
import sys

from pcapfile import checksum, ipv4, read, write


class Segment:
    """A TCP segment of an IPv4 Ethernet frame without IP options."""

    def __init__(self, time, frame):
        self.time, self.frame = time, frame
        self.header = 34 + (frame[46] >> 4) * 4
        self.end = 14 + struct.unpack_from("!H", frame, 16)[0]

    @staticmethod
    def holds(frame):
        return frame[12:14] == b"\x08\x00" and frame[23] == 6

    @property
    def payload(self):
        return self.frame[self.header : self.end]

    @property
    def sequence(self):
        return struct.unpack_from("!I", self.frame, 38)[0]

    @property
    def client(self):
        return struct.unpack_from("!H", self.frame, 34)[0] > struct.unpack_from("!H", self.frame, 36)[0]

    @property
    def flags(self):
        return self.frame[47]

    def altered(self, time=None, sequence=None, acknowledgement=None, payload=None):
        frame = bytearray(self.frame[: self.header] + (self.payload if payload is None else payload))
        if sequence is not None:
            struct.pack_into("!I", frame, 38, sequence & 0xFFFFFFFF)
        if acknowledgement is not None:
            struct.pack_into("!I", frame, 42, acknowledgement & 0xFFFFFFFF)
        struct.pack_into("!H", frame, 16, len(frame) - 14)
        struct.pack_into("!H", frame, 24, 0)
        struct.pack_into("!H", frame, 24, checksum(bytes(frame[14:34])))
        struct.pack_into("!H", frame, 50, 0)
        pseudo = bytes(frame[26:34]) + struct.pack("!BBH", 0, 6, len(frame) - 34)
        struct.pack_into("!H", frame, 50, checksum(pseudo + bytes(frame[34:])))
        return Segment(self.time if time is None else time, bytes(frame))


def client_data(segments):
    return [place for place, one in enumerate(segments) if one.client and one.payload]


def out_of_order(segments):  # every pair of the client's data segments arrives the wrong way round
    data = client_data(segments)
    for first, second in zip(data[::2], data[1::2]):
        a, b = segments[first], segments[second]
        segments[first], segments[second] = b.altered(time=a.time), a.altered(time=b.time)
    return segments


def reversed_order(segments):  # all of them backwards
    data = client_data(segments)
    times = [segments[place].time for place in data]
    mirrored = [segments[place] for place in reversed(data)]
    for place, time, one in zip(data, times, mirrored):
        segments[place] = one.altered(time=time)
    return segments


def retransmitted(segments):  # each data segment twice, the copy 30 ms later
    copies = [one.altered(time=one.time + 30_000) for one in segments if one.payload]
    return sorted(segments + copies, key=lambda one: one.time)


def overlapping(segments):  # each segment also brings the last ten bytes of the one before
    data = client_data(segments)
    previous = None
    for place in data:
        one = segments[place]
        if previous is not None:
            tail = previous[-10:]
            segments[place] = one.altered(sequence=one.sequence - len(tail), payload=tail + one.payload)
        previous = one.payload
    return segments


def contradicting(segments):  # a copy of the first data segment with other bytes comes after it
    place = client_data(segments)[0]
    one = segments[place]
    other = one.altered(time=one.time + 5, payload=one.payload[:1] + b"X" * (len(one.payload) - 1))
    return segments[: place + 1] + [other] + segments[place + 1 :]


def gap(segments):  # one data segment in the middle never reached the mirror
    data = client_data(segments)
    lost = data[len(data) // 2]
    return [one for place, one in enumerate(segments) if place != lost]


def wrap(segments):  # the client's sequence numbers pass 2^32 in the middle of the data
    start = next(one.sequence for one in segments if one.client and one.flags & 2)
    shift = (2**32 - 100) - start
    result = []
    for one in segments:
        acknowledgement = struct.unpack_from("!I", one.frame, 42)[0]
        if one.client:
            result.append(one.altered(sequence=one.sequence + shift))
        else:
            result.append(one.altered(acknowledgement=acknowledgement + shift if one.flags & 16 else None))
    return result


def one_sided(segments):
    return [one for one in segments if one.client]


def other_side(segments):
    return [one for one in segments if not one.client]


def mid_stream(segments):  # the capture begins after the handshake
    first = next(place for place, one in enumerate(segments) if one.payload)
    return segments[first:]


def no_end(segments):  # and ends before the FIN
    last = next(place for place, one in enumerate(segments) if one.flags & 1)
    return segments[:last]


def every_frame_twice(frames):  # ingress and egress of one switch, 3 microseconds apart
    return [copy for time, frame in frames for copy in ((time, frame), (time + 3, frame))]


def fragments_reversed(frames):
    return [(time, frame) for (time, _), (_, frame) in zip(frames, fragment_groups(frames, reverse=True))]


def fragment_groups(frames, reverse):
    result, group = [], []
    for time, frame in frames:
        field = struct.unpack_from("!H", frame, 20)[0] if frame[12:14] == b"\x08\x00" else 0
        if field & 0x3FFF:
            group.append((time, frame))
            if field & 0x2000:
                continue
        result += (reversed(group) if reverse else group) if group else [(time, frame)]
        group = []
    return result + group


def fragments_overlapping(frames):  # each later fragment starts eight bytes early
    result, before = [], b""
    for time, frame in frames:
        field = struct.unpack_from("!H", frame, 20)[0] if frame[12:14] == b"\x08\x00" else 0
        length = struct.unpack_from("!H", frame, 16)[0]
        body = frame[34 : 14 + length]
        if field & 0x1FFF and before:
            packet = ipv4(frame[23], before[-8:] + body, frame[26:30], frame[30:34], struct.unpack_from("!H", frame, 18)[0], field - 1)
            result.append((time, frame[:14] + packet))
        else:
            result.append((time, frame))
        before = body if field & 0x3FFF else b""
    return result


def fragment_lost(frames):  # the last fragment of the first packet is missing
    for place, (_, frame) in enumerate(frames):
        field = struct.unpack_from("!H", frame, 20)[0] if frame[12:14] == b"\x08\x00" else 0
        if field & 0x1FFF and not field & 0x2000:
            return frames[:place] + frames[place + 1 :]
    return frames


ON_SEGMENTS = {
    "out-of-order": out_of_order,
    "reversed": reversed_order,
    "retransmitted": retransmitted,
    "overlapping": overlapping,
    "contradicting-retransmission": contradicting,
    "gap": gap,
    "sequence-wrap": wrap,
    "one-sided-client": one_sided,
    "one-sided-server": other_side,
    "mid-stream": mid_stream,
    "no-end": no_end,
}
ON_FRAMES = {
    "every-frame-twice": every_frame_twice,
    "fragments-reversed": fragments_reversed,
    "fragments-overlapping": fragments_overlapping,
    "fragment-lost": fragment_lost,
}

kind, source, target = sys.argv[1:]
frames = read(source)
if kind in ON_FRAMES:
    write(target, ON_FRAMES[kind](frames))
else:
    changed = ON_SEGMENTS[kind]([Segment(time, frame) for time, frame in frames if Segment.holds(frame)])
    write(target, [(one.time, one.frame) for one in changed])
