-- What the ledger still waits for under one reference, beside each line left that may be a part.
WITH l AS (
  SELECT key, account, type, currency, CAST(SUM(amount_minor) AS BIGINT) AS owed_minor,
         MIN(ledger_id) AS unit, MIN(seen_at) AS first_at,
         MIN(method) AS method, MAX(method) AS method_2,
         MIN(last4) AS last4, MAX(last4) AS last4_2
  FROM ledger_rest AS r
  WHERE key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tied AS t WHERE t.ledger_id = r.ledger_id)
  GROUP BY key, account, type, currency
  HAVING DATE_DIFF('day', MIN(seen_at), MAX(seen_at)) <= $part_days
     AND MAX(seen_at) < TIMESTAMP '$settled_before'
), p AS (
  SELECT * FROM line_rest AS r
  WHERE NOT EXISTS (SELECT 1 FROM tied AS t WHERE t.line_id = r.line_id)
)
SELECT l.unit, l.owed_minor, p.line_id, p.gross_minor,
  CASE
    WHEN p.key = l.key THEN 'same'
    WHEN p.key IS NULL THEN 'silent'
    WHEN LENGTH(l.key) >= $least_inside AND POSITION(l.key IN p.key) > 0 THEN 'inside'
    WHEN POSITION(p.key IN l.key) > 0 THEN 'cut'
    ELSE 'typo'
  END AS reference,
  COALESCE(l.last4 = p.last4,
           l.last4 IS NULL AND p.last4 IS NULL AND l.method = p.method
           AND ABS(DATE_DIFF('second', l.first_at, p.seen_at)) <= $near_seconds, FALSE) AS agrees
FROM l
JOIN p ON p.account = l.account AND p.type = l.type AND p.currency = l.currency
WHERE l.method IS NOT DISTINCT FROM l.method_2 AND l.last4 IS NOT DISTINCT FROM l.last4_2
  AND COALESCE(p.method = l.method, TRUE) AND COALESCE(p.last4 = l.last4, TRUE)
  AND ABS(p.gross_minor) <= ABS(l.owed_minor) AND SIGN(p.gross_minor) = SIGN(l.owed_minor)
  AND DATE_DIFF('day', l.first_at, p.seen_at) BETWEEN -1 AND $part_days
  AND (p.key IS NULL OR p.key = l.key OR POSITION(l.key IN p.key) > 0
       OR POSITION(p.key IN l.key) > 0
       OR (ABS(LENGTH(l.key) - LENGTH(p.key)) <= 1 AND LENGTH(l.key) >= $least_typo
           AND LEVENSHTEIN(l.key, p.key) <= 1))
ORDER BY l.unit, p.line_id;
