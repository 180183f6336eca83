-- Question: which exchanges belong to a conversation, also where only their replays are left? Grain: one row per exchange.
SELECT DISTINCT exchange_id
FROM
(
    SELECT exchange_id FROM {database}.exchanges WHERE conversation_id = {conversation_id:String}
    UNION ALL
    SELECT exchange_id FROM {database}.replays WHERE conversation_id = {conversation_id:String}
)
ORDER BY exchange_id
