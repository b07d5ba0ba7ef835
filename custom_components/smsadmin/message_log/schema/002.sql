-- What has to survive the clean-up of what it counts.
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO counter VALUES
    ('submitted', (SELECT coalesce(sum(numbers), 0) FROM submission WHERE state IN ('accepted', 'unconfirmed'))),
    ('delivered', (SELECT count(*) FROM number WHERE state = 'delivered')),
    ('failed', (SELECT count(*) FROM number JOIN submission ON submission.id = submission_id
        WHERE coalesce(number.state, submission.state) IN ('rejected', 'expired', 'undeliverable', 'blacklisted'))),
    ('replies', (SELECT count(*) FROM record WHERE kind = 'mo'));
