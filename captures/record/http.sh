#!/usr/bin/env bash
# HTTP/1: lighttpd, Apache httpd, nginx and busybox httpd, with curl and busybox wget as clients.
source "$(dirname -- "$0")/lib.sh"
need lighttpd lighttpd-mod-openssl apache2-bin nginx-light busybox curl openssl

segment lan
host printer lan 00:1b:a9:0a:0b:0c 192.0.2.70/24 # Brother Industries
host web lan 00:15:5d:01:02:03 192.0.2.80/24     # Microsoft (Hyper-V)
host proxy lan 00:15:5d:01:02:04 192.0.2.81/24   # Microsoft (Hyper-V)
host monitor lan 00:09:fb:0a:0b:0c 192.0.2.82/24 # Philips Patient Monitoring
host laptop lan 3c:2c:30:0a:0b:0c 192.0.2.50/24  # Dell Inc.

page() { printf '<!doctype html>\n<html><head><title>%s</title></head><body><h1>%s</h1></body></html>\n' "$1" "$1"; }

# lighttpd plays an old print server: only the Server header is borrowed.
mkdir -p "$WORK/printer/srv/www/admin"
page 'LaserStation 4100 status' >"$WORK/printer/srv/www/index.html"
page 'LaserStation 4100 administration' >"$WORK/printer/srv/www/admin/index.html"
printf 'service:%s\n' "$(secret http-basic)" >"$WORK/printer/srv/users"
cat >"$WORK/printer/srv/lighttpd.conf" <<'CONF'
server.modules = ("mod_auth", "mod_authn_file", "mod_redirect")
server.document-root = "/srv/www"
server.port = 80
server.tag = "Apache/2.4.29 (Ubuntu)"
index-file.names = ("index.html")
mimetype.assign = (".html" => "text/html")
auth.backend = "plain"
auth.backend.plain.userfile = "/srv/users"
auth.require = ("/admin" => ("method" => "basic", "realm" => "LaserStation", "require" => "valid-user"))
CONF
start printer lighttpd -D -f /srv/lighttpd.conf

# Apache httpd: digest login, chunked answers, upload.
mkdir -p "$WORK/web/srv/www"/{digest,files} "$WORK/web/run/apache2"
page 'Ward information' >"$WORK/web/srv/www/index.html"
page 'Digest' >"$WORK/web/srv/www/digest/index.html"
printf '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\nfor i in 1 2 3; do echo "part $i"; sleep 0.1; done\n' >"$WORK/web/srv/www/parts.cgi"
printf '#!/bin/sh\ncat >/dev/null\nprintf "Status: 303 See Other\\nLocation: /\\nSet-Cookie: session=fictitious\\n\\n"\n' >"$WORK/web/srv/www/login.cgi"
printf '#!/bin/sh\ncat >/dev/null\nprintf "Status: 201 Created\\nContent-Type: text/plain\\n\\nstored\\n"\n' >"$WORK/web/srv/www/upload.cgi"
chmod +x "$WORK"/web/srv/www/*.cgi
digest_hash=$(printf 'service:ward:%s' "$(secret http-digest)" | md5sum | cut -d' ' -f1)
printf 'service:ward:%s\n' "$digest_hash" >"$WORK/web/srv/digest"
cat >"$WORK/web/srv/httpd.conf" <<'CONF'
ServerRoot /srv
ServerName www.ward.example
Listen 80
PidFile /run/apache2/pid
ErrorLog /var/log/error.log
LoadModule mpm_prefork_module /usr/lib/apache2/modules/mod_mpm_prefork.so
LoadModule authn_core_module /usr/lib/apache2/modules/mod_authn_core.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule authz_user_module /usr/lib/apache2/modules/mod_authz_user.so
LoadModule auth_digest_module /usr/lib/apache2/modules/mod_auth_digest.so
LoadModule authn_file_module /usr/lib/apache2/modules/mod_authn_file.so
LoadModule cgi_module /usr/lib/apache2/modules/mod_cgi.so
LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
LoadModule mime_module /usr/lib/apache2/modules/mod_mime.so
TypesConfig /etc/mime.types
User nobody
Group nogroup
StartServers 2
DocumentRoot /srv/www
DirectoryIndex index.html
<Directory /srv/www>
  Require all granted
  Options +ExecCGI
  AddHandler cgi-script .cgi
</Directory>
<Location /digest>
  AuthType Digest
  AuthName ward
  AuthDigestProvider file
  AuthUserFile /srv/digest
  Require valid-user
</Location>
CONF
start web apache2 -D FOREGROUND -f /srv/httpd.conf

# nginx sends everyone to https.
openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=portal.ward.example' \
  -keyout "$WORK/proxy/srv/key.pem" -out "$WORK/proxy/srv/cert.pem" 2>/dev/null
cat >"$WORK/proxy/srv/nginx.conf" <<'CONF'
daemon off;
master_process off;
pid /run/nginx.pid;
error_log /var/log/nginx-error.log;
events {}
http {
  access_log off;
  server { listen 80; return 301 https://portal.ward.example$request_uri; }
  server {
    listen 443 ssl; ssl_certificate /srv/cert.pem; ssl_certificate_key /srv/key.pem;
    location / { return 200 "fictitious\n"; }
  }
}
CONF
start proxy nginx -c /srv/nginx.conf

mkdir -p "$WORK/monitor/srv/www"
page 'Bedside monitor service page' >"$WORK/monitor/srv/www/index.html"
start monitor busybox httpd -f -p 8080 -h /srv/www

for at in 'printer 80' 'web 80' 'proxy 443' 'monitor 8080'; do await_port $at; done
get() { quiet on laptop curl -sk --max-time 5 "$@"; }

capture lan http/get-lighttpd-as-apache-2.4.29.pcap
get http://192.0.2.70/
captured

capture lan http/basic-login-success.pcap
get -u "service:$(secret http-basic)" http://192.0.2.70/admin/
captured

capture lan http/basic-login-failure.pcap
get -u "service:$(secret http-basic-wrong)" http://192.0.2.70/admin/
captured

# 401 first, then the same connection with the password: what a browser does.
capture lan http/basic-login-after-challenge.pcap
get --anyauth -u "service:$(secret http-basic)" http://192.0.2.70/admin/
captured

capture lan http/digest-login-success.pcap
get --digest -u "service:$(secret http-digest)" http://192.0.2.80/digest/
captured

capture lan http/digest-login-failure.pcap
get --digest -u "service:$(secret http-basic-wrong)" http://192.0.2.80/digest/
captured

capture lan http/form-login.pcap
get -d "username=nurse&password=$(secret http-form)" http://192.0.2.80/login.cgi
captured

capture lan http/keep-alive-three-requests-one-missing.pcap
get http://192.0.2.80/ http://192.0.2.80/missing.html http://192.0.2.80/
captured

capture lan http/chunked-answer.pcap
get http://192.0.2.80/parts.cgi
captured

head -c 4000 /dev/zero | tr '\0' 'U' >"$WORK/laptop/srv/drug-library.bin"
capture lan http/upload-multipart.pcap
get -F "file=@/srv/drug-library.bin" http://192.0.2.80/upload.cgi
captured

capture lan http/upload-put-chunked.pcap
get -H 'Transfer-Encoding: chunked' -H 'Expect:' -T /srv/drug-library.bin http://192.0.2.80/upload.cgi
captured

capture lan http/redirect-to-https.pcap
get -L --resolve portal.ward.example:443:192.0.2.81 http://192.0.2.81/start?lang=en
captured

capture lan http/busybox-server-port-8080.pcap
quiet on laptop busybox wget -q -O /dev/null http://192.0.2.82:8080/
captured

capture lan http/head-and-options.pcap
get -I http://192.0.2.70/
get -X OPTIONS http://192.0.2.80/
captured

# CONNECT through a proxy: the tunnel carries TLS.
start proxy python3 -c '
import socket, threading
def pump(a, b):
    while (data := a.recv(4096)): b.sendall(data)
    b.shutdown(socket.SHUT_WR)
listener = socket.create_server(("", 3128))
while True:
    client, _ = listener.accept()
    head = b""
    while b"\r\n\r\n" not in head: head += client.recv(4096)
    server = socket.create_connection(("127.0.0.1", 443))
    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    threading.Thread(target=pump, args=(client, server)).start()
    threading.Thread(target=pump, args=(server, client)).start()
'
await_port proxy 3128
capture lan http/connect-tunnel.pcap
get -x http://192.0.2.81:3128 https://portal.ward.example/
captured
