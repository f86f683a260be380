-- Tied lines whose fee is not the contracted one, where the gross is right.
CREATE TABLE fee_off AS
WITH off AS (
  SELECT p.line_id, p.fee_minor, p.gross_minor, p.currency, p.settled_date,
         (ABS(p.gross_minor) * f.bps + 5000) // 10000 + f.fixed_minor AS contracted_minor
  FROM psp AS p
  JOIN fee_schedule_new AS f ON f.method = p.method AND f.type = p.type
  WHERE ABS(p.fee_minor - ((ABS(p.gross_minor) * f.bps + 5000) // 10000 + f.fixed_minor))
        > $fee_minor
)
SELECT k.ledger_id, off.*
FROM off
JOIN (SELECT ledger_id, line_id FROM exact_once
      UNION ALL
      SELECT MIN(ledger_id), line_id FROM tied WHERE rule <> 'differs' GROUP BY line_id) AS k
  ON k.line_id = off.line_id;
