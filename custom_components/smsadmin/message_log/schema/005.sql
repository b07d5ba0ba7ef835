-- The numbers of a submission, as they are sent, for as long as they have no rows of their own. In an older file, a submission without
-- numbers had not left.
DELETE FROM submission WHERE state = 'submitting' AND NOT EXISTS (SELECT 1 FROM number WHERE submission_id = submission.id);
ALTER TABLE submission ADD COLUMN mobiles TEXT;
CREATE INDEX submission_packed ON submission (id) WHERE mobiles IS NOT NULL;
