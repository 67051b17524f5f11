"""inetd.py PORT COMMAND…: hand each TCP connection to a fresh COMMAND on its standard streams."""

import os
import signal
import socket
import sys

port, command = int(sys.argv[1]), sys.argv[2:]
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("", port))
listener.listen(8)
while True:
    connection, _ = listener.accept()
    if os.fork() == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for stream in (0, 1, 2):
            os.dup2(connection.fileno(), stream)
        connection.close()
        os.execvp(command[0], command)
    connection.close()
