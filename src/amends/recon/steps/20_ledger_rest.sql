-- Ledger rows not tied yet, their reference freed of case, separators and look-alike letters.
CREATE TABLE ledger_rest AS
WITH rest AS (
  SELECT ledger_id, type, account, currency, amount_minor, method, last4, booked_at AS seen_at,
         reference AS said, BARE(reference) AS bare
  FROM ledger
  WHERE NOT EXISTS (SELECT 1 FROM exact_once AS e WHERE e.ledger_id = ledger.ledger_id)
), keyed AS (
  SELECT *, CASE WHEN LENGTH(bare) >= $least_cut THEN bare END AS key,
         seen_at <> CAST(CAST(seen_at AS DATE) AS TIMESTAMP) AS has_time
  FROM rest
), gaps AS (
  SELECT *, CASE WHEN ABS(DATE_DIFF('second', LAG(seen_at) OVER same, seen_at)) <= $near_seconds
                 THEN 0 ELSE 1 END AS opens
  FROM keyed
  WINDOW same AS (PARTITION BY key, account, type, currency, amount_minor, method, last4
                  ORDER BY seen_at, ledger_id)
), runs AS (
  SELECT *, SUM(opens) OVER (PARTITION BY key, account, type, currency, amount_minor, method, last4
                             ORDER BY seen_at, ledger_id ROWS UNBOUNDED PRECEDING) AS run
  FROM gaps
)
SELECT ledger_id, type, account, currency, amount_minor, method, last4, seen_at, has_time, said, key,
       CASE WHEN key IS NULL THEN 1
            ELSE ROW_NUMBER() OVER (PARTITION BY key, account, type, currency, amount_minor, method,
                                    last4, run ORDER BY seen_at, ledger_id) END AS copy_no
FROM runs;
