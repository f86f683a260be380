-- Rows left under one reference whose sums agree are one event booked or settled in parts.
INSERT INTO tied
WITH l AS (
  SELECT * FROM ledger_rest AS r
  WHERE key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tied AS t WHERE t.ledger_id = r.ledger_id)
), p AS (
  SELECT * FROM line_rest AS r
  WHERE key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tied AS t WHERE t.line_id = r.line_id)
), ls AS (
  SELECT key, account, type, currency, COUNT(*) AS n, CAST(SUM(amount_minor) AS BIGINT) AS total,
         MIN(seen_at) AS first_at, MAX(seen_at) AS last_at
  FROM l GROUP BY key, account, type, currency
), ps AS (
  SELECT key, account, type, currency, COUNT(*) AS n, CAST(SUM(gross_minor) AS BIGINT) AS total,
         MIN(seen_at) AS first_at, MAX(seen_at) AS last_at
  FROM p GROUP BY key, account, type, currency
), sums AS (
  SELECT ls.key, ls.account, ls.type, ls.currency AS l_currency, ps.currency AS p_currency,
         CASE WHEN ls.n = 1 THEN '1:n' WHEN ps.n = 1 THEN 'n:1' ELSE 'n:m' END AS kind,
         CASE WHEN ls.currency <> ps.currency THEN 'fx'
              WHEN ls.total = ps.total THEN 'same' ELSE 'rounding' END AS amount
  FROM ls
  JOIN ps ON ls.key = ps.key AND ls.account = ps.account AND ls.type = ps.type
  LEFT JOIN fx ON fx.base = ls.currency AND fx.quote = ps.currency
              AND fx.on_day = CAST(ls.first_at AS DATE) AND ls.currency <> ps.currency
  WHERE ls.n + ps.n > 2
    AND DATE_DIFF('day', ls.first_at, ls.last_at) <= $part_days
    AND DATE_DIFF('day', ps.first_at, ps.last_at) <= $part_days
    AND ((ls.currency = ps.currency
          AND ABS(ls.total - ps.total) <= $tolerance_minor * GREATEST(ls.n, ps.n))
      OR (ls.currency <> ps.currency
          AND ABS(CAST(ps.total AS DECIMAL(19, 0)) * CAST(1000000000 AS DECIMAL(19, 0))
                  - CAST(ls.total AS DECIMAL(19, 0)) * CAST(fx.rate_e9 AS DECIMAL(19, 0)))
              <= CAST($fx_per_million * ABS(ls.total) AS DECIMAL(19, 0))
                 * CAST(fx.rate_e9 // 1000000 AS DECIMAL(19, 0)) + 1000000000))
), alone AS (
  SELECT key, account, type FROM sums GROUP BY key, account, type HAVING COUNT(*) = 1
)
SELECT l.ledger_id, p.line_id, s.kind, 'parts', 100, 'same', s.amount, 'unknown', 'day'
FROM sums AS s
JOIN alone AS a ON a.key = s.key AND a.account = s.account AND a.type = s.type
JOIN l ON l.key = s.key AND l.account = s.account AND l.type = s.type AND l.currency = s.l_currency
JOIN p ON p.key = s.key AND p.account = s.account AND p.type = s.type AND p.currency = s.p_currency;
