# Called by lib.sh inside fresh mount and UTS namespaces: enter.sh ROOT NAME COMMAND…
# Puts the host's own files over the machine's, then becomes the command.
set -eu
root=$1
hostname "$2"
shift 2
for file in "$root"/etc/*; do
  target=/etc/${file##*/}
  if [ ! -e "$target" ]; then continue; fi
  mount --bind "$file" "$target"
done
mount --bind "$root/home" /home
mount --bind "$root/srv" /srv
mount --bind "$root/log" /var/log
mount --bind "$root/run" /run
touch /run/utmp
touch /var/log/wtmp /var/log/btmp /var/log/lastlog
mkdir -p /run/sshd /run/vsftpd/empty /run/lock
cd /srv
exec "$@"
