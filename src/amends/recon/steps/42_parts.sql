-- The parts found for an order are tied to every ledger row under its reference.
INSERT INTO tied
WITH l AS (
  SELECT r.ledger_id,
         MIN(r.ledger_id) OVER (PARTITION BY r.key, r.account, r.type, r.currency) AS unit
  FROM ledger_rest AS r
  WHERE r.key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tied AS t WHERE t.ledger_id = r.ledger_id)
), sized AS (
  SELECT l.unit, COUNT(DISTINCT l.ledger_id) AS n, COUNT(DISTINCT f.line_id) AS m
  FROM l JOIN parts_found AS f ON f.unit = l.unit GROUP BY l.unit
)
SELECT l.ledger_id, f.line_id,
  CASE WHEN s.n = 1 AND s.m = 1 THEN '1:1' WHEN s.n = 1 THEN '1:n'
       WHEN s.m = 1 THEN 'n:1' ELSE 'n:m' END,
  'parts', 80, 'repaired', 'same', 'unknown', 'day'
FROM l
JOIN parts_found AS f ON f.unit = l.unit
JOIN sized AS s ON s.unit = l.unit;
