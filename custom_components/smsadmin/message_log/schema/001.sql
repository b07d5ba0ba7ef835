CREATE TABLE submission (
    id INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL,
    link_id TEXT NOT NULL UNIQUE,
    message TEXT NOT NULL,
    numbers INTEGER NOT NULL,
    submitted_at INTEGER NOT NULL,
    send_at INTEGER,
    state TEXT NOT NULL,
    code TEXT,
    settled_at INTEGER
) STRICT;
CREATE INDEX submission_by_time ON submission (submitted_at);
CREATE INDEX submission_open ON submission (id) WHERE state = 'submitting';

CREATE TABLE number (
    submission_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    mobile TEXT NOT NULL,
    state TEXT,
    PRIMARY KEY (submission_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX number_by_mobile ON number (mobile, submission_id);

CREATE TABLE arrival (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    kind TEXT,
    query BLOB NOT NULL,
    body BLOB NOT NULL,
    charset TEXT,
    complete INTEGER NOT NULL,
    received_at INTEGER NOT NULL
) STRICT;
CREATE INDEX arrival_by_time ON arrival (source, received_at);

CREATE TABLE record (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    mobile TEXT NOT NULL,
    link_id TEXT,
    content TEXT NOT NULL,
    sub_code TEXT,
    stated_at INTEGER,
    received_at INTEGER NOT NULL,
    has_partner INTEGER NOT NULL DEFAULT 0,
    handed_over INTEGER NOT NULL DEFAULT 0
) STRICT;
-- Microseconds since 1970: as long as the clock goes on, no id of a file is one of the file that it replaces.
INSERT INTO sqlite_sequence VALUES ('record', CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER));
CREATE INDEX record_by_time ON record (received_at);
CREATE INDEX record_by_mobile ON record (mobile, received_at);
CREATE INDEX record_by_link_id ON record (link_id, mobile) WHERE link_id IS NOT NULL;
CREATE INDEX record_waiting ON record (id) WHERE handed_over = 0;

CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL,
    source TEXT NOT NULL,
    raw BLOB NOT NULL,
    reason TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    seen INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX quarantine_by_time ON quarantine (received_at);
