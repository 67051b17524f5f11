"""tunnel.py REMOTE: a tun device (raw IP) whose packets travel in UDP datagrams to the same program on REMOTE."""

import fcntl
import os
import select
import socket
import struct
import sys

TUNSETIFF, TUN_WITHOUT_HEADER = 0x400454CA, 0x1001
device = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", b"tun0", TUN_WITHOUT_HEADER))
peer = (sys.argv[1], 5555)
carrier = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
carrier.bind(("", 5555))
while True:
    ready, _, _ = select.select([device, carrier], [], [])
    if device in ready:
        carrier.sendto(os.read(device, 2000), peer)
    if carrier in ready:
        os.write(device, carrier.recv(2000))
