-- Question: how is 0004 undone? The views of 0002 stand again; nothing is lost, since views hold no rows.
DROP VIEW IF EXISTS {database}.experiments {on_cluster};
DROP VIEW IF EXISTS {database}.coverage {on_cluster};
DROP VIEW IF EXISTS {database}.failures {on_cluster};
DROP VIEW IF EXISTS {database}.timings {on_cluster};
DROP VIEW IF EXISTS {database}.pairs {on_cluster};
DROP VIEW IF EXISTS {database}.traffic {on_cluster};

RENAME TABLE IF EXISTS {database}.experiment_versions TO {database}.experiments {on_cluster};

CREATE OR REPLACE VIEW {database}.pairs {on_cluster} AS
-- One row per pair: baseline and candidate replays of the same anonymised exchange under the same load.
SELECT
    candidate.experiment_id AS experiment_id,
    candidate.exchange_id AS exchange_id,
    exchange.conversation_id AS conversation_id,
    exchange.captured_at AS captured_at,
    exchange.shape AS shape,
    exchange.category AS category,
    exchange.language AS language,
    exchange.tenant AS tenant,
    exchange.turn AS turn,
    exchange.suite AS suite,
    exchange.example_id AS example_id,
    exchange.weight AS weight,
    exchange.request AS request,
    exchange.live_text AS live_text,
    baseline.outcome AS baseline_outcome,
    candidate.outcome AS candidate_outcome,
    baseline.text AS baseline_text,
    candidate.text AS candidate_text,
    baseline.tool_calls AS baseline_tool_calls,
    candidate.tool_calls AS candidate_tool_calls,
    baseline.ttft_ms AS baseline_ttft_ms,
    candidate.ttft_ms AS candidate_ttft_ms,
    baseline.e2e_ms AS baseline_e2e_ms,
    candidate.e2e_ms AS candidate_e2e_ms,
    baseline.completion_tokens AS baseline_tokens,
    candidate.completion_tokens AS candidate_tokens,
    baseline.parameters_hash = candidate.parameters_hash AS same_parameters
FROM (SELECT * FROM {database}.replays FINAL WHERE lane = 'candidate') AS candidate
INNER JOIN (SELECT * FROM {database}.replays FINAL WHERE lane = 'baseline') AS baseline
    ON baseline.experiment_id = candidate.experiment_id AND baseline.exchange_id = candidate.exchange_id
INNER JOIN (SELECT * FROM {database}.exchanges FINAL) AS exchange
    ON exchange.exchange_id = candidate.exchange_id;

CREATE OR REPLACE VIEW {database}.timings {on_cluster} AS
-- One row per replay whose timings count: void ones are left out, failed ones stand with infinite latency, ms.
SELECT
    experiment_id,
    exchange_id,
    lane,
    deployment_id,
    outcome,
    if(outcome = 'completed', ifNull(ttft_ms, inf), inf) AS ttft_ms,
    if(outcome = 'completed', ifNull(e2e_ms, inf), inf) AS e2e_ms,
    tpot_ms,
    schedule_delay_ms,
    prompt_tokens,
    completion_tokens,
    cached_tokens,
    in_flight,
    sent_at
FROM {database}.replays FINAL
WHERE void_reason = '';

CREATE OR REPLACE VIEW {database}.failures {on_cluster} AS
-- One row per answer that the taxonomy judge did not call ok.
SELECT
    judgement.experiment_id AS experiment_id,
    judgement.exchange_id AS exchange_id,
    judgement.lane AS lane,
    judgement.label AS label,
    judgement.severity AS severity,
    judgement.reason AS reason,
    exchange.category AS category,
    exchange.language AS language,
    exchange.suite AS suite
FROM (SELECT * FROM {database}.judgements FINAL WHERE judge = 'taxonomy' AND finding = 'judgement' AND label != 'ok')
    AS judgement
INNER JOIN (SELECT * FROM {database}.exchanges FINAL) AS exchange ON exchange.exchange_id = judgement.exchange_id;

CREATE OR REPLACE VIEW {database}.coverage {on_cluster} AS
-- One row per minute, door and route: seen = published + sampled_out + dropped, in requests.
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
GROUP BY minute, door, route;

CREATE OR REPLACE VIEW {database}.experiments_now {on_cluster} AS
-- One row per experiment: its last version.
SELECT
    experiment_id,
    argMax(state, experiments.updated_at) AS state,
    argMax(updated_by, experiments.updated_at) AS updated_by,
    max(experiments.updated_at) AS updated_at,
    argMax(record, experiments.updated_at) AS record
FROM {database}.experiments
GROUP BY experiment_id;
