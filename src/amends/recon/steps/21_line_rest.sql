-- Report lines not tied yet, their reference freed of case, separators and look-alike letters.
CREATE TABLE line_rest AS
WITH rest AS (
  SELECT line_id, type, account, currency, gross_minor, method, last4,
         created_at AS seen_at, settled_date,
         merchant_reference AS said, BARE(merchant_reference) AS bare
  FROM psp
  WHERE NOT EXISTS (SELECT 1 FROM exact_once AS e WHERE e.line_id = psp.line_id)
), keyed AS (
  SELECT *, CASE WHEN LENGTH(bare) >= $least_cut THEN bare END AS key,
         seen_at <> CAST(CAST(seen_at AS DATE) AS TIMESTAMP) AS has_time
  FROM rest
), gaps AS (
  SELECT *, CASE WHEN ABS(DATE_DIFF('second', LAG(seen_at) OVER same, seen_at)) <= $near_seconds
                 THEN 0 ELSE 1 END AS opens
  FROM keyed
  WINDOW same AS (PARTITION BY key, account, type, currency, gross_minor, method, last4
                  ORDER BY settled_date, seen_at, line_id)
), runs AS (
  SELECT *, SUM(opens) OVER (PARTITION BY key, account, type, currency, gross_minor, method, last4
                             ORDER BY settled_date, seen_at, line_id
                             ROWS UNBOUNDED PRECEDING) AS run
  FROM gaps
)
SELECT line_id, type, account, currency, gross_minor, method, last4, seen_at, has_time, said, key,
       settled_date,
       CASE WHEN key IS NULL THEN 1
            ELSE ROW_NUMBER() OVER (PARTITION BY key, account, type, currency, gross_minor, method,
                                    last4, run
                                    ORDER BY settled_date, seen_at, line_id) END AS copy_no
FROM runs;
