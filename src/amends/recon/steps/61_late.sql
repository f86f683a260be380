-- Tied lines that settled late, counted in days from the booking.
CREATE TABLE late AS
WITH slow AS (
  SELECT line_id, settled_date, gross_minor, currency FROM psp
  WHERE DATE_DIFF('day', CAST(created_at AS DATE), settled_date) >= $late_days - 2
)
SELECT MIN(k.ledger_id) AS ledger_id, slow.line_id, slow.settled_date, slow.gross_minor,
       slow.currency, MIN(CAST(l.booked_at AS DATE)) AS booked_on
FROM slow
JOIN (SELECT ledger_id, line_id FROM exact_once
      UNION ALL SELECT ledger_id, line_id FROM tied) AS k ON k.line_id = slow.line_id
JOIN ledger AS l ON l.ledger_id = k.ledger_id
GROUP BY slow.line_id, slow.settled_date, slow.gross_minor, slow.currency
HAVING MAX(DATE_DIFF('day', CAST(l.booked_at AS DATE), slow.settled_date)) >= $late_days;
