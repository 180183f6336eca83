-- Question: which exchanges of a suite were already sent for an experiment? Grain: one row per exchange.
SELECT DISTINCT exchange_id
FROM {database}.exchanges
WHERE suite = {suite:String} AND experiment_id = {experiment_id:String}
