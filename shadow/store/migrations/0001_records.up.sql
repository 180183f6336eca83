-- Question: where does every record of a shadow run live? Grain: one table per record, one row per record id.
-- A repeated insert of the same record is the same row: readers use the views of 0002, which deduplicate.
CREATE TABLE {database}.exchanges {on_cluster}
(
    exchange_id     String COMMENT 'Record id',
    conversation_id String COMMENT 'Keyed hash; what belongs together',
    captured_at     DateTime64(3, 'UTC') COMMENT 'Arrival of the request',
    door            LowCardinality(String) COMMENT 'gateway, interceptor, tap, import or suite',
    shape           LowCardinality(String) COMMENT 'chat, completions, responses, messages or embeddings',
    model           LowCardinality(String) COMMENT 'Model that the client asked for',
    streamed        Bool COMMENT 'Whether the client asked for a stream',
    category        LowCardinality(String) COMMENT 'Query category',
    turn            UInt16 COMMENT 'User messages in the request',
    tenant          LowCardinality(String) COMMENT 'Tenant, or empty',
    language        LowCardinality(String) COMMENT 'ISO 639-1, or empty',
    request         String COMMENT 'Anonymised JSON body' CODEC(ZSTD(3)),
    live_text       String COMMENT 'Anonymised text of the live reply' CODEC(ZSTD(3)),
    live_reply      String COMMENT 'Anonymised live reply, JSON, or empty' CODEC(ZSTD(3)),
    status          UInt16 COMMENT 'HTTP status of the live reply, 0 when none was seen',
    outcome         LowCardinality(String) COMMENT 'How the live reply ended',
    live_ttft_ms    Nullable(Float64) COMMENT 'Live time to first token, ms',
    live_e2e_ms     Nullable(Float64) COMMENT 'Live time to last byte, ms',
    masked          Map(LowCardinality(String), UInt32) COMMENT 'Masked spans by entity type',
    anonymiser      LowCardinality(String) COMMENT 'Anonymiser version and key id',
    weight          Float64 COMMENT 'Inverse sampling probability',
    suite           LowCardinality(String) COMMENT 'name@hash of the suite, or empty for live traffic',
    example_id      String COMMENT 'Example within the suite, or empty',
    record          String COMMENT 'The whole Exchange, JSON' CODEC(ZSTD(3)),
    stored_at       DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'Insert time; the last one holds'
)
ENGINE = {replacing}(stored_at)
PARTITION BY toYYYYMM(captured_at)
ORDER BY exchange_id
TTL toDateTime(captured_at) + INTERVAL 90 DAY;

CREATE TABLE {database}.replays {on_cluster}
(
    experiment_id      LowCardinality(String) COMMENT 'Experiment',
    exchange_id        String COMMENT 'Exchange that was replayed',
    lane               LowCardinality(String) COMMENT 'baseline, baseline_again or candidate',
    conversation_id    String COMMENT 'Conversation of the exchange',
    deployment_id      LowCardinality(String) COMMENT 'Who answered',
    fingerprint        LowCardinality(String) COMMENT 'Hash of the deployment',
    outcome            LowCardinality(String) COMMENT 'completed, timed_out, http_error, connection_failed, broken_stream or not_sent',
    status             UInt16 COMMENT 'HTTP status, 0 when none',
    text               String COMMENT 'Text of the first choice' CODEC(ZSTD(3)),
    tool_calls         String COMMENT 'Tool calls of the first choice, JSON array' CODEC(ZSTD(3)),
    finish_reason      LowCardinality(String) COMMENT 'As the server said it',
    reply              String COMMENT 'The whole Reply, JSON' CODEC(ZSTD(3)),
    prompt_tokens      Nullable(UInt32) COMMENT 'As the server reported',
    completion_tokens  Nullable(UInt32) COMMENT 'As the server reported',
    cached_tokens      Nullable(UInt32) COMMENT 'Prompt tokens from the prefix cache, as the server reported',
    schedule_delay_ms  Float64 COMMENT 'Sent minus scheduled, ms',
    ttft_ms            Nullable(Float64) COMMENT 'Last request byte to first output event, ms',
    ttft_scheduled_ms  Nullable(Float64) COMMENT 'Scheduled time to first output event, ms',
    tpot_ms            Nullable(Float64) COMMENT 'Time per output token after the first, ms',
    e2e_ms             Nullable(Float64) COMMENT 'Send to last byte, ms',
    itl_ms             Array(Float32) COMMENT 'Gaps between output events, ms' CODEC(ZSTD(1)),
    server_ttft_ms     Nullable(Float64) COMMENT 'Queue plus first token as the server reported, ms',
    sent_at            DateTime64(3, 'UTC') COMMENT 'Send time',
    in_flight          UInt32 COMMENT 'Replays of the lane under way at send, itself included',
    parameters_hash    String COMMENT 'Hash of the body without model and cache_salt',
    rewrites           Array(String) COMMENT 'What was changed before sending',
    void_reason        LowCardinality(String) COMMENT 'Why the timings may not be used, or empty',
    attempts           UInt8 COMMENT 'Tries, all before the first byte',
    error              LowCardinality(String) COMMENT 'Kind of failure, or empty',
    stored_at          DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'Insert time; the last one holds'
)
ENGINE = {replacing}(stored_at)
PARTITION BY toYYYYMM(sent_at)
ORDER BY (experiment_id, exchange_id, lane)
TTL toDateTime(sent_at) + INTERVAL 90 DAY;

CREATE TABLE {database}.judgements {on_cluster}
(
    experiment_id LowCardinality(String) COMMENT 'Experiment',
    exchange_id   String COMMENT 'Exchange',
    lane          LowCardinality(String) COMMENT 'Lane that was judged; the reference is always the baseline',
    judge         LowCardinality(String) COMMENT 'Judge name',
    version       LowCardinality(String) COMMENT 'Judge version',
    finding       LowCardinality(String) COMMENT 'judgement, abstained or failed',
    value         Nullable(Float64) COMMENT 'In [0, 1], 1 is best; null unless finding = judgement',
    label         LowCardinality(String) COMMENT 'From the judge''s closed list, or empty',
    severity      Float64 COMMENT '0 to 10',
    reason        String COMMENT 'One sentence, or the kind of error' CODEC(ZSTD(3)),
    spans         String COMMENT 'Spans that decided, JSON array' CODEC(ZSTD(3)),
    judged_at     DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'Insert time; the last one holds'
)
ENGINE = {replacing}(judged_at)
ORDER BY (experiment_id, judge, exchange_id, lane)
TTL toDateTime(judged_at) + INTERVAL 90 DAY;

CREATE TABLE {database}.examples {on_cluster}
(
    suite      LowCardinality(String) COMMENT 'name@hash',
    example_id String COMMENT 'Example within the suite',
    category   LowCardinality(String) COMMENT 'Query category',
    checks     String COMMENT 'Mechanical checks, JSON array' CODEC(ZSTD(3)),
    reference  String COMMENT 'Reference answer, or empty' CODEC(ZSTD(3)),
    weight     Float64 COMMENT 'Production share that the example stands for, relative',
    stored_at  DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'Insert time; the last one holds'
)
ENGINE = {replacing}(stored_at)
ORDER BY (suite, example_id);

CREATE TABLE {database}.experiments {on_cluster}
(
    experiment_id LowCardinality(String) COMMENT 'Experiment',
    updated_at    DateTime64(3, 'UTC') COMMENT 'When this version was written',
    updated_by    String COMMENT 'Who wrote it',
    state         LowCardinality(String) COMMENT 'created, enabled, paused or disabled',
    record        String COMMENT 'The whole Experiment, JSON' CODEC(ZSTD(3))
)
ENGINE = {replacing}()
ORDER BY (experiment_id, updated_at);

CREATE TABLE {database}.ledger {on_cluster}
(
    source_id   LowCardinality(String) COMMENT 'Capture process that counted',
    minute      DateTime('UTC') COMMENT 'Minute of the request''s arrival',
    door        LowCardinality(String) COMMENT 'Door',
    route       LowCardinality(String) COMMENT 'API shape, or other',
    disposition LowCardinality(String) COMMENT 'seen, published, sampled_out or dropped',
    reason      LowCardinality(String) COMMENT 'Why it was dropped, or empty',
    requests    UInt64 COMMENT 'Running count of the minute; the largest one holds'
)
ENGINE = {replacing}(requests)
ORDER BY (source_id, minute, door, route, disposition, reason)
TTL minute + INTERVAL 400 DAY;

CREATE TABLE {database}.lane_ledger {on_cluster}
(
    experiment_id LowCardinality(String) COMMENT 'Experiment',
    worker_id     LowCardinality(String) COMMENT 'Worker that counted',
    partition     Int32 COMMENT 'Kafka partition of the exchange',
    offset        Int64 COMMENT 'Kafka offset of the exchange',
    exchange_id   String COMMENT 'Exchange',
    disposition   LowCardinality(String) COMMENT 'replayed, sampled_out or dropped',
    reason        LowCardinality(String) COMMENT 'Why it was dropped, or empty',
    stored_at     DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'Insert time; the last one holds'
)
ENGINE = {replacing}(stored_at)
ORDER BY (experiment_id, partition, offset)
TTL toDateTime(stored_at) + INTERVAL 90 DAY;

CREATE TABLE {database}.self_checks {on_cluster}
(
    experiment_id            LowCardinality(String) COMMENT 'Experiment',
    worker_id                LowCardinality(String) COMMENT 'Worker',
    window_start             DateTime64(3, 'UTC') COMMENT 'Start of the window',
    loop_lag_p99_ms          Float64 COMMENT 'Event-loop lag, P99, ms; bound 10',
    cpu_share                Float64 COMMENT 'Share of one core used by the worker; bound 0.8',
    schedule_delay_median_ms Float64 COMMENT 'Median of sent minus scheduled, ms; bound 10',
    null_ttft_error_ms       Nullable(Float64) COMMENT 'Null run: measured minus true first token, ms; bound 10',
    passed                   Bool COMMENT 'Whether every bound held',
    reason                   String COMMENT 'Which bound broke, or empty',
    stored_at                DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'Insert time; the last one holds'
)
ENGINE = {replacing}(stored_at)
ORDER BY (experiment_id, worker_id, window_start)
TTL toDateTime(window_start) + INTERVAL 400 DAY;

CREATE TABLE {database}.decisions {on_cluster}
(
    decision_id   String COMMENT 'Hash of the decision''s JSON',
    experiment_id LowCardinality(String) COMMENT 'Experiment',
    decided_at    DateTime64(3, 'UTC') COMMENT 'When',
    verdict       LowCardinality(String) COMMENT 'GO, NO-GO or INSUFFICIENT EVIDENCE',
    record        String COMMENT 'The whole Decision, JSON' CODEC(ZSTD(3))
)
ENGINE = {replacing}(decided_at)
ORDER BY (experiment_id, decision_id);
