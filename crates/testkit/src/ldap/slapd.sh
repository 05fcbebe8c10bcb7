name ldap.example.org example.org
certify ldap.example.org
touch krb5.conf
mkdir db-users db-open db-moved
cat > slapd.conf <<CONF
include /etc/ldap/schema/core.schema
include $2
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile $D/slapd.pid
TLSCACertificateFile $D/ca.pem
TLSCertificateFile $D/server.pem
TLSCertificateKeyFile $D/server.key
sizelimit size.soft=20 size.hard=20 size.pr=50 size.prtotal=unlimited
access to dn.base="" by * read

database mdb
suffix "dc=example,dc=org"
rootdn "cn=admin,dc=example,dc=org"
rootpw $PASSWORD
directory $D/db-users
access to attrs=userPassword by anonymous auth by * none
access to * by users read by * none

database mdb
suffix "dc=open"
rootdn "cn=admin,dc=open"
rootpw $PASSWORD
directory $D/db-open
access to * by * read

database mdb
suffix "dc=moved"
rootdn "cn=admin,dc=moved"
rootpw $PASSWORD
directory $D/db-moved
access to * by * read
CONF
domain() { printf 'dn: %s\nobjectClass: dcObject\nobjectClass: organization\ndc: %s\no: Example\n\n' "$1" "$2"; }
user() { printf 'dn: cn=%s,dc=example,dc=org\nobjectClass: person\ncn: %s\nsn: %s\nuserPassword: %s\n\n' "$1" "$1" "$1" "$PASSWORD"; }
{ domain dc=example,dc=org example; user reader; } | slapadd -f slapd.conf -b dc=example,dc=org
domain dc=open open | slapadd -f slapd.conf -b dc=open
{ domain dc=moved moved
  printf 'dn: ou=leasehold,dc=moved\nobjectClass: referral\nobjectClass: extensibleObject\nou: leasehold\nref: ldap://elsewhere.example.org/ou=leasehold,dc=moved\n'
} | slapadd -f slapd.conf -b dc=moved
slapd -f slapd.conf -h 'ldap:/// ldaps:///' > server.log 2>&1
echo ready
exec cat > /dev/null
