-- touch: a write of no meaning, by which it is seen whether anything can be written.
UPDATE leasehold_host.schema_version SET version = version
