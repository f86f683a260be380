-- Lines for which the report gives no payout id, in the order they settled.
SELECT account, settled_date AS settled_on, currency, line_id, net_minor
FROM due
WHERE payout_id IS NULL AND line_id IS NOT NULL
ORDER BY account, settled_on, created_at, line_id;
