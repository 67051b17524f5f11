#!/usr/bin/env bash
# SSH: OpenSSH and Dropbear, each as server and as client.
source "$(dirname -- "$0")/lib.sh"
need openssh-server openssh-client dropbear-bin

segment lan
host server lan 00:15:5d:01:02:03 192.0.2.10/24  # Microsoft (Hyper-V)
host module lan 00:40:9d:21:22:23 192.0.2.41/24  # Digi International
host laptop lan 3c:2c:30:0a:0b:0c 192.0.2.50/24  # Dell Inc.
account server biomed "$(secret telnet-pump)"
account module biomed "$(secret telnet-pump)"

mkdir -p "$WORK/laptop/srv/.ssh" "$WORK/server/home/biomed/.ssh"
ssh-keygen -q -t ed25519 -N '' -C fictitious -f "$WORK/laptop/srv/.ssh/id"
ssh-keygen -q -t ed25519 -N '' -f "$WORK/server/srv/host_ed25519"
ssh-keygen -q -t rsa -b 2048 -N '' -f "$WORK/server/srv/host_rsa"
cp "$WORK/laptop/srv/.ssh/id.pub" "$WORK/server/home/biomed/.ssh/authorized_keys"
chown -R --reference="$WORK/server/home/biomed" "$WORK/server/home/biomed/.ssh"

serve() { # PORT OPTION…
  local options=() option port=$1
  shift
  for option in "$@"; do options+=(-o "$option"); done
  start server /usr/sbin/sshd -D -e -f /dev/null -p "$port" -h /srv/host_ed25519 -h /srv/host_rsa \
    -o UsePAM=no -o PidFile=none "${options[@]}"
  await_port server "$port"
}
serve 22
serve 2222 "DebianBanner=no" "Banner=/etc/hostname"
serve 8022 "KexAlgorithms=diffie-hellman-group14-sha1,diffie-hellman-group1-sha1" \
  "Ciphers=aes128-cbc,3des-cbc" "MACs=hmac-sha1,hmac-md5" "HostKeyAlgorithms=ssh-rsa"
dropbearkey -t ed25519 -f "$WORK/module/srv/host_key" >/dev/null 2>&1
start module dropbear -F -E -r /srv/host_key -p 22 -P /run/dropbear.pid
await_port module 22

client() { # OPTION…
  quiet on laptop ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
    -i /srv/.ssh/id "$@"
}

capture lan ssh/openssh-publickey-success.pcap
client biomed@192.0.2.10 true
captured

capture lan ssh/openssh-refused.pcap
client stranger@192.0.2.10 true
captured

capture lan ssh/openssh-password-success-port-2222.pcap
on laptop python3 "$TOOLS/talk.py" "expect assword:~
send $(secret telnet-pump)
wait 1" ssh -F /dev/null -p 2222 -o PubkeyAuthentication=no -o StrictHostKeyChecking=no \
  -o UserKnownHostsFile=/dev/null biomed@192.0.2.10 true >/dev/null
captured

capture lan ssh/openssh-weak-algorithms-port-8022.pcap
client -p 8022 -o KexAlgorithms=+diffie-hellman-group1-sha1,diffie-hellman-group14-sha1 -o Ciphers=aes128-cbc \
  -o MACs=hmac-sha1 -o HostKeyAlgorithms=ssh-rsa -o PubkeyAcceptedAlgorithms=+ssh-rsa biomed@192.0.2.10 true
captured

capture lan ssh/dropbear-client.pcap
quiet on laptop timeout 3 dbclient -y -y -l stranger 192.0.2.10 true
captured

capture lan ssh/dropbear-server.pcap
client stranger@192.0.2.41 true
captured

# Someone looks at the banner and goes.
capture lan ssh/banner-only.pcap
quiet on laptop timeout 1 bash -c 'exec 3<>/dev/tcp/192.0.2.41/22; head -n1 <&3'
captured

# SSH-1.99 and an old product name: a real TCP conversation, the words are ours (synthetic banner).
start module python3 -c '
import socket
s = socket.create_server(("", 22022))
while True:
    c, _ = s.accept()
    c.sendall(b"SSH-1.99-RomSShell_4.40\r\n"); c.recv(300); c.close()
'
await_port module 22022
capture lan ssh/romsshell-1.99-banner-synthetic.pcap
client -p 22022 stranger@192.0.2.41 true
captured
