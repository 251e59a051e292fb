# Sticks: an update that is taken from one, files that are given to one, and what is told of it. Read by ../try-wishes.

# A stick is a folder; it is mounted read-only or not at all when that is said.
actor mount <<'END'
[ ! -e "$play/refuses-mount" ] || exit 1
for last in "$@"; do :; done
/usr/bin/mount --bind "$play/sticks/$(basename "$5")" "$last"
END
actor umount <<'END'
/usr/bin/umount "$@"
[ ! -e "$play/refuses-umount" ]
END
# There is one user in here.
actor setpriv <<'END'
while [ "${1#--}" != "$1" ]; do shift; done
exec "$@"
END
actor id <<'END'
echo 999
END
actor df <<'END'
printf 'Avail\n%s\n' "$(cat "$play/room")"
END

state=/run/zuil-stick/state.json
laid=/var/lib/zuil/machine/to-stick
version=0.2.0.813
new_stick() {
    rm -rf "$play" /run/zuil-stick /var/lib/zuil
    mkdir -p "$play/sticks/sda1" /run/zuil-stick/mounted /var/lib/zuil/update /var/lib/zuil/machine
    : >"$play/calls"
    echo 1000000 >"$play/room"
}
with_update() {
    mkdir "$play/sticks/sda1/zuil-update"
    (
        cd "$play/sticks/sda1/zuil-update"
        for piece in root.raw verity.raw efi; do echo "$piece" >"zuil_$version.$piece.xz"; done
        sha256sum zuil_*.xz >SHA256SUMS
        echo signature >SHA256SUMS.gpg
        echo other >other
        echo other >zuil_9.root.raw.xz
    )
}
lay() {
    mkdir -p "$laid/folder"
    echo one >"$laid/one.txt"
    echo two >"$laid/folder/two.txt"
    printf '%s' "$1" >"$laid/id"
}
mounted() { grep -c /run/zuil-stick/mounted /proc/self/mounts || true; }

new_stick
with_update
does stick take sda1
judge "an update on a stick is taken, and told" "$(cat "$state")" '{"present":true,"update":"0.2.0.813","outcome":null,"for":""}'
judge "  its five files and nothing else" "$(cd /var/lib/zuil/update/stick && find . -type f | sort | paste -sd ' ')" \
    "./SHA256SUMS ./SHA256SUMS.gpg ./zuil_$version.efi.xz ./zuil_$version.root.raw.xz ./zuil_$version.verity.raw.xz"
judge "  from a stick that cannot be written meanwhile" "$(grep '^mount' "$calls" | grep -c 'ro,nosuid,nodev,noexec')" 1
judge "  and that is let go of" "$(mounted)" 0
does stick gone sdb1
judge "another stick that is pulled is not this one" "$(jq -r .present "$state")" true
does stick gone sda1
judge "a stick that is pulled is gone" "$(cat "$state")" '{"present":false,"update":null,"outcome":null,"for":""}'
judge "  with what was taken from it" "$(ls /var/lib/zuil/update)" ""

new_stick
does stick take sda1
judge "a stick without an update is a stick" "$(jq -c '[.present, .update]' "$state")" '[true,null]'
new_stick
with_update
rm "$play/sticks/sda1/zuil-update/zuil_$version.root.raw.xz" "$play/sticks/sda1/zuil-update/zuil_$version.verity.raw.xz"
truncate -s 301M "$play/sticks/sda1/zuil-update/zuil_$version.efi.xz"
# The size that counts is what lies on the stick: a hole takes none.
actor du <<'END'
case "$1" in -cm) printf '301\ttotal\n' ;; *) exec /usr/bin/du "$@" ;; esac
END
does stick take sda1
judge "one that is too large is left where it is" "$(jq -c '[.present, .update]' "$state"); $(ls /var/lib/zuil/update)" '[true,null]; '
rm "$work/bin/du"
new_stick
with_update
echo 262144 >"$play/room"
does stick take sda1
judge "one for which the outbox would have no room left is, too" "$(jq -c '[.present, .update]' "$state"); $(ls /var/lib/zuil/update)" '[true,null]; '
new_stick
with_update
rm "$play/sticks/sda1/zuil-update/zuil_$version.verity.raw.xz"
does stick take sda1
judge "one that is not whole leaves nothing behind" "$(jq -c '[.present, .update]' "$state"); $(ls /var/lib/zuil/update)" '[true,null]; '
new_stick
with_update
echo "no digests" >"$play/sticks/sda1/zuil-update/SHA256SUMS"
does stick take sda1
judge "nor does one that names no version" "$(jq -c '[.present, .update]' "$state"); $(ls /var/lib/zuil/update)" '[true,null]; '
new_stick
mkdir /var/lib/zuil/update/stick.part
does stick gone sda1
judge "what was being taken when the stick was pulled does not stay" "$(ls /var/lib/zuil/update)" ""
new_stick
with_update
rm -rf /var/lib/zuil/update
: >/var/lib/zuil/update
does stick take sda1
judge "one that cannot be kept is not told as there" "$(jq -c '[.present, .update]' "$state"); $(mounted)" '[true,null]; 0'
new_stick
: >"$play/refuses-mount"
does stick take sda1
judge "a stick that is no FAT is none" "$(cat "$state" 2>/dev/null; tail -n 1 "$log")" "ended with 1"

new_stick
does stick take sda1
lay 5f0c-a1
does stick give
given=$play/sticks/sda1/zuil-from-pillar
judge "files are given to the stick" "$(cat "$state"); $(cat "$given/one.txt" "$given/folder/two.txt" | paste -sd ' ')" \
    '{"present":true,"update":null,"outcome":"done","for":"5f0c-a1"}; one two'
judge "  without the wish's own" "$(find "$given" | wc -l); $(find "$laid" 2>/dev/null)" "4; "
judge "  and the stick is let go of" "$(mounted)" 0
judge "  it could be written for that long" "$(grep '^mount' "$calls" | tail -n 1 | grep -c 'rw,nosuid,nodev,noexec')" 1
does stick gone sda1
judge "what came of it is told after the stick is pulled, too" "$(jq -r .outcome "$state")" "done"

given_to() {
    lay "$1"
    does stick give
    judge "$2" "$(jq -c '[.outcome, .for]' "$state"); $(find "$laid" 2>/dev/null); $(mounted)" "[\"$3\",\"$1\"]; ; 0"
}
new_stick
given_to a1 "without a stick there is nothing to give to" failed
new_stick
does stick take sda1
echo 100 >"$play/room"
given_to a2 "a stick that is too small is not filled" no-room
judge "  with anything" "$(find "$play/sticks/sda1" -mindepth 1)" ""
echo 1000000 >"$play/room"
: >"$play/refuses-mount"
given_to a3 "a stick that was pulled meanwhile" failed
rm "$play/refuses-mount"
: >"$play/sticks/sda1/zuil-from-pillar"
given_to a4 "a stick that cannot be written" failed
rm "$play/sticks/sda1/zuil-from-pillar"
: >"$play/refuses-umount"
given_to a5 "a stick that does not let go" failed
rm "$play/refuses-umount"
mkdir "$laid"
printf '"},\n"x' >"$laid/id"
does stick give
judge "an id says nothing but itself" "$(jq -c '[.outcome, .for]' "$state")" '["done","x"]'
mkdir "$laid"
does stick give
judge "  and may be missing" "$(jq -c '[.outcome, .for]' "$state"); $(find "$laid" 2>/dev/null)" '["done",""]; '
lay a6
does stick forget
judge "whatever became of it, the wish does not stay" "$(find "$laid" 2>/dev/null)" ""
rm "$work/bin/"{mount,umount,setpriv,id,df}
