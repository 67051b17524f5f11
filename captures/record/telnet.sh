#!/usr/bin/env bash
# Telnet: GNU inetutils telnetd with login(1), and clients driven on a pseudo-terminal.
source "$(dirname -- "$0")/lib.sh"
need inetutils-telnetd inetutils-telnet login busybox

segment lan
host bedside lan 00:03:b1:10:20:30 192.0.2.23/24 # ICU Medical, Inc.
host laptop lan 3c:2c:30:0a:0b:0c 192.0.2.50/24   # Dell Inc.
account bedside biomed "$(secret telnet-pump)"
account bedside linekeeper "$(secret telnet-line)"
start bedside python3 "$TOOLS/inetd.py" 23 telnetd -h
start bedside python3 "$TOOLS/inetd.py" 2323 telnetd -h -E "/bin/busybox sh"
await_port bedside 23
await_port bedside 2323

talk() { on laptop python3 "$TOOLS/talk.py" "$@" >"$WORK/talk.log" || { cat "$WORK/talk.log" >&2; exit 1; }; }

# Character mode: every key is a segment of its own and comes back as an echo, the password does not.
capture lan telnet/login-success-character-mode.pcap
talk "expect login:~
keys biomed
enter
expect Password:~
keys $(secret telnet-pump)
enter
expect \$~
send uptime
wait 0.5
send exit
wait 0.5" telnet 192.0.2.23
captured

# The first password is wrong, the second right: one failure, then one success, in one connection.
capture lan telnet/login-failure-then-success.pcap
talk "expect login:~
send biomed
expect Password:~
send $(secret telnet-wrong)
expect Login incorrect
expect login:~
send biomed
expect Password:~
send $(secret telnet-pump)
expect \$~
send exit
wait 0.5" telnet 192.0.2.23
captured

# Nobody gets in.
capture lan telnet/login-failure.pcap
talk "expect login:~
send administrator
expect Password:~
send $(secret telnet-wrong)
expect Login incorrect
expect login:~
keys ^]
expect telnet>
send quit
wait 0.5" telnet 192.0.2.23
captured

# A client that negotiates nothing and sends whole lines (busybox nc), as scripts do.
capture lan telnet/login-success-whole-lines.pcap
on laptop python3 - "$(secret telnet-line)" >"$WORK/raw.log" <<'PY'
import socket, sys, time

connection = socket.create_connection(("192.0.2.23", 23))
connection.settimeout(10)


def until(text):
    seen = b""
    while text not in seen:
        data = connection.recv(4096)
        assert data, seen
        seen += data
        for at in range(len(data) - 2):  # refuse every option (RFC 854)
            if data[at] == 255 and data[at + 1] in (251, 253):
                connection.sendall(bytes((255, 254 if data[at + 1] == 251 else 252, data[at + 2])))


until(b"login: ")
connection.sendall(b"linekeeper\r\n")
until(b"Password: ")
connection.sendall(sys.argv[1].encode() + b"\r\n")
until(b"$ ")
connection.sendall(b"hostname\r\n")
until(b"bedside")
connection.sendall(b"exit\r\n")
time.sleep(0.5)
connection.close()
PY
captured

# LINEMODE (RFC 1184) switched on by the client: local editing, one segment a line.
capture lan telnet/login-success-line-mode.pcap
talk "expect login:~
send linekeeper
expect Password:~
send $(secret telnet-line)
expect \$~
keys ^]
expect telnet>
send mode line
wait 0.5
send hostname
wait 0.5
send exit
wait 0.5" telnet 192.0.2.23
captured

# A shell without any login, on a port of its own.
capture lan telnet/shell-without-login-port-2323.pcap
talk "expect #~
send cat /proc/uptime
wait 0.5
send exit
wait 0.5" telnet 192.0.2.23 2323
captured

# Connected and left alone: a service is there, nobody logs in.
capture lan telnet/prompt-only.pcap
talk "expect login:~
wait 0.3
close" telnet 192.0.2.23
captured

# The port is closed: attempts, no service.
capture lan telnet/refused.pcap
quiet on laptop python3 "$TOOLS/talk.py" "wait 1" telnet 192.0.2.23 24
captured
