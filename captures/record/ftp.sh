#!/usr/bin/env bash
# FTP: vsftpd, and tnftp, curl and busybox ftpput as clients.
source "$(dirname -- "$0")/lib.sh"
need vsftpd tnftp curl busybox openssl

segment lan
host analyser lan 00:06:6b:51:52:53 198.51.100.21/24 # Sysmex Corporation
host server lan 00:15:5d:01:02:03 198.51.100.10/24   # Microsoft (Hyper-V)
account server lab "$(secret ftp-lab)"
mkdir -p "$WORK/server/srv/ftp/pub" "$WORK/analyser/srv/out"
printf 'firmware notes, fictitious\n' >"$WORK/server/srv/ftp/pub/README.txt"
head -c 5000 /dev/zero | tr '\0' 'F' >"$WORK/server/srv/ftp/pub/firmware-1.2.bin"
printf 'H|\\^&|||XN-CANARY\nL|1|N\n' >"$WORK/analyser/srv/out/results-0001.txt"
openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=ftp.ward.example' \
  -keyout "$WORK/server/srv/key.pem" -out "$WORK/server/srv/cert.pem" 2>/dev/null

configure() { # FILE OPTION…
  local file=$WORK/server/srv/$1 option
  shift
  cat >"$file" <<'CONF'
listen=YES
listen_ipv6=NO
background=NO
local_enable=YES
write_enable=YES
anon_root=/srv/ftp
secure_chroot_dir=/run/vsftpd/empty
pam_service_name=login
seccomp_sandbox=NO
delay_failed_login=0
pasv_min_port=50000
pasv_max_port=50100
connect_from_port_20=YES
utf8_filesystem=NO
xferlog_enable=NO
CONF
  for option in "$@"; do printf '%s\n' "$option" >>"$file"; done
}
serve() { # PORT OPTION…: replaces the running server
  local pids port=$1
  shift
  pids=$(ip netns pids "$TAG-server")
  [[ -z $pids ]] || kill $pids
  await 5 eval "! listens server $port"
  configure vsftpd.conf "listen_port=$port" "$@"
  start server vsftpd /srv/vsftpd.conf
  await_port server "$port"
}

tnftp() { # MODE COMMANDS
  local mode=$1
  printf '%s\n' "$2" | quiet on analyser tnftp "$mode" -n -v 198.51.100.10
  sleep 0.2
}
user() { printf 'user %s %s\n' "$1" "$2"; }

serve 21 anonymous_enable=NO

capture lan ftp/login-success-passive-upload.pcap
tnftp -p "$(user lab "$(secret ftp-lab)")
epsv4
binary
lcd /srv/out
put results-0001.txt
quit"
captured

capture lan ftp/login-success-active-upload-and-download.pcap
tnftp -A "$(user lab "$(secret ftp-lab)")
binary
lcd /srv/out
put results-0001.txt results-0002.txt
get results-0002.txt back.txt
ls
quit"
captured

# PORT (RFC 959) instead of EPRT (RFC 2428).
capture lan ftp/login-success-active-port-upload.pcap
tnftp -A "$(user lab "$(secret ftp-lab)")
epsv4
binary
lcd /srv/out
put results-0001.txt results-0004.txt
quit"
captured

capture lan ftp/login-success-epsv-list.pcap
quiet on analyser curl -s --ftp-method nocwd -u "lab:$(secret ftp-lab)" ftp://198.51.100.10/
captured

capture lan ftp/login-failure.pcap
tnftp -p "$(user lab "$(secret ftp-wrong)")
quit"
captured

capture lan ftp/login-refused-then-success.pcap
tnftp -p "$(user nobodyknows "$(secret ftp-wrong)")
$(user lab "$(secret ftp-lab)")
pwd
quit"
captured

capture lan ftp/upload-with-busybox.pcap
quiet on analyser busybox ftpput -u lab -p "$(secret ftp-lab)" 198.51.100.10 results-0003.txt /srv/out/results-0001.txt
captured

serve 21 anonymous_enable=YES "ftpd_banner=Wind River FTP server 6.8 ready."

capture lan ftp/anonymous-download.pcap
tnftp -p "$(user anonymous "$(secret ftp-anonymous)")
epsv4
binary
cd pub
get firmware-1.2.bin
get missing.bin
quit"
captured

# The same on a port that nobody expects FTP on.
serve 2121 anonymous_enable=YES
capture lan ftp/anonymous-on-port-2121.pcap
quiet on analyser curl -s -u "anonymous:$(secret ftp-anonymous)" ftp://198.51.100.10:2121/pub/README.txt
captured

serve 21 anonymous_enable=NO ssl_enable=YES rsa_cert_file=/srv/cert.pem rsa_private_key_file=/srv/key.pem \
  force_local_logins_ssl=NO require_ssl_reuse=NO

# The client asks for TLS first: no account and no file is readable.
capture lan ftp/auth-tls-upload.pcap
quiet on analyser curl -sk --ssl-reqd -u "lab:$(secret ftp-lab)" -T /srv/out/results-0001.txt ftp://198.51.100.10/
captured

# The server offers TLS, the client sends the password without.
capture lan ftp/tls-offered-not-used.pcap
quiet on analyser curl -s -u "lab:$(secret ftp-lab)" ftp://198.51.100.10/results-0001.txt
captured
