"""Medical devices that no free daemon speaks for: SYNTHETIC, built from public framing, on real sockets.

Only the framing and the identity are true to the published formats; every value is invented and every
patient comes from canaries.txt. Nothing here controls or imitates the function of a device.

    terminal KIND USER PASSWORD       a login terminal on standard streams (run it under inetd.py)
    intellivue ADDRESS MAC BED SECONDS            connect indications and a data export endpoint
    central ADDRESS SECONDS                       associates with an IntelliVue and polls it
    carescape BROADCAST ADDRESS WARD BED SECONDS  Unity discovery broadcasts
    braun-serve PORT / braun-poll ADDRESS PORT    B. Braun BCC
    medibus-serve PORT / medibus-poll ADDRESS PORT   Draeger MEDIBUS behind a serial gateway
    astm-serve PORT / astm-send ADDRESS PORT      ASTM E1381 with an E1394 result
"""

import os
import socket
import struct
import sys
import time


def canary(key):
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "..", "..", "canaries.txt"), encoding="ascii") as lines:
        for line in lines:
            if line.split()[:1] == [key]:
                return line.split()[1]
    raise KeyError(key)


# --- login terminals -------------------------------------------------------------------------

TERMINALS = {
    # Shape of the banner: rapid7/recog telnet_banners.xml (facts: banner-001). Numbers invented.
    "spectrum": "Welcome to the SIGMA Spectrum Diagnostic Terminal\r\n\r\nWireless Battery Module (802.11a/b/g/n)\r\n"
    "MAC Address: 58-42-e4-10-00-11 SW: 16 D38\r\nSigma Spectrum SN: 7700042 SW: v6.05.11\r\n"
    "Radio up since: Sat Nov 21 02:14:24 2026\r\n\r\nlogin: ",
    # Facts: banner-008.
    "lantronix": "*** Lantronix Universal Device Server ***\r\nSerial Number 5400042  MAC address 00:80:A3:10:00:30\r\n"
    "Software version V5.8.1 (041112)\r\n\r\nPassword :",
}


def terminal(kind, user, password):
    def say(text):
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()

    def hear():
        line = sys.stdin.buffer.readline()
        if not line:  # the caller has hung up
            sys.exit()
        return line.strip().decode("ascii", "replace")

    say(TERMINALS[kind])
    for _ in range(3):
        named = hear() if kind == "spectrum" else user
        if kind == "spectrum":
            say("password: ")
        if (named, hear()) == (user, password):
            say("\r\n> ")
            while (line := hear()) not in ("", "exit"):
                say("ok\r\n> ")
            return
        say("\r\nLogin incorrect\r\nlogin: " if kind == "spectrum" else "\r\nPassword :")


# --- Philips IntelliVue: Data Export Interface Programming Guide -------------------------------

INDICATION_PORT, EXPORT_PORT = 24005, 24105
MDS, MDS_SINGLE_BED = 0x21, 0x23
CREATED, CONNECT_INDICATION, POLL = 0x0D06, 0x0D17, 0x0C16
OBJECT = bytes.fromhex("2a8648ce1402010000")


def sized(value):
    return struct.pack("!H", len(value)) + value


def attributes(pairs):
    body = b"".join(struct.pack("!H", code) + sized(value) for code, value in pairs)
    return struct.pack("!H", len(pairs)) + sized(body)


def wide(text):
    return sized(text.encode("utf-16-be") + b"\0\0")


def event(kind, object_class, body):
    return struct.pack("!HHHIH", object_class, 0, 0, 0x00D6D400, kind) + sized(body)


def invoke(number, command, argument):  # ROapdus, ROIVapdu
    inner = struct.pack("!HH", number, command) + sized(argument)
    return struct.pack("!H", 1) + sized(inner)


def indication(address, mac):
    network = mac + socket.inet_aton(address) + socket.inet_aton("255.255.255.0")
    support = struct.pack("!HHHHHH", 1, 8, 5, 1, EXPORT_PORT, 0)
    listed = attributes([(0x0986, struct.pack("!HH", 1, 0x114D)), (0xF100, network), (0xF101, support)])
    return struct.pack("!I", 0x100) + invoke(0, 0, event(CONNECT_INDICATION, MDS_SINGLE_BED, listed))


def created(mac, bed):
    model = sized(b"Philips\0") + sized(b"M8105A\0\0")
    serial = struct.pack("!HHHH", 1, 1, 0, 0)[:6] + sized(b"DE000CANARY")
    listed = attributes(
        [
            (0x0928, model),
            (0x092D, struct.pack("!H", 1) + sized(serial)),
            (0x0984, sized(mac[:3] + b"\xff\xfe" + mac[3:])),
            (0x0986, struct.pack("!HH", 1, 0x114D)),
            (0x091E, wide(bed)),
            (0x095A, wide(canary("patient-id"))),
            (0x095C, wide(canary("patient-name"))),
            (0x095D, wide(canary("patient-given"))),
        ]
    )
    body = struct.pack("!HHH", MDS, 0, 0) + listed
    return b"\xe1\x00\x00\x02" + invoke(1, 1, event(CREATED, MDS, body))


def association(session, acse):
    """Association request (0d, 60) or response (0e, 61): session and presentation headers as the guide fixes them."""
    data_export, mds_export, context_name = (b"\x06\x0c" + OBJECT + bytes((0, number, 1)) for number in (1, 2, 3))
    session_header = bytes.fromhex("0508130100160102800014020002")
    presentation = bytes.fromhex("3180a08080010100" "00a280a003000001a48030800201010604520100013080060251010000" "0000")
    presentation += bytes.fromhex("3080020102") + data_export + b"\x30\x80" + mds_export + bytes(6)
    presentation += b"\x61\x80\x30\x80\x02\x01\x01\xa0\x80" + acse + b"\x80\xa1\x80" + context_name + bytes(2)
    profile = struct.pack("!IIIIII", 0x80000000, 40000, 1400, 1400, 0xFFFFFFFF, 0x60000000)
    profile += struct.pack("!HH", 1, 12) + struct.pack("!HH", 0xF001, 8) + struct.pack("!II", 0x80000000, 0)
    user = struct.pack("!IIIII", 0x80000000, 0x40000000, 0, 0x80000000, 0x20000000) + bytes(4) + attributes([(1, profile)])
    presentation += b"\xbe\x80\x28\x80" + data_export + b"\x02\x01\x02\x81" + bytes((len(user),)) + user + bytes(16)
    inner = session_header + b"\xc1" + bytes((len(presentation),)) + presentation
    return session + bytes((len(inner),)) + inner


def intellivue(address, mac, bed, seconds):
    hardware = bytes.fromhex(mac.replace(":", ""))
    endpoint = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    endpoint.bind(("", EXPORT_PORT))
    endpoint.settimeout(1)
    broadcast = address.rsplit(".", 1)[0] + ".255"
    end, announce = time.monotonic() + seconds, 0.0
    while time.monotonic() < end:
        if time.monotonic() >= announce:
            endpoint.sendto(indication(address, hardware), (broadcast, INDICATION_PORT))
            announce = time.monotonic() + 10
        try:
            data, peer = endpoint.recvfrom(2000)
        except TimeoutError:
            continue
        if data[0] == 0x0D:  # association request: accept, then introduce yourself
            endpoint.sendto(association(b"\x0e", b"\x61"), peer)
            endpoint.sendto(created(hardware, bed), peer)
        elif data[:6] == b"\xe1\x00\x00\x02\x00\x01":  # a poll: one numeric, invented
            reading = attributes([(0x0950, canary("result-value").encode())])
            result = struct.pack("!HH", 2, 7) + sized(struct.pack("!HHHH", MDS, 0, 0, POLL) + sized(reading))
            endpoint.sendto(b"\xe1\x00\x00\x02" + struct.pack("!H", 2) + sized(result), peer)
        elif data[0] == 0x09:  # release request
            endpoint.sendto(b"\x0a\x00", peer)


def central(address, seconds):
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.settimeout(2)
    client.connect((address, EXPORT_PORT))
    client.send(association(b"\x0d", b"\x60"))
    client.recv(2000)
    client.recv(2000)
    client.send(b"\xe1\x00\x00\x02" + struct.pack("!H", 2) + sized(struct.pack("!HH", 1, 1) + sized(bytes(14))))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        action = struct.pack("!HHHIH", MDS, 0, 0, 0, POLL) + sized(struct.pack("!HHHH", 1, 1, 6, 0))
        client.send(b"\xe1\x00\x00\x02" + invoke(2, 7, action))
        client.recv(2000)
        time.sleep(4)
    client.send(b"\x09\x00")
    client.recv(100)


# --- GE CARESCAPE / Unity discovery, as reverse-engineered from one Dash 4000 (facts: protocol-013) ---


def carescape(broadcast, address, ward, bed, seconds):
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sender.bind(("", 7000))
    for count in range(0, seconds, 10):
        place = f"{ward}|{bed}".encode().ljust(16, b"\0")[:16]
        patient = canary("ge-patient").encode().ljust(16, b"\0")[:16]
        packet = b"\x01\x04\x00\x00" + socket.inet_aton(address) + struct.pack("!I", count + 1) + place + patient
        packet += struct.pack("!HHHHHH", 1, 7001, 2, 2000, 3, 7000)
        sender.sendto(packet.ljust(88, b"\0"), (broadcast, 7000))
        time.sleep(10)


# --- B. Braun BCC ------------------------------------------------------------------------------


def bcc(text):
    stuffed = "".join({"D": "EX", "E": "EE", "d": "ex", "e": "ee"}.get(letter, letter) for letter in text).encode()
    length = len(stuffed) + 14  # SOH, length, STX … ETX, checksum, EOT
    frame = b"\x01" + b"%05d" % length + b"\x02" + stuffed + b"\x03"
    return frame + b"%05d" % (sum(frame) % 256) + b"\x04"


def serve(port, answer):
    listener = socket.create_server(("", port))
    while True:
        connection, _ = listener.accept()
        with connection:
            while data := connection.recv(2000):
                for reply in answer(data):
                    connection.sendall(reply)


def poll(address, port, questions):
    connection = socket.create_connection((address, port), 3)
    for question in questions:
        connection.sendall(question)
        connection.recv(2000)
        time.sleep(0.3)
    connection.close()


PUMP = '3/1/1>0,501,GNMODEL,688F030006|0,501,INSERNUM,0042777|0,501,ADMIN:VERSION,V3.30|0,501,INRT,' + "6.66"


def braun(data):
    if data.startswith(b"\x01"):
        return [b"\x06", bcc("3/1/1>ADMIN:ALIVE" if b"ALIVEE" in data else PUMP)]
    return []


# --- Draeger MEDIBUS ---------------------------------------------------------------------------


def medibus(start, body):
    frame = start + body
    return frame + b"%02X" % (sum(frame) % 256) + b"\r"


def ventilator(data):
    code = data[1:2]
    identity = b"8051" + b"'Evita-X'" + b"02.10:04.03" if code == b"R" else b""
    return [medibus(b"\x01", code + identity)]


# --- ASTM E1381 framing, E1394 records -----------------------------------------------------------


def astm(number, text):
    inner = b"%d" % number + text.encode() + b"\r\x03"
    return b"\x02" + inner + b"%02X" % (sum(inner) % 256) + b"\r\n"


def results():
    return [
        b"\x05",
        astm(1, r"H|\^&|||cobas-b-221^04.02^0042|||||LIS||P|1|20261121080000"),
        astm(2, f"P|1||{canary('patient-id')}||{canary('patient-name')}^{canary('patient-given')}||{canary('patient-birth')}|F"),
        astm(3, f"R|1|^^^pH|{canary('result-value')}|||N||F"),
        astm(4, "L|1|N"),
    ]


command, arguments = sys.argv[1], sys.argv[2:]
if command == "terminal":
    terminal(*arguments)
elif command == "intellivue":
    intellivue(arguments[0], arguments[1], arguments[2], int(arguments[3]))
elif command == "central":
    central(arguments[0], int(arguments[1]))
elif command == "carescape":
    carescape(*arguments[:4], int(arguments[4]))
elif command == "braun-serve":
    serve(int(arguments[0]), braun)
elif command == "braun-poll":
    poll(arguments[0], int(arguments[1]), [bcc("3/1/1>ADMIN:ALIVE"), bcc("3/1/1>MEM:GET")])
elif command == "medibus-serve":
    serve(int(arguments[0]), ventilator)
elif command == "medibus-poll":
    poll(arguments[0], int(arguments[1]), [medibus(b"\x1b", b"Q"), medibus(b"\x1b", b"R")])
elif command == "astm-serve":
    serve(int(arguments[0]), lambda data: [] if data == b"\x04" else [b"\x06"])
elif command == "astm-send":
    poll(arguments[0], int(arguments[1]), results())
