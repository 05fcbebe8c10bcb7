-- object_record: adds an activation object that was signed.
INSERT INTO directory_object (product_key, subject_id, cti, expires) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (cti) DO NOTHING;
