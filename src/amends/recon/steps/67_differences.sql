-- Tied pairs whose values differ, or whose fee or day of settlement is off.
SELECT 'value' AS off, t.ledger_id, t.line_id, l.amount_minor, p.gross_minor,
       l.currency AS ledger_currency, p.currency AS line_currency, p.settled_date,
       CAST(l.booked_at AS DATE) AS booked_on, CAST(NULL AS BIGINT) AS fee_minor,
       CAST(NULL AS BIGINT) AS contracted_minor, t.amount
FROM tied AS t
JOIN ledger AS l ON l.ledger_id = t.ledger_id
JOIN psp AS p ON p.line_id = t.line_id
WHERE t.rule = 'differs' AND t.amount <> 'unrated'
UNION ALL
SELECT 'fee', f.ledger_id, f.line_id, l.amount_minor, p.gross_minor, l.currency, p.currency,
       p.settled_date, CAST(l.booked_at AS DATE), f.fee_minor, f.contracted_minor, 'same'
FROM fee_off AS f
JOIN ledger AS l ON l.ledger_id = f.ledger_id
JOIN psp AS p ON p.line_id = f.line_id
UNION ALL
SELECT 'late', f.ledger_id, f.line_id, l.amount_minor, p.gross_minor, l.currency, p.currency,
       p.settled_date, CAST(l.booked_at AS DATE), NULL, NULL, 'same'
FROM late AS f
JOIN ledger AS l ON l.ledger_id = f.ledger_id
JOIN psp AS p ON p.line_id = f.line_id
ORDER BY 1, 2, 3;
