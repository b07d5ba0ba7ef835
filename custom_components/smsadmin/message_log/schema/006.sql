-- "Read" is what a user has done with what is in quarantine.
ALTER TABLE arrival RENAME COLUMN is_read TO is_decoded;
DROP INDEX arrival_unread;
CREATE INDEX arrival_undecoded ON arrival (id) WHERE is_decoded = 0;
