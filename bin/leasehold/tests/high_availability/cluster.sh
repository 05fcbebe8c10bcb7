# A cluster of two PostgreSQL servers under Patroni, with etcd and HAProxy, each server on a network of its own behind one switch.
# To be run alone in namespaces for network, mounts and processes: `bash cluster.sh FOLDER`. Says `ready HOST:PORT`, then does what each line of
# its input says, and answers each with `done`:
#   kill N     the server N loses its power            start N    it is switched on again
#   cut N      its cable is pulled                     join N     and put back
#   switch     the other server is to lead             leader     says which leads: `done N`, `done -` where none does
#   healthy    `done yes` where one leads and the other follows it synchronously
set -euo pipefail
folder=$1
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups --)
switch=10.9.0.1
declare -A network

main() {
    ip link set lo up
    ip link add br0 type bridge
    ip address add "$switch/24" dev br0
    ip link set br0 up
    chmod 711 "$folder"
    local n
    for n in 1 2; do connect "$n"; done
    quietly etcd etcd --name one --data-dir "$folder/etcd" --listen-client-urls "http://$switch:2379" --advertise-client-urls "http://$switch:2379" \
        --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 --initial-cluster one=http://127.0.0.1:2380
    wait_for "etcd" curl -sf "http://$switch:2379/health"
    for n in 1 2; do configure "$n"; done
    begin 1
    wait_for "the first server" curl -sf "http://${switch}1:8008/primary"
    begin 2
    haproxy_configuration > "$folder/haproxy.cfg"
    quietly haproxy haproxy -db -f "$folder/haproxy.cfg"
    wait_for "the second server" is_healthy
    wait_for "the proxy" sql 'SELECT 1'
    sql 'CREATE DATABASE leasehold' >/dev/null
    echo "ready $switch:5000"
    local word n_or_nothing
    while read -r word n_or_nothing; do
        case "$word" in
            kill) lose_power "$n_or_nothing" ;;
            start) begin "$n_or_nothing" ;;
            cut) ip link set "v$n_or_nothing" down ;;
            join) ip link set "v$n_or_nothing" up ;;
            switch) patronictl -c "$folder/db1.yml" switchover leasehold --leader "db$(leader)" --force >>"$folder/switch.log" 2>&1 ;;
            leader | healthy) ;;
            *) echo "unknown: $word" && exit 1 ;;
        esac
        case "$word" in
            leader) echo "done $(leader)" ;;
            healthy) if is_healthy; then echo "done yes"; else echo "done no"; fi ;;
            *) echo "done" ;;
        esac
    done
}


# A network of the server's own, with a cable to the switch.
connect() {
    unshare --net sleep infinity &
    local holder=$!
    network[$1]=/proc/$holder/ns/net
    wait_for "a network" different "$holder"
    ip link add "v$1" type veth peer name "e$1"
    ip link set "v$1" master br0 up
    ip link set "e$1" netns "$holder"
    inside "$1" ip address add "$switch$1/24" dev "e$1"
    inside "$1" ip link set "e$1" up
    inside "$1" ip link set lo up
    echo "$holder" > "$folder/holder$1"
}

different() { [ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/$$/ns/net)" ]; }

inside() {
    local n=$1
    shift
    nsenter --net="${network[$n]}" "$@"
}

begin() { quietly "db$1" nsenter --net="${network[$1]}" "${as_postgres[@]}" patroni "$folder/db$1.yml"; }

# Everything that runs on the server's network ends at once, but what holds the network.
lose_power() {
    local own holder process
    holder=$(cat "$folder/holder$1")
    own=$(readlink "/proc/$holder/ns/net")
    for process in /proc/[0-9]*; do
        process=${process#/proc/}
        if [ "$process" != "$holder" ] && [ "$(readlink "/proc/$process/ns/net" 2>/dev/null)" = "$own" ]; then
            kill -KILL "$process" 2>/dev/null || true
        fi
    done
}

configure() {
    install -d -o postgres -g postgres -m 700 "$folder/db$1"
    cat > "$folder/db$1.yml" <<END
scope: leasehold
name: db$1
restapi: { listen: "$switch$1:8008", connect_address: "$switch$1:8008" }
etcd3: { host: "$switch:2379" }
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 2
    retry_timeout: 5
    master_start_timeout: 5
    synchronous_mode: true
    postgresql:
      use_pg_rewind: true
      parameters: { shared_buffers: 32MB, max_connections: 60, wal_keep_size: 64MB, wal_log_hints: "on" }
  initdb: [ { encoding: UTF8 }, { locale: C } ]
postgresql:
  listen: "$switch$1:5432"
  connect_address: "$switch$1:5432"
  data_dir: $folder/db$1/data
  bin_dir: $bin
  pgpass: $folder/db$1/pgpass
  authentication:
    superuser: { username: leasehold }
    replication: { username: leasehold }
    rewind: { username: leasehold }
  parameters: { unix_socket_directories: $folder/db$1, logging_collector: "off" }
  pg_hba: [ "local all all trust", "host all all 10.9.0.0/24 trust", "host replication all 10.9.0.0/24 trust" ]
END
}

haproxy_configuration() {
    cat <<END
defaults
    mode tcp
    timeout connect 2s
    timeout check 2s
    timeout client 30m
    timeout server 30m
listen primary
    bind $switch:5000
    option httpchk OPTIONS /primary
    http-check expect status 200
    default-server inter 1s fall 2 rise 1 on-marked-down shutdown-sessions
    server db1 ${switch}1:5432 check port 8008
    server db2 ${switch}2:5432 check port 8008
END
}

leader() {
    local n
    for n in 1 2; do
        if curl -sf -m 1 -o /dev/null "http://$switch$n:8008/primary"; then echo "$n" && return; fi
    done
    echo -
}

is_healthy() {
    [ "$(leader)" != - ] && { curl -sf -m 1 -o /dev/null "http://${switch}1:8008/synchronous" || curl -sf -m 1 -o /dev/null "http://${switch}2:8008/synchronous"; }
}

sql() { PGCONNECT_TIMEOUT=3 psql -X -A -t -q -h "$switch" -p 5000 -U leasehold -d postgres -c "$1" 2>/dev/null; }

quietly() {
    local log=$1
    shift
    "$@" >>"$folder/$log.log" 2>&1 </dev/null &
}

wait_for() {
    local what=$1 turn
    shift
    for turn in $(seq 300); do
        if "$@" >/dev/null 2>&1; then return; fi
        sleep 0.2
    done
    echo "no $what within a minute" && tail -n 20 "$folder"/*.log
    exit 1
}

main
