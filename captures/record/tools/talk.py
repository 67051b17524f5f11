"""talk.py SCRIPT COMMAND…: run COMMAND on a pseudo-terminal and hold a conversation with it.

SCRIPT is a text of lines `expect TEXT`, `send TEXT` (a line), `keys TEXT` (as typed, slowly),
`wait SECONDS` and `close`. `~` stands for a blank at the end or start of TEXT, `^X` for a control key.
What the command prints goes to standard output, so that a failed recording can be understood.
"""

import os
import pty
import select
import signal
import sys
import time

TIMEOUT = 12


def decode(text):
    return text.replace("~", " ").replace("^]", "\x1d").replace("^C", "\x03").replace("^D", "\x04")


class Terminal:
    def __init__(self, command):
        self.seen = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "vt100"
            os.execvp(command[0], command)

    def read(self, timeout):
        ready, _, _ = select.select([self.fd], [], [], timeout)
        if not ready:
            return True
        try:
            data = os.read(self.fd, 4096)
        except OSError:
            return False
        self.seen += data
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return bool(data)

    def expect(self, text):
        end = time.monotonic() + TIMEOUT
        while text.encode() not in self.seen:
            if time.monotonic() > end or not self.read(0.2):
                sys.exit(f"talk: {text!r} never came")
        self.seen = self.seen.split(text.encode(), 1)[1]

    def wait(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not self.read(left):
                return

    def keys(self, text):
        for character in text:
            os.write(self.fd, character.encode())
            self.wait(0.03)


terminal = Terminal(sys.argv[2:])
for line in sys.argv[1].strip().splitlines():
    verb, _, rest = line.strip().partition(" ")
    text = decode(rest)
    if verb == "expect":
        terminal.expect(text)
    elif verb == "send":
        terminal.wait(0.1)
        os.write(terminal.fd, text.encode() + b"\r")
    elif verb == "keys":
        terminal.keys(text)
    elif verb == "enter":
        terminal.keys("\r")
    elif verb == "wait":
        terminal.wait(float(rest))
    elif verb == "close":
        break
terminal.wait(0.5)
try:
    os.kill(terminal.pid, signal.SIGHUP)
    terminal.wait(0.3)
    os.kill(terminal.pid, signal.SIGKILL)
except ProcessLookupError:
    pass
