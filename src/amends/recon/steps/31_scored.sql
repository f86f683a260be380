-- Each candidate with the points of its evidence and whether a rule allows to tie it.
CREATE TABLE scored AS
WITH pointed AS (
  SELECT c.*, CAST(r.points + a.points + k.points + t.points - c.apart_minutes AS INTEGER) AS score
  FROM candidates AS c
  JOIN points AS r ON r.evidence = 'reference' AND r.class = c.reference
  JOIN points AS a ON a.evidence = 'amount' AND a.class = c.amount
  JOIN points AS k ON k.evidence = 'card' AND k.class = c.card
  JOIN points AS t ON t.evidence = 'time' AND t.class = c.timing
)
SELECT *,
  CASE
    WHEN card = 'conflict' THEN NULL
    WHEN reference = 'same' AND amount = 'same' AND timing = 'near' THEN 'exact'
    WHEN reference = 'same' AND amount IN ('same', 'rounding', 'fx') THEN 'reference'
    WHEN reference IN ('inside', 'typo', 'cut', 'twisted') AND amount IN ('same', 'rounding')
         AND (timing = 'near' OR (timing = 'day' AND (card = 'same' OR reference = 'inside')))
         THEN 'repaired'
    WHEN reference IN ('inside', 'typo', 'cut', 'twisted') AND amount = 'fx' AND timing = 'near'
         THEN 'repaired'
    WHEN reference = 'silent' AND amount IN ('same', 'rounding', 'fx') AND timing = 'near'
         AND card IN ('same', 'absent') THEN 'silent'
  END AS rule,
  CASE
    WHEN card = 'conflict' OR amount NOT IN ('differs', 'number', 'unrated') THEN NULL
    WHEN reference = 'same' AND timing IN ('near', 'day') THEN 'differs'
    WHEN reference = 'inside' AND timing = 'near' THEN 'differs'
    WHEN reference IN ('typo', 'cut', 'silent') AND timing = 'near' AND card = 'same' THEN 'differs'
    WHEN reference = 'typo' AND timing = 'near' AND amount = 'number' THEN 'differs'
  END AS rule_if_it_differs,
  CASE WHEN reference = 'other' AND amount IN ('same', 'rounding', 'fx') AND card = 'same'
            AND timing = 'near' THEN 'renamed' END AS rule_if_renamed
FROM pointed
WHERE score >= $propose;
