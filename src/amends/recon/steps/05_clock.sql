-- By how many quarter hours the report's clock is ahead, and how many pairs say so, of how many.
SELECT CAST(ROUND(DATE_DIFF('second', l.booked_at, p.created_at) / 900.0) AS BIGINT) AS quarters,
       COUNT(*) AS n, CAST(SUM(COUNT(*)) OVER () AS BIGINT) AS pairs
FROM ledger AS l
JOIN psp_today AS p
  ON l.reference = p.merchant_reference AND l.amount_minor = p.gross_minor
 AND l.account = p.account AND l.currency = p.currency AND l.type = p.type
WHERE p.created_at <> CAST(CAST(p.created_at AS DATE) AS TIMESTAMP)
GROUP BY 1
ORDER BY n DESC, quarters
LIMIT 1;
