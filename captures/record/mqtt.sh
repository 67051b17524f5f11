#!/usr/bin/env bash
# MQTT 3.1.1 and 5: mosquitto and its clients.
source "$(dirname -- "$0")/lib.sh"
need mosquitto mosquitto-clients openssl

segment lan
host broker lan 00:15:5d:01:02:0b 192.0.2.18/24  # Microsoft (Hyper-V)
host gateway lan 00:40:9d:0a:0b:0c 192.0.2.61/24 # Digi International
printf 'gateway:%s\n' "$(secret mqtt-gateway)" >"$WORK/broker/srv/users"
mosquitto_passwd -U "$WORK/broker/srv/users" 2>/dev/null
chmod 644 "$WORK/broker/srv/users"
openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=broker.ward.example' \
  -keyout "$WORK/broker/srv/key.pem" -out "$WORK/broker/srv/cert.pem" 2>/dev/null
chmod a+r "$WORK/broker/srv/key.pem"
cat >"$WORK/broker/srv/mosquitto.conf" <<'CONF'
user root
per_listener_settings true
listener 1883
allow_anonymous false
password_file /srv/users
listener 1884
allow_anonymous true
listener 8883
allow_anonymous false
password_file /srv/users
certfile /srv/cert.pem
keyfile /srv/key.pem
CONF
start broker mosquitto -c /srv/mosquitto.conf
for port in 1883 1884 8883; do await_port broker $port; done
client() { quiet on gateway timeout 5 "$@"; }

capture lan mqtt/publish-with-password.pcap
client mosquitto_pub -h 192.0.2.18 -i bed-gateway-7 -u gateway -P "$(secret mqtt-gateway)" -q 1 -t ward3/bed12/status -m ok \
  --will-topic ward3/bed12/online --will-payload 0
captured

capture lan mqtt/wrong-password.pcap
client mosquitto_pub -h 192.0.2.18 -i bed-gateway-7 -u gateway -P "$(secret mqtt-wrong)" -t ward3/bed12/status -m ok
captured

capture lan mqtt/subscribe-everything-version-5.pcap
client mosquitto_sub -V 5 -W 1 -h 192.0.2.18 -i listener-1 -u gateway -P "$(secret mqtt-gateway)" -t '#' &
sleep 0.3
client mosquitto_pub -V 5 -h 192.0.2.18 -i bed-gateway-7 -u gateway -P "$(secret mqtt-gateway)" -t ward3/bed12/status -m ok
wait $!
captured 1

capture lan mqtt/anonymous-port-1884.pcap
client mosquitto_pub -p 1884 -h 192.0.2.18 -i bed-gateway-8 -t ward3/bed13/status -m ok
captured

capture lan mqtt/over-tls.pcap
client mosquitto_pub -p 8883 --insecure --cafile "$WORK/broker/srv/cert.pem" -h 192.0.2.18 -i bed-gateway-7 -u gateway \
  -P "$(secret mqtt-gateway)" -t ward3/bed12/status -m ok
captured
