-- Question: which live chat exchanges are there to draw a suite from? Grain: one row per exchange, without its text.
SELECT exchange_id, conversation_id, category, shape, language, length(request) AS characters
FROM {database}.exchanges FINAL
WHERE suite = '' AND captured_at >= {since:DateTime64(3, 'UTC')} AND captured_at < {until:DateTime64(3, 'UTC')}
ORDER BY exchange_id
