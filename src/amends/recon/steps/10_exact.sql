-- Every pair that agrees on reference, amount, currency, account, type and time, and whose method
-- and card do not disagree.
CREATE TABLE exact AS
SELECT l.ledger_id, p.line_id
FROM ledger AS l
JOIN psp AS p
  ON l.reference = p.merchant_reference
 AND l.amount_minor = p.gross_minor
 AND l.account = p.account
 AND l.currency = p.currency
 AND l.type = p.type
WHERE l.reference <> ''
  AND COALESCE(l.method = p.method, TRUE)
  AND COALESCE(l.last4 = p.last4, TRUE)
  AND (DATE_DIFF('second', l.booked_at, p.created_at) BETWEEN -$near_seconds AND $near_seconds
       OR (p.created_at = CAST(CAST(p.created_at AS DATE) AS TIMESTAMP)
           AND DATE_DIFF('day', l.booked_at, p.created_at) BETWEEN -1 AND 1));
