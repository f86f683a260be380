-- One round: candidates that are the best of both their rows by the margin are tied.
INSERT INTO tied
SELECT ledger_id, line_id, '1:1', $rule, score, reference, amount, card, timing
FROM (
  SELECT *,
    ROW_NUMBER() OVER by_ledger AS place_ledger, LEAD(score) OVER by_ledger AS next_ledger,
    ROW_NUMBER() OVER by_line AS place_line, LEAD(score) OVER by_line AS next_line
  FROM scored AS s
  WHERE NOT EXISTS (SELECT 1 FROM tied AS t WHERE t.ledger_id = s.ledger_id)
    AND NOT EXISTS (SELECT 1 FROM tied AS t WHERE t.line_id = s.line_id)
    AND NOT EXISTS (SELECT 1 FROM line_copy AS c WHERE c.line_id = s.line_id)
    AND NOT EXISTS (SELECT 1 FROM ledger_copy AS c WHERE c.ledger_id = s.ledger_id)
  WINDOW by_ledger AS (PARTITION BY ledger_id ORDER BY score DESC, line_id),
         by_line AS (PARTITION BY line_id ORDER BY score DESC, ledger_id)
) AS ranked
WHERE $rule IS NOT NULL
  AND (seen_at < TIMESTAMP '$settled_before' OR $rule IN ('exact', 'reference', 'repaired'))
  AND place_ledger = 1 AND place_line = 1
  AND score - COALESCE(next_ledger, -1000) >= $margin
  AND score - COALESCE(next_line, -1000) >= $margin;
