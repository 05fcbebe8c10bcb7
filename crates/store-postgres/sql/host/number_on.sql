-- number_on: the number after which batches are counted on.
SELECT setval(pg_get_serial_sequence('leasehold_host.journal', 'batch'), $1)
