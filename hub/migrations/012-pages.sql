-- Pages stay fast with years of requests: each list is found by an index, and what is passed over in one is counted
-- there and not read.

DROP INDEX transactions_by_time;
DROP INDEX transactions_waiting;
-- Times come in nearly in order, so the first is written at its end only. (`state` is in the second so that nothing else is read.)
CREATE INDEX transactions_newest_first ON transactions (received_at DESC, committed_at DESC, id DESC);
CREATE INDEX transactions_waiting ON transactions (received_at DESC, committed_at DESC, id DESC, state)
    WHERE state = 'parked';
CREATE INDEX transactions_unknown_payments ON transactions (number)
    WHERE state = 'parked' AND payment ->> 'state' = 'unknown';
-- So that what is handed over is found without going through everything that ever came in.
CREATE INDEX transactions_to_forget ON transactions (number)
    WHERE state = 'registered' AND length(ciphertext) > 0;

CREATE INDEX audit_by_deed ON audit (deed, number);
-- In the order of their words, which tells no more of when they were asked than the random id does.
CREATE INDEX questions_by_words ON questions (language, words, day, pillar);
