-- What may well be, and is not certain: candidates left between two rows that are still open.
CREATE TABLE maybe AS
WITH open_pairs AS (
  SELECT s.* FROM scored AS s
  WHERE NOT EXISTS (SELECT 1 FROM tied AS t WHERE t.ledger_id = s.ledger_id)
    AND NOT EXISTS (SELECT 1 FROM tied AS t WHERE t.line_id = s.line_id)
    AND NOT EXISTS (SELECT 1 FROM line_copy AS c WHERE c.line_id = s.line_id)
    AND NOT EXISTS (SELECT 1 FROM ledger_copy AS c WHERE c.ledger_id = s.ledger_id)
    AND s.card <> 'conflict'
    AND ((s.amount IN ('same', 'rounding', 'fx') AND s.reference <> 'other' AND s.timing <> 'far')
      OR (s.reference = 'same' AND s.timing <> 'far')
      OR (s.reference IN ('inside', 'typo', 'cut') AND s.timing = 'near')
      OR (s.amount IN ('same', 'rounding', 'fx') AND s.timing = 'near'
          AND s.card IN ('same', 'absent'))
      OR (s.reference = 'silent' AND s.timing = 'near' AND s.card IN ('same', 'absent')))
), counted AS (
  SELECT *,
    COUNT(*) OVER (PARTITION BY ledger_id) AS of_ledger,
    COUNT(*) OVER (PARTITION BY line_id) AS of_line,
    ROW_NUMBER() OVER (PARTITION BY ledger_id ORDER BY score DESC, line_id) AS place_ledger,
    ROW_NUMBER() OVER (PARTITION BY line_id ORDER BY score DESC, ledger_id) AS place_line
  FROM open_pairs
)
SELECT ledger_id, line_id, score, reference, amount, card, timing,
       CAST(GREATEST(of_ledger, of_line) - 1 AS BIGINT) AS others
FROM counted WHERE place_ledger = 1 OR place_line = 1;
