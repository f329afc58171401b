# The root side of machine.py: makes a root file system over this one's, and runs systemd as its first process.
# Arguments: an empty folder; the systemd to run; then pairs of a folder of this machine and where the other shows it.
set -eu
here=$1 systemd=$2
shift 2

mount --make-rprivate /
# Docker's root is an overlay, on which an upper layer cannot lie; in memory it can, and nothing is left behind.
mount -t tmpfs -o mode=755 tmpfs "$here"
mkdir "$here/upper" "$here/work" "$here/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$here/upper,workdir=$here/work" "$here/root"
cd "$here/root"

mount -t proc proc proc
# As root, systemd would raise limits of the kernel, which both machines share.
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs dev
for name in null zero full random urandom tty; do
    : > "dev/$name"
    mount --bind "/dev/$name" "dev/$name"
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp

while [ $# -gt 0 ]; do
    mkdir -p "./$2"
    mount --bind "$1" "./$2"
    mount -o remount,bind,ro "./$2"
    shift 2
done

# Only the units that a service waits for: this machine's own, which it would start again, stay away.
mount -t tmpfs -o mode=755 tmpfs etc/systemd/system
mkdir run/units
for name in basic exit local-fs multi-user network network-online paths shutdown slices sockets sysinit timers umount; do
    cp "lib/systemd/system/$name.target" run/units/
done
cp lib/systemd/system/systemd-journald* run/units/
printf '[Unit]\nWants=systemd-journald.service\n' > run/units/started.target

mkdir .this-machine
pivot_root . .this-machine
umount -l .this-machine
rmdir .this-machine
# A container's systemd leaves clock, kernel modules and consoles alone.
export container=other SYSTEMD_UNIT_PATH=/etc/systemd/system:/run/units
exec "$systemd" --unit=started.target --show-status=no
