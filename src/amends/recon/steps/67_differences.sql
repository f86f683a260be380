-- Tied pairs whose values differ, or whose fee or day of settlement is off.
SELECT 'value' AS off, t.ledger_id, t.line_id, l.amount_minor, p.gross_minor,
       l.currency AS ledger_currency, p.currency AS line_currency, p.settled_date,
       CAST(l.seen_at AS DATE) AS booked_on, CAST(NULL AS BIGINT) AS fee_minor,
       CAST(NULL AS BIGINT) AS contracted_minor
FROM tied AS t
JOIN ledger_rest AS l ON l.ledger_id = t.ledger_id
JOIN line_rest AS p ON p.line_id = t.line_id
WHERE t.rule = 'differs' AND t.amount <> 'unrated'
UNION ALL
SELECT 'fee', ledger_id, line_id, NULL, gross_minor, currency, currency, settled_date, NULL,
       fee_minor, contracted_minor
FROM fee_off
UNION ALL
SELECT 'late', ledger_id, line_id, NULL, gross_minor, currency, currency, settled_date, booked_on,
       NULL, NULL
FROM late
ORDER BY 1, 2, 3;
