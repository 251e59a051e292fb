# Read by script/test and script/bench: a PostgreSQL server for as long as the script runs. `script/setup --postgresql`
# has installed it.

# As a user without rights, on a socket in a temporary folder, with its own settings for durability.
start_postgresql() {
    as_user=()
    programs=$(find /usr/lib/postgresql -name initdb -printf '%h\n' | sort -V | tail -n 1)
    folder=$(mktemp -d /var/tmp/zuil-postgresql.XXXXXX)
    user=$(id -un)
    if [ "$(id -u)" -eq 0 ]; then
        user=postgres
        chown postgres "$folder"
        as_user=(runuser -u postgres --)
    fi
    trap 'cd /; "${as_user[@]}" "$programs/pg_ctl" -D "$folder/data" -m fast -s stop; rm -rf "$folder"' EXIT
    (
        cd "$folder"
        "${as_user[@]}" "$programs/initdb" -D "$folder/data" -A trust -U "$user" >/dev/null
        # One role signs in as everywhere else: with a password.
        "${as_user[@]}" sed -i '1i local all zuil_with_password scram-sha-256' "$folder/data/pg_hba.conf"
        "${as_user[@]}" "$programs/pg_ctl" -D "$folder/data" -l "$folder/log" -w -s \
            -o "-c listen_addresses='' -c max_connections=300 -c unix_socket_directories='$folder'" start >&2
    )
    export PGHOST=$folder PGUSER=$user PGDATABASE=postgres
}
