-- For each watcher: the time up to which it has reported everything (the row without a message), and what it has reported early.
CREATE TABLE told (
    watcher TEXT NOT NULL,
    message_id TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    PRIMARY KEY (watcher, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX submission_scheduled ON submission (send_at) WHERE send_at IS NOT NULL;
