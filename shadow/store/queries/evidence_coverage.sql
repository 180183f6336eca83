-- Question: is every request of the window accounted for? Grain: one row per disposition and reason, in requests.
SELECT toString(disposition) AS disposition, toString(reason) AS reason, sum(requests) AS requests
FROM {database}.ledger FINAL
WHERE minute >= toStartOfMinute({first_at:DateTime('UTC')}) AND minute <= {last_at:DateTime('UTC')}
GROUP BY disposition, reason
ORDER BY disposition, reason
