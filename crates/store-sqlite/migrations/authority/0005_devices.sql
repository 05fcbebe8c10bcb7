-- 0005_devices: devices on which one signed-in user may hold a lease at once; nothing where it is no subscription.
ALTER TABLE policy ADD COLUMN devices INTEGER;
