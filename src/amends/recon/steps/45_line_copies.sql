-- Lines left over that repeat another line: same payment, same amount, same card.
INSERT INTO line_copy
WITH x AS (
  SELECT * FROM line_rest AS r
  WHERE NOT EXISTS (SELECT 1 FROM tied AS t WHERE t.line_id = r.line_id)
), near AS MATERIALIZED (
  SELECT x.line_id, y.line_id AS twin, x.key, x.seen_at, x.has_time, x.last4,
         x.settled_date, y.created_at,
         y.settled_date AS y_settled, y.last4 AS y_last4,
         BARE(y.merchant_reference) AS y_key
  FROM x
  JOIN known_psp AS y
    ON y.account = x.account AND y.type = x.type AND y.gross_minor = x.gross_minor
   AND y.currency = x.currency
  WHERE y.line_id <> x.line_id AND y.type <> 'adjustment'
    AND COALESCE(y.method = x.method, TRUE) AND COALESCE(y.last4 = x.last4, TRUE)
    AND ABS(DATE_DIFF('day', y.created_at, x.seen_at)) <= $copy_days
)
SELECT n.line_id, MIN(n.twin) AS twin
FROM near AS n
LEFT JOIN x AS also ON also.line_id = n.twin
WHERE (also.line_id IS NULL
       OR (n.y_settled, n.created_at, n.twin) < (n.settled_date, n.seen_at, n.line_id))
  AND (n.key = n.y_key
       OR (ABS(DATE_DIFF('second', n.created_at, n.seen_at)) <= $near_seconds AND n.has_time
           AND ((LENGTH(n.y_key) >= $least_inside AND LENGTH(n.key) >= $least_inside
                 AND (POSITION(n.key IN n.y_key) > 0 OR POSITION(n.y_key IN n.key) > 0))
             OR (n.last4 = n.y_last4
                 AND (n.key IS NULL OR n.y_key IS NULL OR LEVENSHTEIN(n.key, n.y_key) <= 1)))))
GROUP BY n.line_id;
