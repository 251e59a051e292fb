# Networks: what can be wished of them, what NetworkManager can say to it, and what is told of it. Read by ../try-wishes.

actor nmcli <<'END'
case "$*" in
    *'device show') cat "$play/devices" ;;
    *'device wifi list'*) cat "$play/wifi" ;;
    'connection load '*) cat "$play/load" ;;
    '--wait 0 connection up id '*) ;;
    *'connection up id '*)
        cp /var/lib/zuil-network/*.nmconnection "$play/tried/"
        cat "$play/said" >&2
        exit "$(cat "$play/ends")"
        ;;
    monitor) cat "$play/monitor" ;;
esac
END
actor mmcli <<'END'
[ -s "$play/modem" ] && cat "$play/modem"
END
actor busctl <<'END'
exit "$(cat "$play/busctl")"
END

settings=/var/lib/zuil-network
state=/run/zuil-network/state.json
# A pillar with a cable, a Wi-Fi chip and no modem.
new_pillar() {
    rm -rf "$play" "$settings" /run/zuil-network /run/zuil "$work/tmp"
    mkdir -p "$play/tried" "$settings" /run/zuil-network/taken /run/zuil
    install -m 600 "$project/kiosk-image/mkosi.extra/usr/share/zuil/ethernet.nmconnection" "$settings/"
    : >"$play/said"
    : >"$play/load"
    : >"$play/modem"
    : >"$play/calls"
    echo 0 >"$play/ends"
    echo 0 >"$play/busctl"
    printf '%s\n' 'GENERAL.TYPE:ethernet' 'GENERAL.STATE:100 (connected)' 'WIRED-PROPERTIES.CARRIER:on' 'IP4.ADDRESS[1]:192.0.2.7/24' \
        'IP4.ADDRESS[2]:192.0.2.8/24' 'DHCP4.OPTION[3]:ntp_servers = 192.0.2.1 192.0.2.2' '' 'GENERAL.TYPE:wifi' \
        'GENERAL.STATE:30 (disconnected)' '' 'GENERAL.TYPE:loopback' 'GENERAL.STATE:10 (unmanaged)' >"$play/devices"
    printf '%s\n' ' :40:WPA2:Gemeente' ' :70:WPA2 WPA3:Gemeente' '*:55::Winkel: gasten' ' :20:WPA2:' 'nonsense' >"$play/wifi"
}
wishes() {
    printf '%s' "$1" >/run/zuil/network.json
    does network take
    does network fulfil
    rm -f /run/zuil-network/taken/wish.json
}
came() { jq -r '"\(.outcome) \(.for)"' "$state"; }
kept() { (cd "$settings" && find . -type f -printf '%f %m\n' | sort | paste -sd ' '); }
only_cable='ethernet.nmconnection 600'

new_pillar
wishes '{"id":"w1","wish":"scan"}'
judge "a scan is done, and says for which wish" "$(came)" "done w1"
judge "  and is a new one" "$(grep -c 'rescan yes' "$calls")" 1
judge "  each network is told once, as strong as its strongest, strongest first" \
    "$(jq -c .wifi "$state")" '[{"ssid":"Gemeente","signal":70,"secured":true},{"ssid":"Winkel: gasten","signal":55,"secured":false}]'
judge "each link is told, and nothing that is none" "$(jq -c .links "$state")" \
    '[{"kind":"ethernet","state":"connected","name":"","address":"192.0.2.7/24"},{"kind":"wifi","state":"off","name":"","address":""}]'
judge "everybody may read it" "$(stat -c %a "$state")" 644
judge "the network's own time servers are passed on" "$(grep -o 'SetRuntimeNTPServers.*' "$calls" | sort -u)" "SetRuntimeNTPServers as 2 192.0.2.1 192.0.2.2"
judge "  once" "$(grep -c SetRuntime "$calls")" 1
new_pillar
echo 1 >"$play/busctl"
wishes '{"id":"w1","wish":"scan"}'
judge "  and again when they were not taken" "$(grep -c SetRuntime "$calls")" 2
for strength in $(seq 30); do echo " :$strength:WPA2:Net $strength"; done >"$play/wifi"
wishes '{"id":"w2","wish":"scan"}'
judge "no more than twenty are told" "$(jq -c '[(.wifi | length), .wifi[0].signal, .wifi[19].signal]' "$state")" "[20,30,11]"

new_pillar
wishes '{"id":"w3","wish":"wifi","ssid":"Caf\u00e9 \"Zuil\";\\#","password":"  p\\s; \"=#Geheim"}'
judge "a password is tried" "$(came)" "done w3"
judge "  an SSID is written by its bytes, and a password so that it comes out as it went in" \
    "$(grep -E '^(ssid|psk|hidden)=' "$settings/wifi.nmconnection" | paste -sd '|')" \
    'ssid=67;97;102;195;169;32;34;90;117;105;108;34;59;92;35;|hidden=true|psk=\s\sp\\s;\s"=#Geheim'
judge "  for nobody but root" "$(kept)" "$only_cable wifi.nmconnection 600"
judge "  and is told to no program and to no log" "$(cat "$calls" "$log" "$state" | grep -ci geheim || true)" 0
judge "the wish is taken" "$(find /run/zuil /run/zuil-network/taken -type f | wc -l)" 0
wishes '{"id":"w4","wish":"wifi","ssid":"Gemeente","password":"another one"}'
judge "a network that is in sight is not called by its name" "$(grep hidden= "$settings/wifi.nmconnection")" hidden=false

# What was there before stays when the new one does not come about.
cp "$settings/wifi.nmconnection" "$play/before"
fails() {
    echo 4 >"$play/ends"
    echo "Error: Connection activation failed: $1" >"$play/said"
    wishes "${3:-{\"id\":\"f1\",\"wish\":\"wifi\",\"ssid\":\"Gemeente\",\"password\":\"wrong password\"\}}"
    judge "when NetworkManager says \"$1\"" "$(came)" "$2 f1"
}
fails "Secrets were required, but not provided" password
judge "  it was tried" "$(grep -c 'wrong' "$play/tried/wifi.nmconnection")" 1
judge "  and the network before is there again" "$(cmp "$settings/wifi.nmconnection" "$play/before" && kept)" "$only_cable wifi.nmconnection 600"
fails "The Wi-Fi network could not be found" not-found
fails "IP configuration could not be reserved (no available address, timeout, etc.)" no-address
fails "No suitable device found for this connection (device lo not available)" no-device
fails "802.1X supplicant failed" failed
echo 3 >"$play/ends"
echo "Error: Timeout 60 sec expired." >"$play/said"
wishes '{"id":"f2","wish":"wifi","ssid":"Gemeente","password":"wrong password"}'
judge "a network that gives no address in a minute" "$(came)" "no-address f2"
new_pillar
fails "Secrets were required, but not provided" password
judge "  where there was none, there is none" "$(kept)" "$only_cable"
new_pillar
echo "Could not load file" >"$play/load"
wishes '{"id":"f3","wish":"wifi","ssid":"Gemeente","password":"long enough"}'
judge "a profile that NetworkManager does not read is not used" "$(came); $(kept); $(grep -c 'connection up' "$calls")" "failed f3; $only_cable; 0"

refused() {
    new_pillar
    wishes "$1"
    judge "refused before anything is tried: $1" "$(came); $(kept); $(grep -c 'connection up' "$calls")" "$2 r1; $only_cable; 0"
}
refused '{"id":"r1","wish":"wifi","ssid":"Gemeente","password":"short"}' password
refused '{"id":"r1","wish":"wifi","ssid":"Gemeente","password":"two\nlines of it"}' password
refused '{"id":"r1","wish":"wifi","ssid":"Gemeente","password":12345678}' password
refused '{"id":"r1","wish":"wifi","ssid":"Gemeente","password":null}' password
refused '{"id":"r1","wish":"wifi","ssid":"","password":null}' not-found
refused '{"id":"r1","wish":"wifi","ssid":"a name of more than thirty-two bytes","password":null}' not-found
refused '{"id":"r1","wish":"mobile","apn":"internet","pin":null}' no-device
refused '{"id":"r1","wish":"ethernet","address":"192.0.2.300/24"}' failed
refused '{"id":"r1","wish":"ethernet","address":"192.0.2.3"}' failed
refused '{"id":"r1","wish":"ethernet","address":"192.0.2.3/24\n[wifi]"}' failed
refused '{"id":"r1","wish":"ethernet","address":"192.0.2.3/24","dns":"1.1.1.1;evil"}' failed
for nothing in '' 'nonsense' '[]' '{"wish":"scan"}' '{"id":"a b","wish":"scan"}' '{"id":"r1","wish":"dance"}' '{"id":"r1","wish":["scan"]}' \
    '{"id":"r1","wish":"scan"}{"id":"r2","wish":"scan"}' "{\"id\":\"r1\",\"wish\":\"scan\",\"x\":\"$(printf '%9000s' x)\"}"; do
    new_pillar
    wishes "$nothing"
    judge "not understood, and gone without a trace: ${nothing:0:40}" "$(cat "$state" 2>/dev/null; kept; find /run/zuil -type f; grep -c connection "$calls")" "$(printf '%s\n' "$only_cable" 0)"
done
new_pillar
ln -s "$settings/ethernet.nmconnection" /run/zuil-network/taken/wish.json
does network fulfil
judge "a link in the wish's place is not followed" "$(cat "$calls")" ""

new_pillar
wishes '{"id":"e1","wish":"ethernet","address":"192.0.2.9/24","gateway":"192.0.2.1","dns":"192.0.2.1"}'
judge "an address of one's own" "$(came); $(sed -n '/ipv4/,/ipv6/p' "$settings/ethernet.nmconnection" | grep = | paste -sd ' ')" \
    "done e1; method=manual address1=192.0.2.9/24,192.0.2.1 dns=192.0.2.1; dhcp-send-hostname=false"
fails "IP configuration could not be reserved (no available address, timeout, etc.)" no-address '{"id":"f1","wish":"ethernet","address":null,"gateway":null,"dns":null}'
judge "  a cable's settings stay, also where nothing answers yet" "$(grep method= "$settings/ethernet.nmconnection" | head -n 1)" method=auto

with_modem() {
    new_pillar
    printf '%s\n' '' 'GENERAL.TYPE:gsm' 'GENERAL.STATE:100 (connected)' 'IP4.ADDRESS[1]:10.0.0.2/30' >>"$play/devices"
    printf '%s\n' 'modem.generic.state                 : connected' 'modem.3gpp.operator-name            : KPN' >"$play/modem"
}
with_modem
wishes '{"id":"m1","wish":"mobile","apn":"internet","pin":"0000"}'
judge "a mobile network" "$(came); $(jq -c '.links[2]' "$state")" 'done m1; {"kind":"mobile","state":"connected","name":"KPN","address":"10.0.0.2/30"}'
judge "  its PIN stands in the file alone" "$(grep -E '^(apn|pin|type)=' "$settings/mobile.nmconnection" | paste -sd ' '); $(cat "$calls" "$log" "$state" | grep -c 0000 || true)" "type=gsm apn=internet pin=0000; 0"
wish='{"id":"f1","wish":"mobile","apn":"","pin":null}'
fails "GSM Modem's SIM PIN required" pin "$wish"
fails "Secrets were required, but not provided" pin "$wish"
fails "GSM Modem's SIM card not inserted" no-sim "$wish"
echo 'modem.generic.state-failed-reason : sim-missing' >"$play/modem"
fails "No suitable device found for this connection" no-sim "$wish"
with_modem
wishes '{"id":"r1","wish":"mobile","apn":"internet","pin":"12"}'
judge "a PIN that can be none does not cost the card a try" "$(came); $(grep -c 'connection up' "$calls")" "pin r1; 0"
wishes '{"id":"r1","wish":"mobile","apn":"in ternet","pin":null}'
judge "an APN that can be none" "$(came); $(grep -c 'connection up' "$calls")" "failed r1; 0"

new_pillar
mkdir /run/zuil/network.json
does network take
does network fulfil
printf '{"id":"d1","wish":"scan"}' >/run/zuil/network.json
does network take
does network fulfil
judge "a folder in the place of a wish is in nobody's way" "$(came)" "done d1"

new_pillar
printf '[connection]\nid=wifi\n' >"$settings/wifi.nmconnection"
chmod 600 "$settings/wifi.nmconnection"
actor cp <<'END'
for last in "$@"; do :; done
case "$last" in *.new) printf '[conn' >"$last"; exit 1 ;; *) exec /usr/bin/cp "$@" ;; esac
END
wishes '{"id":"f1","wish":"wifi","ssid":"Gemeente","password":"geheim geheim"}'
judge "on a full disk what was there stays whole" "$(came); $(kept); $(paste -sd ' ' "$settings/wifi.nmconnection")" \
    "failed f1; $only_cable wifi.nmconnection 600; [connection] id=wifi"
rm "$work/bin/cp"

# What each state of a device is called.
told() {
    new_pillar
    printf '%s\n' "GENERAL.TYPE:$1" "GENERAL.STATE:$2" "WIRED-PROPERTIES.CARRIER:$3" >"$play/devices"
    printf 'eth0: something\neth0: something else\n' >"$play/monitor"
    does network watch
    judge "$1 $2, carrier $3" "$(jq -r '.links[0].state' "$state")" "$4"
}
told ethernet '20 (unavailable)' off no-cable
told ethernet '70 (connecting (getting IP configuration))' on connecting
told ethernet '30 (disconnected)' on failed
told ethernet '120 (connection failed)' on failed
told wifi '30 (disconnected)' '' off
told wifi '20 (unavailable)' '' off
judge "it is told at the start and at each change" "$(grep -c 'device show' "$calls")" 3
new_pillar
printf '%s\n' 'GENERAL.TYPE:wifi' 'GENERAL.STATE:100 (connected)' 'IP6.ADDRESS[1]:2001:db8::7/64' >"$play/devices"
: >"$play/monitor"
does network watch
judge "a Wi-Fi link has its network's name" "$(jq -c '.links' "$state")" '[{"kind":"wifi","state":"connected","name":"Winkel: gasten","address":"2001:db8::7/64"}]'
: >"$play/devices"
: >"$play/wifi"
does network watch
judge "where NetworkManager is not there yet, there is nothing" "$(jq -c '[.links, .wifi]' "$state")" '[[],[]]'
