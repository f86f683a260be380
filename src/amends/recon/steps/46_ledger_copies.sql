-- Ledger rows left over that repeat another row: same reference, same amount, same card.
INSERT INTO ledger_copy
WITH x AS (
  SELECT * FROM ledger_rest AS r
  WHERE key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tied AS t WHERE t.ledger_id = r.ledger_id)
), near AS MATERIALIZED (
  SELECT x.ledger_id, x.key, x.seen_at, y.ledger_id AS twin, y.booked_at,
         BARE(y.reference) AS y_key
  FROM x
  JOIN known_ledger AS y
    ON y.account = x.account AND y.type = x.type AND y.amount_minor = x.amount_minor
   AND y.currency = x.currency
  WHERE y.ledger_id <> x.ledger_id
    AND COALESCE(y.method = x.method, TRUE) AND COALESCE(y.last4 = x.last4, TRUE)
    AND ABS(DATE_DIFF('day', y.booked_at, x.seen_at)) <= $copy_days
)
SELECT n.ledger_id, MIN(n.twin) AS twin
FROM near AS n
LEFT JOIN x AS also ON also.ledger_id = n.twin
WHERE n.key = n.y_key
  AND (also.ledger_id IS NULL OR (n.booked_at, n.twin) < (n.seen_at, n.ledger_id))
GROUP BY n.ledger_id;
