# The clock: put right by the hub's, and by nothing that makes no sense. Read by ../try-wishes.

# It is 1764000000, and the machine has been up for a thousand seconds.
actor date <<'END'
if [ "$1" = +%s ]; then echo 1764000000; fi
END

wish=/run/zuil/hub-time.json
hub_says() {
    : >"$calls"
    printf '%s' "$1" >"$wish"
    does clock
}
came() { sed -n 's/^date -s //p' "$calls"; }
rm -rf "$play" /run/systemd
mkdir -p "$play" /run/systemd/timesync /run/zuil
echo "1000.25 3000.00" >"$work/uptime"
touch -d @1750000000 "$work/clock-epoch"

hub_says '{"unix":1764003600,"boottime_ms":990000}'
judge "the clock is put right, with what has passed since" "$(came)" "@1764003610"
judge "  and the wish is gone" "$(ls /run/zuil)" ""
mkdir "$wish"
: >"$calls"
does clock
judge "a folder is no wish, and gone" "$(came)$(ls /run/zuil)" ""
hub_says '{"unix":1763000000,"boottime_ms":1000000}'
judge "also backwards" "$(came)" "@1763000000"
hub_says '{"unix":1764000005,"boottime_ms":1000000}'
judge "five seconds are left alone" "$(came)" ""
hub_says '{"unix":1763999995,"boottime_ms":1000000}'
judge "  on both sides" "$(came)" ""
hub_says '{"unix":1764000006,"boottime_ms":1000000}'
judge "  six are not" "$(came)" "@1764000006"
hub_says '{"unix":1749999999,"boottime_ms":1000000}'
judge "a clock from before the system was built is not believed" "$(came); $(ls /run/zuil)" "; "
hub_says '{"unix":1750000000,"boottime_ms":1000000}'
judge "  one from when it was built is" "$(came)" "@1750000000"
for broken in '' nonsense '[]' '{}' '{"unix":"1764003600","boottime_ms":1000000}' '{"unix":1764003600}' '{"unix":1764003600,"boottime_ms":9000000}' \
    '{"unix":1e300,"boottime_ms":1000000}' '{"unix":-5,"boottime_ms":1000000}' '{"unix":1764003600,"boottime_ms":-9000000}' \
    '{"unix":1764003600,"boottime_ms":1000000}{"unix":1,"boottime_ms":1}'; do
    hub_says "$broken"
    judge "not understood, and gone: $broken" "$(came); $(ls /run/zuil)" "; "
done
: >/run/systemd/timesync/synchronized
hub_says '{"unix":1764003600,"boottime_ms":990000}'
judge "a time server that was reached knows better" "$(came); $(ls /run/zuil)" "; "
rm -f "$wish"
does clock
judge "without a wish nothing happens" "$(cat "$log")" ""
rm "$work/bin/date"
