-- Question: how many exchanges of the window's minutes did the doors' publications leave in the store? Grain: one row.
SELECT count() AS stored
FROM {database}.exchanges FINAL
WHERE door != 'suite'
    AND captured_at >= toStartOfMinute({first_at:DateTime('UTC')})
    AND captured_at < toStartOfMinute({last_at:DateTime('UTC')}) + INTERVAL 1 MINUTE
