-- Of those, the pairs whose two rows have no other such pair; they are tied.
CREATE TABLE exact_once AS
SELECT e.ledger_id, e.line_id
FROM exact AS e
LEFT JOIN (SELECT ledger_id FROM exact GROUP BY ledger_id HAVING COUNT(*) > 1) AS a
  ON e.ledger_id = a.ledger_id
LEFT JOIN (SELECT line_id FROM exact GROUP BY line_id HAVING COUNT(*) > 1) AS b
  ON e.line_id = b.line_id
WHERE a.ledger_id IS NULL AND b.line_id IS NULL;
