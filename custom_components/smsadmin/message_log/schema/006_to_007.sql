-- Moves a file of version 6 into the tables of version 7, which 007.sql has made beside the old ones (old_submission, old_number, ...).

-- The order of all messages: within a table that of the ids, between tables that of the times.
CREATE TEMP TABLE place AS
SELECT name, old_id, (SELECT max(seq) FROM sqlite_sequence WHERE name LIKE 'old%') + sum(ids) OVER (ORDER BY at, name, old_id) AS id
FROM (
    SELECT 'submission' AS name, id AS old_id, max(submitted_at) OVER (ORDER BY id) AS at, max(numbers, 1) AS ids FROM old_submission
    UNION ALL SELECT 'record', id, max(received_at) OVER (ORDER BY id), 1 FROM old_record
    UNION ALL SELECT 'quarantine', id, max(received_at) OVER (ORDER BY id), 1 FROM old_quarantine
);
CREATE UNIQUE INDEX temp.place_by_old_id ON place (name, old_id);

INSERT INTO arrival (id, source, kind, query, body, content_type, status, complete, received_at)
SELECT id, source, kind, query, body, 'text/plain; charset=' || charset, 200, complete, received_at FROM old_arrival;

INSERT INTO quarantine (id, message_id, source, raw, reason, received_at, seen)
SELECT place.id, message_id, source, raw, reason, received_at, seen
FROM old_quarantine JOIN place ON name = 'quarantine' AND old_id = old_quarantine.id ORDER BY place.id;

-- Before the submissions, which the reports on them have settled already.
INSERT INTO record (
    id, message_id, kind, source, mobile, link_id, content, sub_code, outcome, stated_at, received_at, match_key, published
)
SELECT
    place.id, message_id, kind, source, canonical(mobile), link_id, content, sub_code,
    CASE WHEN kind = 'rpt' THEN CASE upper(trim(content))
        WHEN 'DELIVRD' THEN 'delivered' WHEN 'EXPIRED' THEN 'expired' WHEN 'UNDELIV' THEN 'undeliverable' WHEN 'UNKNOWN' THEN 'unknown'
        WHEN 'REJECTD' THEN 'rejected' WHEN 'DTBLACK' THEN 'blacklisted' WHEN 'ERR:104' THEN 'busy' ELSE 'other' END END,
    stated_at, received_at,
    CASE WHEN has_partner = 0 AND (kind = 'mo' OR link_id IS NULL) THEN match_key(kind, canonical(mobile), link_id, content) END,
    handed_over
FROM old_record JOIN place ON name = 'record' AND old_id = old_record.id
WHERE true ORDER BY place.id
ON CONFLICT DO NOTHING;

-- The chunks of one call had the time and the text in common.
INSERT INTO submission (
    id, message_id, link_id, call_id, message, numbers, state, called_at, send_at, submitted_at, settled_at, code
)
SELECT
    place.id, message_id, link_id, min(message_id) OVER (PARTITION BY submitted_at, message), message, numbers, state, submitted_at,
    send_at, submitted_at, settled_at, code
FROM old_submission JOIN place ON name = 'submission' AND old_id = old_submission.id ORDER BY place.id;

INSERT INTO number (submission_id, position, mobile, state, state_at)
SELECT place.id, position, mobile, coalesce(old_number.state, old_submission.state), coalesce(settled_at, submitted_at)
FROM old_number
JOIN old_submission ON old_submission.id = submission_id
JOIN place ON name = 'submission' AND old_id = submission_id
UNION ALL
SELECT place.id, key, value, state, coalesce(settled_at, submitted_at)
FROM old_submission
JOIN place ON name = 'submission' AND old_id = old_submission.id
JOIN json_each('["' || replace(mobiles, ';', '","') || '"]')
WHERE mobiles IS NOT NULL
ORDER BY 1, 2 DESC;

DELETE FROM counter;
INSERT INTO counter SELECT name, value FROM old_counter;
INSERT INTO watermark SELECT watcher, due_at FROM old_told WHERE message_id = '';
DROP TABLE temp.place;
