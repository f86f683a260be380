-- What each payout should bring to the bank: the net sum of its lines.
SELECT payout_id, account, MIN(currency) AS currency, MAX(settled_date) AS settled_on,
       CAST(SUM(net_minor) AS BIGINT) AS net_minor
FROM due
WHERE payout_id IS NOT NULL
GROUP BY payout_id, account
ORDER BY account, settled_on, payout_id;
