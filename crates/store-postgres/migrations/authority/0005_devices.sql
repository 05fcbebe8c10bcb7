-- 0005_devices: devices on which one signed-in user may hold a lease at once; nothing where it is no subscription.
ALTER TABLE leasehold_authority.policy ADD COLUMN devices BIGINT;
