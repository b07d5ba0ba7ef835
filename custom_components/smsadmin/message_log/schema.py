"""The tables, and how a file of an older version becomes one of this.

Times are milliseconds since 1970 in UTC. A number has a state of its own once a report has told of it; until then it has that of its
submission, so that the answer to a submission of 1000 numbers changes one row. The history of a message is not stored a second time:
it is its submission's times and the reports on it.
"""

import sqlite3

from .errors import LogTooNewError

_TABLES = """
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
"""

# What has to survive the clean-up of what it counts.
_COUNTERS = """
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO counter VALUES
    ('submitted', (SELECT coalesce(sum(numbers), 0) FROM submission WHERE state IN ('accepted', 'unconfirmed'))),
    ('delivered', (SELECT count(*) FROM number WHERE state = 'delivered')),
    ('failed', (SELECT count(*) FROM number JOIN submission ON submission.id = submission_id
        WHERE coalesce(number.state, submission.state) IN ('rejected', 'expired', 'undeliverable', 'blacklisted'))),
    ('replies', (SELECT count(*) FROM record WHERE kind = 'mo'));
"""

# Of each watcher: until when it has told of everything (the row without a message), and what it has told of before its time.
_TOLD = """
CREATE TABLE told (
    watcher TEXT NOT NULL,
    message_id TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    PRIMARY KEY (watcher, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX submission_scheduled ON submission (send_at) WHERE send_at IS NOT NULL;
"""

# What is in an older file has been read.
_READ_LATER = """
ALTER TABLE arrival ADD COLUMN is_read INTEGER NOT NULL DEFAULT 1;
CREATE INDEX arrival_unread ON arrival (id) WHERE is_read = 0;
"""

# The numbers of a submission, as they are sent, for as long as they have no rows of their own. In an older file, what had none had not left.
_SPREAD_LATER = """
DELETE FROM submission WHERE state = 'submitting' AND NOT EXISTS (SELECT 1 FROM number WHERE submission_id = submission.id);
ALTER TABLE submission ADD COLUMN mobiles TEXT;
CREATE INDEX submission_packed ON submission (id) WHERE mobiles IS NOT NULL;
"""

# "Read" is what a user has done with what is in quarantine.
_DECODED = """
ALTER TABLE arrival RENAME COLUMN is_read TO is_decoded;
DROP INDEX arrival_unread;
CREATE INDEX arrival_undecoded ON arrival (id) WHERE is_decoded = 0;
"""

MIGRATIONS = (_TABLES, _COUNTERS, _TOLD, _READ_LATER, _SPREAD_LATER, _DECODED)
"""Each makes a file of the version that is its position into one of the next."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a file up to date, each step whole or not at all."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise LogTooNewError(f"the file has version {version}, and {len(MIGRATIONS)} is the latest that is known here")
    for number, migration in enumerate(MIGRATIONS[version:], version + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {migration} PRAGMA user_version = {number}; COMMIT;")
