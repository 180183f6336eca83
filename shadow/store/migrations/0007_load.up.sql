-- Question: what did each lane do at each load that was put on it, request by request?
-- Grain: load_levels has one row per experiment, run, load, lane and block; load_requests one per request of a block.
CREATE TABLE IF NOT EXISTS {database}.load_levels {on_cluster}
(
    experiment_id            LowCardinality(String) COMMENT 'Experiment, or empty when one URL was loaded',
    run_id                   LowCardinality(String) COMMENT 'Run',
    loop                     LowCardinality(String) COMMENT 'closed: a fixed number in flight; open: a schedule',
    amount                   Float64 COMMENT 'Requests in flight of a closed loop, requests per second of an open one',
    lane                     LowCardinality(String) COMMENT 'baseline or candidate',
    block                    UInt16 COMMENT 'Place of the block among those of its load, from 0; ABBA',
    deployment_id            LowCardinality(String) COMMENT 'Deployment that answered',
    fingerprint              String COMMENT 'Its fingerprint when it was loaded',
    weight_bytes             Nullable(UInt64) COMMENT 'Bytes of its weights as declared',
    started_at               DateTime64(3, 'UTC') COMMENT 'Begin of the block',
    streams                  Float64 COMMENT 'Requests in flight that the cuts rest on: planned in a closed loop, measured in an open one',
    clients                  UInt16 COMMENT 'Processes that sent',
    window_from_s            Float64 COMMENT 'Begin of the steady window, s after started_at',
    window_to_s              Float64 COMMENT 'End of it, s',
    unsteady_reason          String COMMENT 'Why it was not in steady state, or empty',
    void_reason              String COMMENT 'Why its timings may not be used, or empty',
    loop_lag_p99_ms          Float64 COMMENT 'Event-loop lag of the worst client process, P99, ms',
    cpu_share                Float64 COMMENT 'Share of a core of the busiest client process',
    schedule_delay_median_ms Float64 COMMENT 'Median schedule delay of the latest client process, ms',
    null_ttft_error_ms       Nullable(Float64) COMMENT 'Error of the null run before the block, P95, ms; null when none was made',
    residual                 Nullable(Float64) COMMENT 'Client''s against server''s first-token time, P95, in shares of the bound; null when servers do not say',
    kv_peak_usage            Nullable(Float64) COMMENT 'Largest share of the KV cache in use, in [0, 1]; null when the server does not say',
    kv_size_tokens           Nullable(UInt64) COMMENT 'Tokens that the KV cache holds; null as above',
    waiting_peak             Nullable(Float64) COMMENT 'Most requests in the server''s queue; null as above',
    preemptions              Nullable(Float64) COMMENT 'Requests preempted during the block; null as above',
    ttft_seconds_le          Array(Float64) COMMENT 'Upper bounds of the server''s own histogram of first-token times, s' CODEC(ZSTD(1)),
    ttft_counts              Array(UInt64) COMMENT 'Requests up to each bound from the steady window''s begin to the block''s end, cumulative count' CODEC(ZSTD(1)),
    slo_ttft_ms              Nullable(Float64) COMMENT 'Bound of goodput on the first token, ms; null asks nothing',
    slo_tpot_ms              Nullable(Float64) COMMENT 'Bound of goodput on the time per token, ms; null asks nothing',
    slo_e2e_ms               Nullable(Float64) COMMENT 'Bound of goodput on the whole reply, ms; null asks nothing',
    plan_hash                String COMMENT 'Hash of what was asked for',
    requests                 UInt32 COMMENT 'Requests of the block, count',
    stored_at                DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'Insert time; the last one holds'
)
ENGINE = {replacing}(stored_at)
PARTITION BY toYYYYMM(started_at)
ORDER BY (experiment_id, run_id, loop, amount, lane, block)
TTL toDateTime(started_at) + INTERVAL 400 DAY
COMMENT 'One row per block of a load run: one lane at one load, complete.';

CREATE TABLE IF NOT EXISTS {database}.load_requests {on_cluster}
(
    experiment_id     LowCardinality(String) COMMENT 'Experiment, or empty when one URL was loaded',
    run_id            LowCardinality(String) COMMENT 'Run',
    loop              LowCardinality(String) COMMENT 'closed or open',
    amount            Float64 COMMENT 'Requests in flight of a closed loop, requests per second of an open one',
    lane              LowCardinality(String) COMMENT 'baseline or candidate',
    block             UInt16 COMMENT 'Block of the load',
    number            UInt32 COMMENT 'Place in the block, from 0',
    exchange_id       String COMMENT 'Exchange that was asked again, or a hash of the prompt''s place' CODEC(ZSTD(1)),
    started_at        DateTime64(3, 'UTC') COMMENT 'Begin of the block',
    kept              Bool COMMENT 'Whether it was sent in the steady window',
    outcome           LowCardinality(String) COMMENT 'completed, or how it failed',
    status            UInt16 COMMENT 'HTTP status, 0 without a reply',
    scheduled_s       Float64 COMMENT 'When it should have been sent, s after started_at' CODEC(ZSTD(1)),
    sent_s            Float64 COMMENT 'Last byte of the request written, s' CODEC(ZSTD(1)),
    ended_s           Float64 COMMENT 'Last byte of the reply, or the failure, s' CODEC(ZSTD(1)),
    schedule_delay_ms Float64 COMMENT 'Sent minus scheduled, ms' CODEC(ZSTD(1)),
    ttft_ms           Nullable(Float64) COMMENT 'Time to first token from sending, ms; null without output' CODEC(ZSTD(1)),
    ttft_scheduled_ms Nullable(Float64) COMMENT 'The same from the schedule, ms' CODEC(ZSTD(1)),
    tpot_ms           Nullable(Float64) COMMENT 'Time per output token after the first, ms; null below two tokens' CODEC(ZSTD(1)),
    e2e_ms            Nullable(Float64) COMMENT 'Send to last byte, ms' CODEC(ZSTD(1)),
    itl_ms            Array(Float64) COMMENT 'Gaps between output events, ms' CODEC(ZSTD(1)),
    server_ttft_ms    Nullable(Float64) COMMENT 'Queue and first-token time as the server reported, ms; null when it does not' CODEC(ZSTD(1)),
    in_flight         UInt32 COMMENT 'Requests of the same client process under way when it was sent, itself included',
    prompt_tokens     Nullable(UInt32) COMMENT 'Prompt tokens as the server counted them',
    completion_tokens Nullable(UInt32) COMMENT 'Output tokens as the server counted them',
    cached_tokens     Nullable(UInt32) COMMENT 'Prompt tokens that the prefix cache gave',
    attempts          UInt8 COMMENT 'Tries, all before the first byte',
    error             String COMMENT 'Kind of failure, or empty',
    stored_at         DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'Insert time; the last one holds'
)
ENGINE = {replacing}(stored_at)
PARTITION BY toYYYYMM(started_at)
ORDER BY (experiment_id, run_id, loop, amount, lane, block, number)
TTL toDateTime(started_at) + INTERVAL 400 DAY
COMMENT 'One row per request of a load run.';
