-- Ledger rows that end the run untied, with what is known about each.
SELECT l.ledger_id, l.type, l.currency, l.amount_minor, l.seen_at AS booked_at, l.said AS reference, c.twin,
       EXISTS (SELECT 1 FROM maybe AS m WHERE m.ledger_id = l.ledger_id) AS proposed
FROM ledger_rest AS l
LEFT JOIN ledger_copy AS c ON c.ledger_id = l.ledger_id
WHERE NOT EXISTS (SELECT 1 FROM tied AS t WHERE t.ledger_id = l.ledger_id)
ORDER BY l.ledger_id;
