# What both servers share. $1: the folder of the server, and of everything it writes.
set -euo pipefail
D=$1
cd "$D"
ip link set lo up

# name NAME DOMAIN: how names are looked up inside.
name() {
    printf '127.0.0.1 %s localhost\n' "$1" > hosts
    printf 'nameserver 127.0.0.1\nsearch %s\noptions timeout:1 attempts:1\n' "$2" > resolv.conf
    mount --bind hosts /etc/hosts
    mount --bind resolv.conf "$(readlink -f /etc/resolv.conf)"
}

# certify NAME: a certificate of the organisation's own authority.
certify() {
    local curve=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
    openssl req -x509 "${curve[@]}" -days 30 -keyout ca.key -out ca.pem -subj "/CN=Authority of $1" 2>> start.log
    openssl req "${curve[@]}" -keyout server.key -out server.csr -subj "/CN=$1" 2>> start.log
    printf 'subjectAltName=DNS:%s\n' "$1" > san
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile san -out server.pem 2>> start.log
    chmod 600 server.key
}

printf '%s\n' "$PASSWORD" > password
chmod 600 password
