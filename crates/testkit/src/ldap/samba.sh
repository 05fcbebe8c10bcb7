name dc1.corp.example corp.example
certify dc1.corp.example
tls=(--option="tls certfile=$D/server.pem" --option="tls keyfile=$D/server.key" --option="tls cafile=$D/ca.pem")
samba-tool domain provision --realm=CORP.EXAMPLE --domain=CORP --server-role=dc --host-name=dc1 --host-ip=127.0.0.1 \
    --dns-backend=SAMBA_INTERNAL --adminpass="$PASSWORD" --targetdir="$D/ad" \
    --option="interfaces=lo" --option="bind interfaces only=yes" --option="log file=$D/log.%m" "${tls[@]}" > provision.log 2>&1
conf=$D/ad/etc/smb.conf
samba-tool user create reader "$PASSWORD" -s "$conf" >> provision.log 2>&1
samba-tool computer create PC1 -s "$conf" >> provision.log 2>&1
samba-tool user setpassword 'PC1$' --newpassword="$PASSWORD" -s "$conf" >> provision.log 2>&1
# Samba registers it by itself a while after its start.
samba-tool spn add ldap/dc1.corp.example 'DC1$' -s "$conf" >> provision.log 2>&1
samba-tool domain exportkeytab "$D/pc1.keytab" --principal='PC1$' -s "$conf" >> provision.log 2>&1
cat > krb5.conf <<'KRB'
[libdefaults]
default_realm = CORP.EXAMPLE
dns_lookup_kdc = false
rdns = false
dns_canonicalize_hostname = false
[realms]
CORP.EXAMPLE = {
    kdc = 127.0.0.1
}
KRB
# It would ask itself what it does not know, without an end.
sed -i 's/dns forwarder = .*/dns forwarder =/' "$conf"
samba -s "$conf" -F -M single --no-process-group > server.log 2>&1 &
for _ in $(seq 300); do
    ldapsearch -x -H ldap://127.0.0.1 -s base -b '' rootDomainNamingContext > /dev/null 2>&1 && break
    sleep 0.1
done
echo ready
exec cat > /dev/null
