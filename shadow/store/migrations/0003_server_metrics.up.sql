-- Question: what did the deployments say of themselves, and what do analysts group by without a join?
-- Grain: server_metrics has one row per worker, deployment and scrape; the columns are of the tables of 0001.
CREATE TABLE IF NOT EXISTS {database}.server_metrics {on_cluster}
(
    experiment_id           LowCardinality(String) COMMENT 'Experiment',
    deployment_id           LowCardinality(String) COMMENT 'Deployment that was scraped',
    worker_id               LowCardinality(String) COMMENT 'Worker that scraped',
    scraped_at              DateTime64(3, 'UTC') COMMENT 'When' CODEC(Delta, ZSTD(1)),
    running                 Nullable(Float64) COMMENT 'Requests being served, count; null when the server does not say, as for all below',
    waiting                 Nullable(Float64) COMMENT 'Requests in the queue, count',
    kv_usage                Nullable(Float64) COMMENT 'Share of the KV cache in use, in [0, 1]',
    ttft_seconds_le         Array(Float64) COMMENT 'Upper bounds of the histogram of first-token times, s' CODEC(ZSTD(1)),
    ttft_counts             Array(UInt64) COMMENT 'Requests up to each bound since the server started, cumulative count' CODEC(ZSTD(1)),
    prompt_tokens_total     Nullable(Float64) COMMENT 'Prompt tokens since the server started',
    generation_tokens_total Nullable(Float64) COMMENT 'Output tokens since the server started',
    preemptions_total       Nullable(Float64) COMMENT 'Preempted requests since the server started, count',
    stored_at               DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'Insert time; the last one holds'
)
ENGINE = {replacing}(stored_at)
PARTITION BY toYYYYMM(scraped_at)
ORDER BY (experiment_id, deployment_id, scraped_at, worker_id)
TTL toDateTime(scraped_at) + INTERVAL 90 DAY;

ALTER TABLE {database}.exchanges {on_cluster}
    ADD COLUMN IF NOT EXISTS draw Nullable(Float64) DEFAULT JSONExtract(record, 'draw', 'Nullable(Float64)')
        COMMENT 'Sampling number of the conversation, in (0, 1); null when capture did not sample' AFTER weight,
    ADD COLUMN IF NOT EXISTS by_floor Bool DEFAULT JSONExtractBool(record, 'by_floor')
        COMMENT 'Kept whatever its draw' AFTER draw,
    ADD COLUMN IF NOT EXISTS experiment_id LowCardinality(String) DEFAULT JSONExtractString(record, 'experiment_id')
        COMMENT 'The only experiment that may replay it, or empty for all' AFTER example_id;

ALTER TABLE {database}.replays {on_cluster}
    ADD COLUMN IF NOT EXISTS captured_at DateTime64(3, 'UTC') DEFAULT sent_at
        COMMENT 'Arrival of the exchange''s request' CODEC(ZSTD(1)) AFTER conversation_id,
    ADD COLUMN IF NOT EXISTS shape LowCardinality(String)
        COMMENT 'API shape of the exchange: chat, completions, responses, messages or embeddings' AFTER captured_at,
    ADD COLUMN IF NOT EXISTS category LowCardinality(String) COMMENT 'Query category of the exchange' AFTER shape,
    ADD COLUMN IF NOT EXISTS language LowCardinality(String) COMMENT 'ISO 639-1, or empty' AFTER category,
    ADD COLUMN IF NOT EXISTS tenant LowCardinality(String) COMMENT 'Tenant of the exchange, or empty' AFTER language,
    ADD COLUMN IF NOT EXISTS turn UInt16 COMMENT 'User messages in the request, count' AFTER tenant,
    ADD COLUMN IF NOT EXISTS suite LowCardinality(String)
        COMMENT 'name@hash of the exchange''s suite, or empty for live traffic' AFTER turn,
    ADD COLUMN IF NOT EXISTS example_id String COMMENT 'Example within the suite, or empty' AFTER suite,
    ADD COLUMN IF NOT EXISTS weight Float64 DEFAULT 1
        COMMENT 'Inverse sampling probability of the exchange at capture' AFTER example_id,
    ADD COLUMN IF NOT EXISTS reasoning String DEFAULT JSONExtractString(reply, 'choices', 1, 'reasoning')
        COMMENT 'Reasoning of the first choice' CODEC(ZSTD(3)) AFTER text,
    ADD COLUMN IF NOT EXISTS choices UInt16 DEFAULT JSONLength(reply, 'choices')
        COMMENT 'Choices in the reply, count' AFTER finish_reason;

-- What is there already learns of its exchange by being inserted again: the later row of a key holds.
INSERT INTO {database}.replays (* EXCEPT (stored_at))
SELECT replay.* EXCEPT (stored_at) REPLACE
(
    exchange.captured_at AS captured_at,
    exchange.shape AS shape,
    exchange.category AS category,
    exchange.language AS language,
    exchange.tenant AS tenant,
    exchange.turn AS turn,
    exchange.suite AS suite,
    exchange.example_id AS example_id,
    exchange.weight AS weight
)
FROM (SELECT * FROM {database}.replays FINAL WHERE shape = '') AS replay
INNER JOIN (SELECT * FROM {database}.exchanges FINAL) AS exchange ON exchange.exchange_id = replay.exchange_id;
