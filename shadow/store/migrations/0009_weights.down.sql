-- Question: how is it without weights of the replay, fingerprints of pairs and residuals? Grain: as in 0004.
DROP VIEW IF EXISTS {database}.servers {on_cluster};

DROP VIEW IF EXISTS {database}.splits {on_cluster};

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
    weight                  Float64 COMMENT 'Inverse sampling probability at capture, at least 1',
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
    outcome           LowCardinality(String) COMMENT 'completed, timed_out, http_error, connection_failed, broken_stream or not_sent',
    ttft_ms           Float64 COMMENT 'Time to first token, ms; infinite for a replay that failed',
    ttft_scheduled_ms Float64 COMMENT 'Scheduled time to first token, ms; infinite for a replay that failed',
    e2e_ms            Float64 COMMENT 'Send to last byte, ms; infinite for a replay that failed',
    tpot_ms           Nullable(Float64) COMMENT 'Time per output token after the first, ms; null below two tokens',
    server_ttft_ms    Nullable(Float64) COMMENT 'Queue plus first token as the server reported, ms; null when it did not',
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
    outcome,
    if(outcome = 'completed', ifNull(replays.ttft_ms, inf), inf) AS ttft_ms,
    if(outcome = 'completed', ifNull(replays.ttft_scheduled_ms, inf), inf) AS ttft_scheduled_ms,
    if(outcome = 'completed', ifNull(replays.e2e_ms, inf), inf) AS e2e_ms,
    tpot_ms,
    server_ttft_ms,
    schedule_delay_ms,
    prompt_tokens,
    completion_tokens,
    cached_tokens,
    in_flight,
    sent_at
FROM {database}.replays AS replays FINAL
WHERE void_reason = '' AND suite != 'canary@1'
COMMENT 'One row per replay whose timings count: void ones are left out, failed ones stand with infinite latency.';

ALTER TABLE {database}.self_checks {on_cluster} DROP COLUMN IF EXISTS residual;

ALTER TABLE {database}.replays {on_cluster}
    COMMENT COLUMN weight 'Inverse sampling probability of the exchange at capture';
