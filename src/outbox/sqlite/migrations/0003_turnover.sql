-- A second witness of a payment: what the terminal had charged in all before it, since its day was last
-- closed; and the trace number with which it would name this payment if it took it back.
ALTER TABLE journal ADD COLUMN turnover_terminal TEXT;
ALTER TABLE journal ADD COLUMN turnover_count    INTEGER CHECK (turnover_count >= 0);
ALTER TABLE journal ADD COLUMN turnover_total    INTEGER CHECK (turnover_total >= 0);
ALTER TABLE journal ADD COLUMN trace             INTEGER CHECK (trace BETWEEN 0 AND 999999);
