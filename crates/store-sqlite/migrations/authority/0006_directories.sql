-- 0006_directories: directories that product keys have activated, and the activation objects that were signed for them.

-- Its id, in the place of a machine's components.
ALTER TABLE activation ADD COLUMN directory BLOB CHECK (length(directory) = 16);

CREATE INDEX activation_by_directory ON activation (product_key, directory) WHERE directory IS NOT NULL;

CREATE TABLE directory_object (
    number INTEGER PRIMARY KEY,
    product_key BLOB NOT NULL REFERENCES product_key (id),
    subject_id BLOB NOT NULL CHECK (length(subject_id) = 16),
    cti BLOB NOT NULL UNIQUE CHECK (length(cti) = 16),
    expires INTEGER NOT NULL
) STRICT;
