-- Question: what does an analyst read without knowing the internals? Grain: as each view's comment says.
-- Every view deduplicates, leaves canaries out and reads with its definer's rights, so that an analyst needs none on the
-- tables below it. `experiments` becomes a view; the versions that it is made of get a name of their own.
RENAME TABLE IF EXISTS {database}.experiments TO {database}.experiment_versions {on_cluster};

DROP VIEW IF EXISTS {database}.experiments_now {on_cluster};

CREATE OR REPLACE VIEW {database}.traffic {on_cluster}
(
    exchange_id     String COMMENT 'Exchange',
    conversation_id String COMMENT 'Keyed hash; exchanges that belong together',
    captured_at     DateTime64(3, 'UTC') COMMENT 'Arrival of the request, UTC',
    door            LowCardinality(String) COMMENT 'gateway, interceptor, tap or import; suite for a suite''s examples',
    shape           LowCardinality(String) COMMENT 'API shape: chat, completions, responses, messages or embeddings',
    model           LowCardinality(String) COMMENT 'Model that the client asked for',
    category        LowCardinality(String) COMMENT 'Query category',
    language        LowCardinality(String) COMMENT 'ISO 639-1 code, or empty when unknown',
    tenant          LowCardinality(String) COMMENT 'Tenant, or empty',
    turn            UInt16 COMMENT 'User messages in the request, count',
    suite           LowCardinality(String) COMMENT 'name@hash of the suite, or empty for live traffic',
    example_id      String COMMENT 'Example within the suite, or empty',
    weight          Float64 COMMENT 'Inverse sampling probability at capture, at least 1',
    streamed        Bool COMMENT 'Whether the client asked for a stream',
    request         String COMMENT 'Anonymised JSON body',
    live_text       String COMMENT 'Anonymised text of the live reply',
    live_status     UInt16 COMMENT 'HTTP status of the live reply, 0 when none was seen',
    live_outcome    LowCardinality(String) COMMENT 'complete, client_left, upstream_failed or no_reply',
    live_ttft_ms    Nullable(Float64) COMMENT 'Live time to first token, ms; null when none was seen',
    live_e2e_ms     Nullable(Float64) COMMENT 'Live time to last byte, ms; null when none was seen',
    masked          Map(LowCardinality(String), UInt32) COMMENT 'Masked spans by entity type, count'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
    exchange_id,
    conversation_id,
    captured_at,
    door,
    shape,
    model,
    category,
    language,
    tenant,
    turn,
    suite,
    example_id,
    weight,
    streamed,
    request,
    live_text,
    status AS live_status,
    outcome AS live_outcome,
    live_ttft_ms,
    live_e2e_ms,
    masked
FROM {database}.exchanges FINAL
WHERE suite != 'canary@1'
COMMENT 'One row per exchange: what production was asked and answered, anonymised.';

-- Both lanes stand side by side in the table's order, so that grouping costs a third of joining it with itself.
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

CREATE OR REPLACE VIEW {database}.failures {on_cluster}
(
    experiment_id LowCardinality(String) COMMENT 'Experiment',
    exchange_id   String COMMENT 'Exchange',
    lane          LowCardinality(String) COMMENT 'baseline, baseline_again or candidate',
    label         LowCardinality(String) COMMENT 'What the taxonomy judge called it',
    severity      Float64 COMMENT '0 to 10',
    reason        String COMMENT 'One sentence of the judge',
    shape         LowCardinality(String) COMMENT 'API shape: chat, completions, responses, messages or embeddings',
    category      LowCardinality(String) COMMENT 'Query category',
    language      LowCardinality(String) COMMENT 'ISO 639-1 code, or empty when unknown',
    tenant        LowCardinality(String) COMMENT 'Tenant, or empty',
    suite         LowCardinality(String) COMMENT 'name@hash of the suite, or empty for live traffic'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
    judgement.experiment_id AS experiment_id,
    judgement.exchange_id AS exchange_id,
    judgement.lane AS lane,
    judgement.label AS label,
    judgement.severity AS severity,
    judgement.reason AS reason,
    replay.shape AS shape,
    replay.category AS category,
    replay.language AS language,
    replay.tenant AS tenant,
    replay.suite AS suite
FROM (SELECT * FROM {database}.replays FINAL WHERE suite != 'canary@1') AS replay
INNER JOIN
(
    SELECT * FROM {database}.judgements FINAL WHERE judge = 'taxonomy' AND finding = 'judgement' AND label != 'ok'
) AS judgement
    ON judgement.experiment_id = replay.experiment_id
    AND judgement.exchange_id = replay.exchange_id
    AND judgement.lane = replay.lane
COMMENT 'One row per answer that the taxonomy judge did not call ok.';

CREATE OR REPLACE VIEW {database}.coverage {on_cluster}
(
    minute      DateTime('UTC') COMMENT 'Minute of the request''s arrival, UTC',
    door        LowCardinality(String) COMMENT 'gateway, interceptor, tap or import; suite for a suite''s examples',
    route       LowCardinality(String) COMMENT 'API shape, or other',
    seen        UInt64 COMMENT 'Requests that a door saw',
    published   UInt64 COMMENT 'Requests whose exchange went to the log',
    sampled_out UInt64 COMMENT 'Requests that sampling left out',
    dropped     UInt64 COMMENT 'Requests dropped, whatever the reason; table ledger has the reasons',
    balanced    Bool COMMENT 'Whether seen = published + sampled_out + dropped'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
    minute,
    door,
    route,
    sumIf(requests, disposition = 'seen') AS seen,
    sumIf(requests, disposition = 'published') AS published,
    sumIf(requests, disposition = 'sampled_out') AS sampled_out,
    sumIf(requests, disposition = 'dropped') AS dropped,
    seen = published + sampled_out + dropped AS balanced
FROM {database}.ledger FINAL
GROUP BY minute, door, route
COMMENT 'One row per minute, door and route: seen = published + sampled_out + dropped.';

CREATE OR REPLACE VIEW {database}.experiments {on_cluster}
(
    experiment_id   LowCardinality(String) COMMENT 'Experiment',
    state           String COMMENT 'created, enabled, paused or disabled',
    record          String COMMENT 'The whole Experiment, JSON',
    owner           String COMMENT 'Who answers for it',
    profile         String COMMENT 'chat, high-stakes or cost',
    baseline        String COMMENT 'Deployment of the baseline',
    candidate       String COMMENT 'Deployment of the candidate',
    sample_ratio    Float64 COMMENT 'Share of conversations that are replayed, in (0, 1]',
    expires_at      Nullable(DateTime64(3, 'UTC')) COMMENT 'End, UTC',
    stopped_because String COMMENT 'Why it paused by itself, or empty',
    updated_at      DateTime64(3, 'UTC') COMMENT 'Last change, UTC',
    updated_by      String COMMENT 'Who made the last change'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
    experiment_id,
    argMax(versions.state, versions.updated_at) AS state,
    argMax(versions.record, versions.updated_at) AS record,
    JSONExtractString(record, 'owner') AS owner,
    JSONExtractString(record, 'profile') AS profile,
    JSONExtractString(record, 'baseline', 'deployment_id') AS baseline,
    JSONExtractString(record, 'candidate', 'deployment_id') AS candidate,
    JSONExtractFloat(record, 'sample_ratio') AS sample_ratio,
    parseDateTime64BestEffortOrNull(JSONExtractString(record, 'expires_at'), 3, 'UTC') AS expires_at,
    JSONExtractString(record, 'stopped_because') AS stopped_because,
    max(versions.updated_at) AS updated_at,
    argMax(versions.updated_by, versions.updated_at) AS updated_by
FROM {database}.experiment_versions AS versions
GROUP BY experiment_id
COMMENT 'One row per experiment: its last version.';
