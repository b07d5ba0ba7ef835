-- The whole schema of version 7. A new file is made from this alone; an older one is brought to version 6 first (see 006_to_007.sql).
--
-- Times are milliseconds since 1970 in UTC. States are the values of MessageState.
-- Submissions, records and quarantined content take their ids from one sequence: it is the order of all messages, whatever the clock says.
-- A submission takes as many ids as it has numbers, and is named by the last of them.

CREATE TABLE submission (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL,
    link_id TEXT NOT NULL UNIQUE,
    call_id TEXT NOT NULL,
    message TEXT NOT NULL,
    numbers INTEGER NOT NULL, -- without those that were cancelled
    state TEXT NOT NULL,
    called_at INTEGER NOT NULL,
    send_at INTEGER,
    expires_at INTEGER,
    queued_at INTEGER, -- NULL if it left at once
    submitted_at INTEGER,
    settled_at INTEGER,
    code TEXT,
    reason TEXT,
    quarter INTEGER NOT NULL GENERATED ALWAYS AS (called_at / 900000) VIRTUAL,
    usage INTEGER NOT NULL GENERATED ALWAYS AS (iif(state IN ('rejected', 'not_sent'), 0, numbers)) VIRTUAL
) STRICT;
CREATE INDEX submission_by_time ON submission (called_at);
CREATE INDEX submission_by_call ON submission (call_id);
CREATE INDEX submission_by_message_id ON submission (message_id);
CREATE INDEX submission_scheduled ON submission (send_at) WHERE send_at IS NOT NULL;
CREATE INDEX submission_open ON submission (id) WHERE state = 'submitting';

-- How many numbers count for the daily limit, by quarters of an hour since 1970: the days of every time zone begin with one.
CREATE TABLE daily_usage (quarter INTEGER PRIMARY KEY, numbers INTEGER NOT NULL) STRICT;

-- `compared` is how the number is written in records, where none of another country has its 00 in front (see gateway/numbers.py).
CREATE TABLE number (
    submission_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    mobile TEXT NOT NULL,
    compared TEXT NOT NULL GENERATED ALWAYS AS (iif(mobile GLOB '00[^1]*', substr(mobile, 3), mobile)) VIRTUAL,
    recipient_id TEXT,
    state TEXT NOT NULL,
    state_at INTEGER NOT NULL,
    number_id INTEGER NOT NULL GENERATED ALWAYS AS (submission_id - position) VIRTUAL,
    addressee TEXT NOT NULL GENERATED ALWAYS AS (coalesce(recipient_id, '')) VIRTUAL,
    failed INTEGER NOT NULL GENERATED ALWAYS AS (state IN ('rejected', 'not_sent', 'expired', 'undeliverable', 'blacklisted')) VIRTUAL,
    PRIMARY KEY (submission_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX number_by_mobile ON number (compared, submission_id);
CREATE INDEX number_by_party ON number (addressee, compared, number_id);
CREATE INDEX number_queued ON number (submission_id) WHERE state = 'queued';

-- Numbers that failed, in the order in which they did.
CREATE TABLE failure (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    submission_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    failed_at INTEGER NOT NULL,
    UNIQUE (submission_id, position)
) STRICT;

-- What came in, to the byte. Content without records that equals the content before it is counted in `repeats`. `is_bare`: a pulled page
-- that contains no number of a phone, or differs from an earlier one only in times and ids of requests. An error page may differ every
-- minute, so the newest 20 are kept, and `repeats` counts those that were dropped for this one.
CREATE TABLE arrival (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    kind TEXT,
    query BLOB NOT NULL,
    body BLOB NOT NULL,
    content_type TEXT,
    content_encoding TEXT,
    status INTEGER NOT NULL,
    complete INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    is_bare INTEGER NOT NULL DEFAULT 0,
    repeats INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX arrival_by_channel ON arrival (source, kind);
CREATE INDEX arrival_by_time ON arrival (received_at);
CREATE INDEX arrival_bare ON arrival (id) WHERE is_bare;

-- Replies (kind mo) and reports (kind rpt). `outcome` is the state that a report stands for.
-- `match_key` is what a record has in common with its copy on the other channel; NULL once that has come.
CREATE TABLE record (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    mobile TEXT NOT NULL,
    link_id TEXT,
    content TEXT NOT NULL,
    sub_code TEXT,
    outcome TEXT,
    stated_at INTEGER,
    received_at INTEGER NOT NULL,
    addressee TEXT NOT NULL DEFAULT '', -- of a reply: that of the text that it answers
    match_key BLOB,
    attempts INTEGER NOT NULL DEFAULT 0,
    published INTEGER NOT NULL DEFAULT 0,
    quarantined INTEGER NOT NULL DEFAULT 0
) STRICT;
-- A status of a message to a number is reported once.
CREATE UNIQUE INDEX record_report ON record (link_id, mobile, content) WHERE kind = 'rpt' AND link_id IS NOT NULL;
CREATE INDEX record_reply ON record (id) WHERE kind = 'mo';
CREATE INDEX record_by_time ON record (received_at, kind);
CREATE INDEX record_by_mobile ON record (mobile) WHERE kind = 'mo';
CREATE INDEX record_by_party ON record (addressee, mobile, id) WHERE kind = 'mo';
CREATE INDEX record_by_link_id ON record (link_id) WHERE kind = 'mo' AND link_id IS NOT NULL;
CREATE INDEX record_unpublished ON record (id) WHERE published = 0;
CREATE INDEX record_match_received ON record (match_key, source, received_at) WHERE match_key IS NOT NULL;
CREATE INDEX record_match_stated ON record (match_key, source, stated_at) WHERE match_key IS NOT NULL AND stated_at IS NOT NULL;

CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL,
    source TEXT NOT NULL,
    raw BLOB NOT NULL,
    reason TEXT NOT NULL,
    mobile TEXT,
    link_id TEXT,
    received_at INTEGER NOT NULL,
    is_bare INTEGER NOT NULL DEFAULT 0, -- of such an arrival
    seen INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX quarantine_by_time ON quarantine (received_at);
CREATE INDEX quarantine_unseen ON quarantine (id) WHERE seen = 0;
CREATE INDEX quarantine_bare ON quarantine (id) WHERE is_bare;

-- Whom messages are exchanged with: a number, and the recipient that was addressed, '' if the number itself was. Conversations are made
-- of these when they are read, because recipients change. `failed`: the last text to it has.
CREATE TABLE party (
    id INTEGER PRIMARY KEY,
    addressee TEXT NOT NULL,
    mobile TEXT NOT NULL, -- as compared
    last_id INTEGER NOT NULL,
    sent_id INTEGER,
    failed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (mobile, addressee)
) STRICT;
CREATE INDEX party_by_last_id ON party (last_id);
CREATE INDEX party_by_addressee ON party (addressee) WHERE addressee != '';
CREATE INDEX party_failed ON party (id) WHERE failed;

-- Users who have opened the panel, and the replies since then that they have not read.
CREATE TABLE reader (user_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE unread (
    user_id TEXT NOT NULL,
    party_id INTEGER NOT NULL,
    first_id INTEGER NOT NULL,
    replies INTEGER NOT NULL,
    PRIMARY KEY (user_id, party_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX unread_by_party ON unread (party_id);

-- What has to survive the clean-up of what it counts.
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO counter VALUES ('submitted', 0), ('delivered', 0), ('failed', 0), ('replies', 0);

-- Until when, or up to which id, something has been published.
CREATE TABLE watermark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- What is known of the account, or of this file.
CREATE TABLE property (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Microseconds since 1970: as long as the clock goes on, no id of a file is one of the file that it replaces.
INSERT INTO sqlite_sequence
SELECT value, CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)
FROM json_each('["submission", "failure", "record", "quarantine"]');
CREATE VIEW next_id AS SELECT max(seq) + 1 AS id FROM sqlite_sequence;

CREATE VIEW superfluous_arrival AS SELECT id, repeats FROM arrival WHERE is_bare ORDER BY id DESC LIMIT -1 OFFSET 20;
CREATE TRIGGER arrival_makes_room AFTER INSERT ON arrival WHEN NEW.is_bare BEGIN
    UPDATE arrival SET repeats = (SELECT coalesce(sum(1 + repeats), 0) FROM superfluous_arrival) WHERE id = NEW.id;
    DELETE FROM arrival WHERE id IN (SELECT id FROM superfluous_arrival);
END;
CREATE TRIGGER quarantine_makes_room AFTER INSERT ON quarantine WHEN NEW.is_bare BEGIN
    DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine WHERE is_bare ORDER BY id DESC LIMIT -1 OFFSET 20);
END;

-- Numbers follow their submission until a report, or the user who cancels one, says something else.
CREATE TRIGGER submission_moves_numbers AFTER UPDATE OF state ON submission BEGIN
    UPDATE number
    SET state = NEW.state,
        state_at = CASE NEW.state WHEN 'queued' THEN NEW.queued_at WHEN 'submitting' THEN NEW.submitted_at ELSE NEW.settled_at END
    WHERE submission_id = NEW.id AND state IN ('queued', 'submitting');
END;
CREATE TRIGGER submission_is_counted AFTER UPDATE OF state ON submission WHEN NEW.state IN ('accepted', 'unconfirmed') BEGIN
    UPDATE counter SET value = value + NEW.numbers WHERE name = 'submitted';
END;
CREATE TRIGGER submission_has_usage AFTER INSERT ON submission BEGIN
    INSERT INTO daily_usage VALUES (NEW.quarter, NEW.usage) ON CONFLICT DO UPDATE SET numbers = numbers + NEW.usage;
END;
CREATE TRIGGER submission_changes_usage AFTER UPDATE OF state, numbers ON submission WHEN NEW.usage != OLD.usage BEGIN
    UPDATE daily_usage SET numbers = numbers + NEW.usage - OLD.usage WHERE quarter = NEW.quarter;
END;

CREATE TRIGGER number_cancelled AFTER UPDATE OF state ON number WHEN NEW.state = 'cancelled' BEGIN
    UPDATE submission SET numbers = numbers - 1 WHERE id = NEW.submission_id;
END;
CREATE TRIGGER number_delivered AFTER UPDATE OF state ON number WHEN NEW.state = 'delivered' AND OLD.state != 'delivered' BEGIN
    UPDATE counter SET value = value + 1 WHERE name = 'delivered';
END;
CREATE TRIGGER number_failed AFTER UPDATE OF state ON number WHEN NEW.failed AND NOT OLD.failed BEGIN
    INSERT INTO failure (submission_id, position, failed_at) VALUES (NEW.submission_id, NEW.position, NEW.state_at);
    UPDATE counter SET value = value + 1 WHERE name = 'failed';
END;

-- Messages make parties, and parties end with their last message.
CREATE TRIGGER number_has_party AFTER INSERT ON number BEGIN
    INSERT INTO party (addressee, mobile, last_id, sent_id, failed) VALUES (NEW.addressee, NEW.compared, NEW.number_id, NEW.number_id, NEW.failed)
    ON CONFLICT DO UPDATE SET last_id = max(last_id, NEW.number_id), sent_id = NEW.number_id, failed = NEW.failed;
END;
CREATE TRIGGER party_has_failed AFTER UPDATE OF state ON number WHEN NEW.failed != OLD.failed BEGIN
    UPDATE party SET failed = NEW.failed WHERE addressee = NEW.addressee AND mobile = NEW.compared AND sent_id = NEW.number_id;
END;
CREATE TRIGGER reply_has_party AFTER INSERT ON record WHEN NEW.kind = 'mo' BEGIN
    UPDATE record SET addressee = coalesce((
        SELECT addressee FROM number WHERE submission_id = (SELECT id FROM submission WHERE link_id = NEW.link_id) AND compared = NEW.mobile
    ), '') WHERE id = NEW.id AND NEW.link_id IS NOT NULL;
    INSERT INTO party (addressee, mobile, last_id) SELECT addressee, mobile, id FROM record WHERE id = NEW.id
    ON CONFLICT DO UPDATE SET last_id = NEW.id;
    INSERT INTO unread SELECT user_id, party.id, NEW.id, 1 FROM reader CROSS JOIN party WHERE last_id = NEW.id
    ON CONFLICT DO UPDATE SET replies = replies + 1;
END;
CREATE TRIGGER number_leaves_party AFTER DELETE ON number BEGIN
    DELETE FROM party WHERE addressee = OLD.addressee AND mobile = OLD.compared
    AND NOT EXISTS (SELECT 1 FROM number WHERE addressee = OLD.addressee AND compared = OLD.compared)
    AND NOT EXISTS (SELECT 1 FROM record WHERE addressee = OLD.addressee AND mobile = OLD.compared AND kind = 'mo');
END;
CREATE TRIGGER reply_leaves_party AFTER DELETE ON record WHEN OLD.kind = 'mo' BEGIN
    DELETE FROM party WHERE addressee = OLD.addressee AND mobile = OLD.mobile
    AND NOT EXISTS (SELECT 1 FROM number WHERE addressee = OLD.addressee AND compared = OLD.mobile)
    AND NOT EXISTS (SELECT 1 FROM record WHERE addressee = OLD.addressee AND mobile = OLD.mobile AND kind = 'mo');
END;
CREATE TRIGGER party_ends AFTER DELETE ON party BEGIN
    DELETE FROM unread WHERE party_id = OLD.id;
END;

-- What a report does to its number: delivered is final, and what has failed changes only to delivered or another failure.
CREATE VIEW report AS SELECT id, link_id, mobile, outcome, received_at FROM record WHERE kind = 'rpt' AND link_id IS NOT NULL;
CREATE TRIGGER report_settles_number INSTEAD OF INSERT ON report BEGIN
    UPDATE number SET state = NEW.outcome, state_at = NEW.received_at
    WHERE submission_id = (SELECT id FROM submission WHERE link_id = NEW.link_id) AND compared = NEW.mobile AND state != 'delivered'
    AND (NOT failed OR NEW.outcome IN ('delivered', 'rejected', 'expired', 'undeliverable', 'blacklisted'));
END;
CREATE TRIGGER record_reports AFTER INSERT ON record WHEN NEW.kind = 'rpt' AND NEW.link_id IS NOT NULL BEGIN
    INSERT INTO report (link_id, mobile, outcome, received_at) VALUES (NEW.link_id, NEW.mobile, NEW.outcome, NEW.received_at);
END;
CREATE TRIGGER record_is_counted AFTER INSERT ON record WHEN NEW.kind = 'mo' BEGIN
    UPDATE counter SET value = value + 1 WHERE name = 'replies';
END;
