"""MLLP (HL7 v2 transport, HL7 Implementation Guide appendix C) over real sockets.

mllp.py serve PORT [CODE]         answer each message with an ACK of CODE (AA, AE or AR; NONE: not at all)
mllp.py send ADDRESS PORT [OPTION…] MESSAGE…
    --slice N     hand each message to the kernel in slices of N bytes, a moment apart
    --together    all messages in one write, acknowledgements read afterwards
    --no-wait     close without reading an acknowledgement

MESSAGE is a name of the table below, filled with the fictitious patients of canaries.txt.
"""

import os
import socket
import sys
import threading
import time

START, END = b"\x0b", b"\x1c\r"


def canaries():
    here = os.path.dirname(os.path.abspath(__file__))
    pairs = {}
    with open(os.path.join(here, "..", "..", "canaries.txt"), encoding="ascii") as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                key, value = line.split()
                pairs[key] = value
    return pairs


PID = (
    "PID|1||{patient-id}^^^WARD^MR||{patient-name}^{patient-given}||{patient-birth}|F|||"
    "{patient-street}^^NOWHERE^^00000||000-0000||||||{patient-insurance}"
)
NK1 = "NK1|1|{kin-name}^NOBODY|SPO"
PV1 = "PV1|1|I|WARD3^12^1|||{doctor-name}^^|||||||||||||{accession}"
MESSAGES = {
    "adt-a01": [
        r"MSH|^~\&|ADTSYS|CANARY HOSPITAL|ENGINE|INTEGRATION|20261121080000||ADT^A01^ADT_A01|MSG00001|P|2.5.1",
        "EVN|A01|20261121080000", PID, NK1, PV1,
    ],
    "adt-a08": [
        r"MSH|^~\&|ADTSYS|CANARY HOSPITAL|ENGINE|INTEGRATION|20261121080100||ADT^A08^ADT_A01|MSG00002|P|2.3",
        "EVN|A08|20261121080100",
        "PID|1||{patient-id-2}^^^WARD^MR||{patient-name-2}^{patient-given-2}||{patient-birth}|M", PV1,
    ],
    "oru-monitor": [  # IHE PCD-01 in the small: the equipment is named in OBX-18
        r"MSH|^~\&|PIIC_IX^00095CFFFE102030^EUI-64|PHILIPS|ENGINE|INTEGRATION|20261121080200+0000||ORU^R01^ORU_R01|MSG00003|P|2.6|||AL|NE||UNICODE UTF-8",
        PID, PV1, "OBR|1|{accession}|{accession}|69837^MDC_OBS_PT^MDC|||20261121080200",
        "OBX|1||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|1.0.0.0|||||||X|||||||MX800^^0009FBFFFE0A0B0C^EUI-64",
        "OBX|2|NM|147842^MDC_ECG_HEART_RATE^MDC|1.7.4.147842|{result-value}|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||F|||20261121080200||||MX800^^0009FBFFFE0A0B0C^EUI-64",
    ],
    "oru-pump": [  # HL7 2.8.2 PRT-10 (UDI), -16 (identifier), -20 (serial), -22 (type): the pump names itself
        r"MSH|^~\&|PUMPSRV|ICU MEDICAL|ENGINE|INTEGRATION|20261121080300||ORU^R01^ORU_R01|MSG00004|P|2.8.2",
        PID, "OBR|1|{accession}|{accession}|INFUSION^Infusion status^L|||20261121080300",
        "OBX|1|NM|RATE^Rate^L||{result-value}|mL/h|||||F|||20261121080300",
        "PRT|1|UC||EQUIP^Equipment^HL70912||||||(01)00887709000018(21)SN-PLUM-0042||||||Plum A+ 13.40^^^^^^^SN-PLUM-0042||||SN-PLUM-0042||PUMP^Infusion pump^L",
    ],
    "oru-lab": [
        r"MSH|^~\&|XN-1000|LAB^CANARY|LIS|CANARY HOSPITAL|20261121080400||ORU^R01|MSG00005|P|2.3.1",
        PID, "OBR|1|{accession}||CBC^Blood count|||20261121080400",
        "OBX|1|NM|6690-2^WBC^LN||{result-value}|10*3/uL|4-10|N|||F|||||||XN-1000^Sysmex^12345",
    ],
    "oru-other-delimiters": [  # MSH-1 and MSH-2 choose the separators; nobody has to use |^~\&
        "MSH#*!$%#GLUCO#POCT#ENGINE#INTEGRATION#20261121080500##ORU*R01#MSG00006#P#2.4",
        "PID#1##{patient-id}***WARD*MR##{patient-name}*{patient-given}##{patient-birth}#F",
        "OBX#1#NM#2345-7*Glucose*LN##{result-value}#mg/dL#####F",
    ],
    "orm-o01": [
        r"MSH|^~\&|RIS|CANARY HOSPITAL|PACS|IMAGING|20261121080600||ORM^O01^ORM_O01|MSG00007|P|2.5",
        PID, PV1, "ORC|NW|{accession}", "OBR|1|{accession}||CHEST^{study-description}",
    ],
}


def build(name, values):
    text = "\r".join(MESSAGES[name]) + "\r"
    for key, value in values.items():
        text = text.replace("{" + key + "}", value)
    return START + text.encode() + END


def acknowledge(message, code):
    header = message.split(b"\r", 1)[0].decode()
    separator = header[3]
    field = header.split(separator)
    stamp = "20261121080001"
    msh = [field[0], field[1], field[4], field[5], field[2], field[3], stamp, "", "ACK", "A" + field[9], "P", field[11]]
    lines = [separator.join(msh), separator.join(["MSA", code, field[9]])]
    if code != "AA":
        lines.append(separator.join(["ERR", "", "", "207" if code == "AE" else "200", "E"]))
    return START + ("\r".join(lines) + "\r").encode() + END


def read_frame(connection, buffer):
    while END not in buffer:
        data = connection.recv(4096)
        if not data:
            return None, b""
        buffer += data
    frame, rest = buffer.split(END, 1)
    return frame.lstrip(START), rest


def serve(port, code):
    def talk(connection):
        buffer = b""
        while True:
            frame, buffer = read_frame(connection, buffer)
            if frame is None:
                connection.close()
                return
            if code != "NONE":
                connection.sendall(acknowledge(frame, code))

    listener = socket.create_server(("", port))
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=talk, args=(connection,), daemon=True).start()


def send(address, port, arguments):
    size, together, wait, names = 0, False, True, []
    while arguments:
        word = arguments.pop(0)
        if word == "--slice":
            size = int(arguments.pop(0))
        elif word == "--together":
            together = True
        elif word == "--no-wait":
            wait = False
        else:
            names.append(word)
    values = canaries()
    frames = [build(name, values) for name in names]
    connection = socket.create_connection((address, port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    buffer = b""
    for frame in [b"".join(frames)] if together else frames:
        step = size or len(frame)
        for at in range(0, len(frame), step):
            connection.sendall(frame[at : at + step])
            if size:
                time.sleep(0.02)
        if wait and not together:
            _, buffer = read_frame(connection, buffer)
            time.sleep(0.05)
    if wait and together:
        for _ in frames:
            _, buffer = read_frame(connection, buffer)
    connection.close()


if sys.argv[1] == "serve":
    serve(int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "AA")
else:
    send(sys.argv[2], int(sys.argv[3]), sys.argv[4:])
