-- What each payout should bring to the bank: the net sum of its lines.
WITH sums AS (
  SELECT payout_id, account, currency, COUNT(*) AS n, SUM(net_minor) AS net_minor,
         MAX(settled_date) AS settled_on
  FROM due
  WHERE payout_id IS NOT NULL
  GROUP BY payout_id, account, currency
), ranked AS (
  SELECT payout_id, account, currency,
         SUM(net_minor) OVER (PARTITION BY payout_id, account) AS net_minor,
         MAX(settled_on) OVER (PARTITION BY payout_id, account) AS settled_on,
         ROW_NUMBER() OVER (PARTITION BY payout_id, account ORDER BY n DESC, currency) AS place
  FROM sums
)
SELECT payout_id, account, currency, settled_on, CAST(net_minor AS BIGINT) AS net_minor
FROM ranked WHERE place = 1
ORDER BY account, settled_on, payout_id;
