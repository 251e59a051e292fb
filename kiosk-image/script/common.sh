# What the steps of script/image share: where things are, and how the tools tree is entered.
# Read with `source`; whoever reads it stands in the project's folder.

# Trees, downloads and images; some ten gigabytes.
cache=$(realpath -m "${ZUIL_IMAGE_CACHE:-target/image}")
tools=$cache/tools
here=$PWD

say() { printf 'image: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

need_root() {
    [ "$(id -u)" -eq 0 ] || fail "this step mounts and needs root: run it again with sudo"
}

# Runs a command inside of the tools tree, with the project at /zuil (not to be written), the cache at /cache
# and the folder `keys`, when it is set, at /keys. A plain chroot would not do: mkosi makes user namespaces, which the kernel
# refuses to whoever's root folder is not that of the mount namespace.
enter() {
    [ -e "$tools/.complete" ] || fail "the tools are missing; run first: script/image tools"
    need_root
    cache=$cache tools=$tools here=$here keys=${keys:-} unshare --mount --propagation private bash -euc '
        mount --bind "$tools" "$tools"
        mkdir -p "$tools"/{zuil,cache,keys,old,proc,sys,dev,tmp}
        mount --bind "$here" "$tools/zuil"
        mount -o remount,bind,ro "$tools/zuil"
        mount --bind "$cache" "$tools/cache"
        if [ -n "$keys" ]; then mount --bind "$keys" "$tools/keys"; mount -o remount,bind,ro "$tools/keys"; fi
        mount --rbind /proc "$tools/proc"
        mount --rbind /sys "$tools/sys"
        mount --rbind /dev "$tools/dev"
        mount -t tmpfs -o mode=1777 tools "$tools/tmp"
        # Not a link out of the tree, as it is where systemd-resolved runs.
        cp --remove-destination -L /etc/resolv.conf "$tools/etc/resolv.conf"
        cp --remove-destination -L /etc/hosts "$tools/etc/hosts"
        cd "$tools"
        pivot_root . old
        umount -l /old
        export HOME=/root LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        unset TMPDIR
        cd /
        exec "$@"
    ' enter "$@"
}
