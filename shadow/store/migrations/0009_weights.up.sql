-- Question: what weighs a replay, which deployment answered it, and does its server agree? Grain: as each view's comment says.
-- A row's weight is that of its experiment at the moment of the replay: worked out later, from a ratio that was changed
-- meanwhile, it would be the inverse of a probability that the row never had.
ALTER TABLE {database}.replays {on_cluster}
    COMMENT COLUMN weight 'Inverse of the probability that the exchange was captured and replayed, by the ratios of those moments';

ALTER TABLE {database}.self_checks {on_cluster}
    ADD COLUMN IF NOT EXISTS residual Nullable(Float64)
        COMMENT 'Client minus server first token, P95, in shares of its bound; bound 1; null where servers say nothing'
        AFTER null_ttft_error_ms;

CREATE OR REPLACE VIEW {database}.pairs {on_cluster}
(
    experiment_id           LowCardinality(String) COMMENT 'Experiment',
    exchange_id             String COMMENT 'Exchange',
    conversation_id         String COMMENT 'Keyed hash; exchanges that belong together',
    captured_at             DateTime64(3, 'UTC') COMMENT 'Arrival of the request, UTC',
    shape                   String COMMENT 'API shape: chat, completions, responses, messages or embeddings',
    category                String COMMENT 'Query category',
    language                String COMMENT 'ISO 639-1 code, or empty when unknown',
    tenant                  String COMMENT 'Tenant, or empty',
    turn                    UInt16 COMMENT 'User messages in the request, count',
    suite                   String COMMENT 'name@hash of the suite, or empty for live traffic',
    example_id              String COMMENT 'Example within the suite, or empty',
    weight                  Float64 COMMENT 'Inverse of the probability that the exchange was captured and replayed, at least 1',
    baseline_outcome        String COMMENT 'Baseline: completed, timed_out, http_error, connection_failed, broken_stream or not_sent',
    candidate_outcome       String COMMENT 'Candidate: completed, timed_out, http_error, connection_failed, broken_stream or not_sent',
    baseline_text           String COMMENT 'Baseline: text of the first choice',
    candidate_text          String COMMENT 'Candidate: text of the first choice',
    baseline_reasoning      String COMMENT 'Baseline: reasoning of the first choice, or empty',
    candidate_reasoning     String COMMENT 'Candidate: reasoning of the first choice, or empty',
    baseline_tool_calls     String COMMENT 'Baseline: tool calls of the first choice, JSON array, or empty',
    candidate_tool_calls    String COMMENT 'Candidate: tool calls of the first choice, JSON array, or empty',
    baseline_finish_reason  String COMMENT 'Baseline: as the server said it',
    candidate_finish_reason String COMMENT 'Candidate: as the server said it',
    baseline_ttft_ms        Nullable(Float64) COMMENT 'Baseline: time to first token, ms; null when there was none',
    candidate_ttft_ms       Nullable(Float64) COMMENT 'Candidate: time to first token, ms; null when there was none',
    baseline_e2e_ms         Nullable(Float64) COMMENT 'Baseline: send to last byte, ms; null when there was none',
    candidate_e2e_ms        Nullable(Float64) COMMENT 'Candidate: send to last byte, ms; null when there was none',
    baseline_tokens         Nullable(UInt32) COMMENT 'Baseline: output tokens as the server reported; null when it did not',
    candidate_tokens        Nullable(UInt32) COMMENT 'Candidate: output tokens as the server reported; null when it did not',
    baseline_void_reason    String COMMENT 'Baseline: why its timings may not be used, or empty',
    candidate_void_reason   String COMMENT 'Candidate: why its timings may not be used, or empty',
    baseline_fingerprint    String COMMENT 'Baseline: hash of the deployment that answered',
    candidate_fingerprint   String COMMENT 'Candidate: hash of the deployment that answered',
    same_parameters         Bool COMMENT 'Whether both lanes were sent the same body, apart from model and cache_salt'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
    experiment_id,
    exchange_id,
    any(conversation_id) AS conversation_id,
    any(replays.captured_at) AS captured_at,
    any(replays.shape) AS shape,
    any(replays.category) AS category,
    any(replays.language) AS language,
    any(replays.tenant) AS tenant,
    any(replays.turn) AS turn,
    any(replays.suite) AS suite,
    any(replays.example_id) AS example_id,
    any(replays.weight) AS weight,
    anyIf(outcome, lane = 'baseline') AS baseline_outcome,
    anyIf(outcome, lane = 'candidate') AS candidate_outcome,
    anyIf(text, lane = 'baseline') AS baseline_text,
    anyIf(text, lane = 'candidate') AS candidate_text,
    anyIf(reasoning, lane = 'baseline') AS baseline_reasoning,
    anyIf(reasoning, lane = 'candidate') AS candidate_reasoning,
    anyIf(tool_calls, lane = 'baseline') AS baseline_tool_calls,
    anyIf(tool_calls, lane = 'candidate') AS candidate_tool_calls,
    anyIf(finish_reason, lane = 'baseline') AS baseline_finish_reason,
    anyIf(finish_reason, lane = 'candidate') AS candidate_finish_reason,
    anyIf(ttft_ms, lane = 'baseline') AS baseline_ttft_ms,
    anyIf(ttft_ms, lane = 'candidate') AS candidate_ttft_ms,
    anyIf(e2e_ms, lane = 'baseline') AS baseline_e2e_ms,
    anyIf(e2e_ms, lane = 'candidate') AS candidate_e2e_ms,
    anyIf(completion_tokens, lane = 'baseline') AS baseline_tokens,
    anyIf(completion_tokens, lane = 'candidate') AS candidate_tokens,
    anyIf(void_reason, lane = 'baseline') AS baseline_void_reason,
    anyIf(void_reason, lane = 'candidate') AS candidate_void_reason,
    anyIf(fingerprint, lane = 'baseline') AS baseline_fingerprint,
    anyIf(fingerprint, lane = 'candidate') AS candidate_fingerprint,
    min(parameters_hash) = max(parameters_hash) AS same_parameters
FROM (SELECT * FROM {database}.replays FINAL WHERE lane IN ('baseline', 'candidate') AND suite != 'canary@1') AS replays
GROUP BY experiment_id, exchange_id
HAVING count() = 2
COMMENT 'One row per pair: baseline and candidate answers to the same anonymised exchange, sent under the same load.';

CREATE OR REPLACE VIEW {database}.timings {on_cluster}
(
    experiment_id     LowCardinality(String) COMMENT 'Experiment',
    exchange_id       String COMMENT 'Exchange',
    lane              LowCardinality(String) COMMENT 'baseline, baseline_again or candidate',
    deployment_id     LowCardinality(String) COMMENT 'Who answered',
    fingerprint       LowCardinality(String) COMMENT 'Hash of the deployment',
    shape             LowCardinality(String) COMMENT 'API shape: chat, completions, responses, messages or embeddings',
    category          LowCardinality(String) COMMENT 'Query category',
    language          LowCardinality(String) COMMENT 'ISO 639-1 code, or empty when unknown',
    tenant            LowCardinality(String) COMMENT 'Tenant, or empty',
    suite             LowCardinality(String) COMMENT 'name@hash of the suite, or empty for live traffic',
    weight            Float64 COMMENT 'Inverse of the probability that the exchange was captured and replayed, at least 1',
    outcome           LowCardinality(String) COMMENT 'completed, timed_out, http_error, connection_failed, broken_stream or not_sent',
    ttft_ms           Float64 COMMENT 'Time to first token, ms; infinite for a replay that failed',
    ttft_scheduled_ms Float64 COMMENT 'Scheduled time to first token, ms; infinite for a replay that failed',
    e2e_ms            Float64 COMMENT 'Send to last byte, ms; infinite for a replay that failed',
    tpot_ms           Nullable(Float64) COMMENT 'Time per output token after the first, ms; null below two tokens',
    server_ttft_ms    Nullable(Float64) COMMENT 'Queue plus first token as the server reported, ms; null when it did not',
    residual_ms       Nullable(Float64) COMMENT 'Client''s time to first token minus the server''s, ms; null when either did not say',
    schedule_delay_ms Float64 COMMENT 'Sent minus scheduled, ms',
    prompt_tokens     Nullable(UInt32) COMMENT 'Tokens as the server reported; null when it did not',
    completion_tokens Nullable(UInt32) COMMENT 'Tokens as the server reported; null when it did not',
    cached_tokens     Nullable(UInt32) COMMENT 'Prompt tokens from the prefix cache; null when the server did not report them',
    in_flight         UInt32 COMMENT 'Replays of the lane under way at send, itself included, count',
    sent_at           DateTime64(3, 'UTC') COMMENT 'Send time, UTC'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
    experiment_id,
    exchange_id,
    lane,
    deployment_id,
    fingerprint,
    shape,
    category,
    language,
    tenant,
    suite,
    weight,
    outcome,
    if(outcome = 'completed', ifNull(replays.ttft_ms, inf), inf) AS ttft_ms,
    if(outcome = 'completed', ifNull(replays.ttft_scheduled_ms, inf), inf) AS ttft_scheduled_ms,
    if(outcome = 'completed', ifNull(replays.e2e_ms, inf), inf) AS e2e_ms,
    tpot_ms,
    server_ttft_ms,
    replays.ttft_ms - replays.server_ttft_ms AS residual_ms,
    schedule_delay_ms,
    prompt_tokens,
    completion_tokens,
    cached_tokens,
    in_flight,
    sent_at
FROM {database}.replays AS replays FINAL
WHERE void_reason = '' AND suite != 'canary@1'
COMMENT 'One row per replay whose timings count: void ones are left out, failed ones stand with infinite latency.';

CREATE OR REPLACE VIEW {database}.splits {on_cluster}
(
    experiment_id   LowCardinality(String) COMMENT 'Experiment',
    arm             String COMMENT 'baseline or candidate',
    old_fingerprint String COMMENT 'Hash of the deployment before',
    new_fingerprint String COMMENT 'Hash of the deployment since',
    last_seen_at    Nullable(DateTime64(3, 'UTC')) COMMENT 'When a probe last found the old one, UTC; null when none did',
    split_at        DateTime64(3, 'UTC') COMMENT 'When a probe found the new one, UTC; replays sent since last_seen_at may be of either'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
    experiment_id,
    JSONExtractString(split, 'arm') AS arm,
    JSONExtractString(split, 'old_fingerprint') AS old_fingerprint,
    JSONExtractString(split, 'new_fingerprint') AS new_fingerprint,
    parseDateTime64BestEffortOrNull(JSONExtractString(split, 'last_seen_at'), 3, 'UTC') AS last_seen_at,
    parseDateTime64BestEffort(JSONExtractString(split, 'at'), 3, 'UTC') AS split_at
FROM
(
    SELECT experiment_id, argMax(versions.record, versions.updated_at) AS record
    FROM {database}.experiment_versions AS versions
    GROUP BY experiment_id
)
ARRAY JOIN JSONExtractArrayRaw(record, 'splits') AS split
COMMENT 'One row per change of a deployment during a run.';

-- Counts start anew with the server, and each worker scrapes for itself: the sum of the steps of the worker that saw most.
CREATE OR REPLACE VIEW {database}.servers {on_cluster}
(
    experiment_id      LowCardinality(String) COMMENT 'Experiment',
    deployment_id      LowCardinality(String) COMMENT 'Deployment',
    server_requests    UInt64 COMMENT 'First tokens that the server counted while it was scraped, of whatever client, count',
    server_500ms_ratio Nullable(Float64) COMMENT 'Server: share of first tokens within 500 ms; null when it does not say',
    client_replays     UInt64 COMMENT 'Replays whose timings count, count',
    client_500ms_ratio Nullable(Float64) COMMENT 'Client: share of first tokens within 500 ms, failed replays among those that are not',
    residual_ratio     Nullable(Float64) COMMENT 'Client''s share minus the server''s; null when either does not say'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
    experiment_id,
    deployment_id,
    server.requests AS server_requests,
    if(server.requests > 0, server.within / server.requests, NULL) AS server_500ms_ratio,
    client.replays AS client_replays,
    if(client.replays > 0, client.within / client.replays, NULL) AS client_500ms_ratio,
    client_500ms_ratio - server_500ms_ratio AS residual_ratio
FROM
(
    SELECT experiment_id, deployment_id, max(counted) AS requests, argMax(quick, counted) AS within
    FROM
    (
        SELECT
            experiment_id,
            deployment_id,
            worker_id,
            sum(requests_step) AS counted,
            sum(within_step) AS quick
        FROM
        (
            SELECT
                experiment_id,
                deployment_id,
                worker_id,
                toInt64(ttft_counts[-1]) AS requests_now,
                toInt64(ttft_counts[indexOf(ttft_seconds_le, 0.5)]) AS within_now,
                lagInFrame(requests_now, 1, requests_now) OVER scrapes AS requests_before,
                lagInFrame(within_now, 1, within_now) OVER scrapes AS within_before,
                if(requests_now < requests_before, requests_now, requests_now - requests_before) AS requests_step,
                if(requests_now < requests_before, within_now, within_now - within_before) AS within_step
            FROM {database}.server_metrics FINAL
            WHERE has(ttft_seconds_le, 0.5)
            WINDOW scrapes AS (
                PARTITION BY experiment_id, deployment_id, worker_id ORDER BY scraped_at
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            )
        )
        GROUP BY experiment_id, deployment_id, worker_id
    )
    GROUP BY experiment_id, deployment_id
) AS server
FULL OUTER JOIN
(
    SELECT
        experiment_id,
        deployment_id,
        count() AS replays,
        countIf(outcome = 'completed' AND ttft_ms <= 500) AS within
    FROM {database}.replays FINAL
    WHERE void_reason = '' AND suite != 'canary@1'
    GROUP BY experiment_id, deployment_id
) AS client USING (experiment_id, deployment_id)
COMMENT 'One row per experiment and deployment: whether the server''s own first-token times agree with the client''s.';
