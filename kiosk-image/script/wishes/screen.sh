# The screen: turned, touched and lit as it is wished. Read by ../try-wishes.

actor udevadm <<'END'
exit 0
END
# The program that is to be ended is one that does nothing else.
actor systemctl <<'END'
cat "$play/pid"
END

environment=/run/zuil-screen/environment
rules=/run/udev/rules.d/72-zuil-screen.rules
light=$sys/class/backlight/intel_backlight
new_screen() {
    rm -rf "$play" /run/zuil-screen /run/udev /var/lib/zuil "$sys/class"
    mkdir -p "$play" /run/zuil-screen /run/udev /var/lib/zuil/machine "$light"
    echo 96000 >"$light/max_brightness"
    echo 50000 >"$light/brightness"
    : >"$play/calls"
    echo 0 >"$play/pid"
}
screen() {
    does screen apply
    sh "$work/lib/screen" after >>"$log" 2>&1 || echo "ended with $?" >>"$log"
}
wanted() { printf '%s' "$1" >/var/lib/zuil/machine/screen.json; }
lit() { printf '%s' "$1" >/var/lib/zuil/machine/brightness; }

new_screen
screen
judge "nothing is wished, and nothing is done" "$(cat "$calls" "$log"; ls /run/udev; cat "$light/brightness")" 50000
judge "  but it is told that there is a light" "$(cat /run/zuil-screen/state.json)" '{"backlight":true}'
wanted '{"turn":90,"touch":[0,-1,1.5,1,0,-0.25],"more":true}'
screen
judge "the picture is turned" "$(cat "$environment")" "SLINT_KMS_ROTATION=90"
judge "  and so is the touch" "$(cat "$rules")" 'SUBSYSTEM=="input", ENV{ID_INPUT_TOUCHSCREEN}=="1", ENV{LIBINPUT_CALIBRATION_MATRIX}="0 -1 1.5 1 0 -0.25"'
judge "  udev reads it" "$(grep -c -e '--reload' -e 'trigger' "$calls")" 2
judge "  and the wish stays for the next start" "$(jq .turn /var/lib/zuil/machine/screen.json)" 90
: >"$calls"
screen
judge "what is so already is left alone" "$(grep -c . "$calls" || true)" 0

sleep 100 &
program=$!
echo "$program" >"$play/pid"
wanted '{"turn":180,"touch":null}'
screen
ended=0
wait "$program" 2>/dev/null || ended=$?
judge "the program starts anew for it" "$ended; $(cat "$environment" "$rules" | paste -sd ' ')" \
    "143; SLINT_KMS_ROTATION=180 # As the touch screen says."
for broken in '' 'nonsense' '[]' '{"turn":45,"touch":null}' '{"turn":"90","touch":null}' '{"touch":null}' '{"turn":90,"touch":[1,0,0,0,1]}' \
    '{"turn":90,"touch":[1,0,0,0,1,"0\", RUN+=\"/bin/x"]}' '{"turn":90,"touch":[1,0,0,0,1,1e30]}' '{"turn":90,"touch":[nan,0,0,0,1,0]}' \
    '{"turn":90,"touch":null}{"turn":90,"touch":null}'; do
    : >"$calls"
    echo 0 >"$play/pid"
    wanted "$broken"
    screen
    judge "not understood, and gone: ${broken:0:50}" "$(cat "$environment"; ls /var/lib/zuil/machine; grep -c . "$calls")" "$(printf '%s\n' SLINT_KMS_ROTATION=180 0)"
done

for percent in 0 1 50 99 100; do
    lit "$percent"
    screen
    judge "$percent hundredths of the light" "$(cat "$light/brightness")" $((960 * percent))
    judge "  also at the next start" "$(cat /var/lib/zuil/machine/brightness)" "$percent"
done
for broken in '' 101 -1 007 08 ' 5' '5 5' x '1e2' 99999999999999999999; do
    lit "$broken"
    screen
    judge "no light: '$broken'" "$(cat "$light/brightness"; ls /var/lib/zuil/machine)" 96000
done
mkfifo /var/lib/zuil/machine/brightness
mkdir /var/lib/zuil/machine/screen.json
screen
judge "what is no file is not waited for, and gone" "$(cat "$light/brightness"; ls /var/lib/zuil/machine)" 96000
mkdir "$sys/class/backlight/second"
echo 3 >"$sys/class/backlight/second/max_brightness"
echo 3 >"$sys/class/backlight/second/brightness"
lit 50
screen
judge "each light is set" "$(cat "$light/brightness" "$sys/class/backlight/second/brightness" | paste -sd ' ')" "48000 2"
rm -r "$sys/class/backlight"
screen
judge "a screen without a light that can be set" "$(cat /run/zuil-screen/state.json)" '{"backlight":false}'
rm "$work/bin/"{udevadm,systemctl}
