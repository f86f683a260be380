-- Pairs of rows not tied yet that may be one event: same reference, same amount, or same minutes.
CREATE TABLE candidates AS
WITH pairs AS (
  SELECT l.ledger_id, p.line_id
  FROM ledger_rest AS l
  JOIN line_rest AS p ON l.key = p.key AND l.account = p.account AND l.type = p.type
                     AND l.copy_no = p.copy_no
  UNION
  SELECT l.ledger_id, p.line_id
  FROM ledger_rest AS l
  JOIN line_rest AS p ON l.amount_minor = p.gross_minor AND l.account = p.account
                     AND l.type = p.type AND l.currency = p.currency
  WHERE l.copy_no = 1 AND p.copy_no = 1
    AND DATE_DIFF('day', l.seen_at, p.seen_at) BETWEEN -$within_days AND $within_days
  UNION
  SELECT l.ledger_id, p.line_id
  FROM ledger_rest AS l
  JOIN (SELECT line_id, account, type, seen_at, has_time, CAST(seen_at AS DATE) AS on_day
        FROM line_rest WHERE copy_no = 1
        UNION
        SELECT line_id, account, type, seen_at, has_time,
               CAST(seen_at - INTERVAL $near_seconds SECOND AS DATE)
        FROM line_rest WHERE copy_no = 1
        UNION
        SELECT line_id, account, type, seen_at, has_time,
               CAST(seen_at + INTERVAL $near_seconds SECOND AS DATE)
        FROM line_rest WHERE copy_no = 1) AS p
    ON l.account = p.account AND l.type = p.type AND CAST(l.seen_at AS DATE) = p.on_day
  WHERE l.copy_no = 1
    AND (DATE_DIFF('second', l.seen_at, p.seen_at) BETWEEN -$near_seconds AND $near_seconds
         OR NOT l.has_time OR NOT p.has_time)
), facts AS (
  SELECT l.ledger_id, p.line_id, GREATEST(l.seen_at, p.seen_at) AS seen_at, l.key AS l_key, p.key AS p_key,
         l.amount_minor, p.gross_minor, l.currency AS l_currency, p.currency AS p_currency,
         l.method AS l_method, p.method AS p_method, l.last4 AS l_last4, p.last4 AS p_last4,
         l.has_time AND p.has_time AS has_time,
         ABS(DATE_DIFF('second', l.seen_at, p.seen_at)) AS apart_seconds,
         ABS(DATE_DIFF('day', l.seen_at, p.seen_at)) AS apart_days,
         fx.rate_e9, formed.size AS formed
  FROM pairs
  JOIN ledger_rest AS l ON l.ledger_id = pairs.ledger_id
  JOIN line_rest AS p ON p.line_id = pairs.line_id
  LEFT JOIN fx ON fx.base = l.currency AND fx.quote = p.currency
              AND fx.on_day = CAST(l.seen_at AS DATE) AND l.currency <> p.currency
  LEFT JOIN (SELECT DISTINCT LENGTH(key) AS size FROM ledger_rest) AS formed
    ON formed.size = LENGTH(p.key)
)
SELECT ledger_id, line_id, seen_at,
  CASE
    WHEN p_key IS NULL OR l_key IS NULL THEN 'silent'
    WHEN p_key = l_key THEN 'same'
    WHEN LENGTH(l_key) >= $least_inside AND POSITION(l_key IN p_key) > 0 THEN 'inside'
    WHEN POSITION(p_key IN l_key) > 0 THEN 'cut'
    WHEN LENGTH(l_key) >= $least_typo AND ABS(LENGTH(l_key) - LENGTH(p_key)) <= 1
         AND LEVENSHTEIN(l_key, p_key) <= 1 THEN 'typo'
    WHEN LENGTH(l_key) >= $least_twisted AND ABS(LENGTH(l_key) - LENGTH(p_key)) <= 2
         AND LEVENSHTEIN(l_key, p_key) <= 2 THEN 'twisted'
    WHEN formed IS NULL THEN 'silent'
    ELSE 'other'
  END AS reference,
  CASE
    WHEN l_currency = p_currency AND amount_minor = gross_minor THEN 'same'
    WHEN l_currency = p_currency AND ABS(amount_minor - gross_minor) <= $tolerance_minor
         THEN 'rounding'
    WHEN l_currency <> p_currency
         AND ABS(CAST(gross_minor AS DECIMAL(19, 0)) * CAST(1000000000 AS DECIMAL(19, 0))
                 - CAST(amount_minor AS DECIMAL(19, 0)) * CAST(rate_e9 AS DECIMAL(19, 0)))
             <= CAST($fx_per_million * ABS(amount_minor) AS DECIMAL(19, 0))
                * CAST(rate_e9 // 1000000 AS DECIMAL(19, 0)) + 1000000000 THEN 'fx'
    WHEN l_currency <> p_currency AND amount_minor = gross_minor THEN 'number'
    WHEN l_currency <> p_currency AND rate_e9 IS NULL AND SIGN(amount_minor) = SIGN(gross_minor)
         THEN 'unrated'
    ELSE 'differs'
  END AS amount,
  CASE
    WHEN l_method <> p_method OR l_last4 <> p_last4 THEN 'conflict'
    WHEN l_last4 = p_last4 THEN 'same'
    WHEN (l_last4 IS NULL OR p_last4 IS NULL) AND l_method = p_method THEN 'absent'
    ELSE 'unknown'
  END AS card,
  CASE
    WHEN has_time AND apart_seconds <= $near_seconds THEN 'near'
    WHEN NOT has_time AND apart_days = 0 THEN 'near'
    WHEN apart_days <= $within_days THEN 'day'
    ELSE 'far'
  END AS timing,
  CASE WHEN has_time AND apart_seconds <= $near_seconds
       THEN LEAST(apart_seconds // 60, 10) ELSE 0 END AS apart_minutes
FROM facts;
