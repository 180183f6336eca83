-- Question: what came of each run of an agent in a closed loop, where it saw what its own calls did?
-- Grain: one row per experiment, suite, task, lane and trial.
CREATE TABLE IF NOT EXISTS {database}.transcripts {on_cluster}
(
    experiment_id     LowCardinality(String) COMMENT 'Experiment',
    suite             LowCardinality(String) COMMENT 'name@hash of the suite',
    task_id           String COMMENT 'Task of the suite',
    lane              LowCardinality(String) COMMENT 'baseline, baseline_again or candidate',
    trial             UInt16 COMMENT 'Trial of the task, from 0',
    transcript_id     String COMMENT 'Hash of the key; judgements name it as their exchange',
    world             LowCardinality(String) COMMENT 'World of the task',
    deployment_id     LowCardinality(String) COMMENT 'Who drove',
    fingerprint       LowCardinality(String) COMMENT 'Hash of the deployment',
    ending            LowCardinality(String) COMMENT 'answered, step_limit, time_limit, token_limit, refused, failed or cut',
    error             LowCardinality(String) COMMENT 'Kind of failure, or empty',
    solved            Nullable(Bool) COMMENT 'Whether the end state and the answer are right; null when nobody can know',
    calls             UInt32 COMMENT 'Tool calls, count',
    failed_calls      UInt32 COMMENT 'Tool calls whose result was an error, count',
    reference_steps   Nullable(UInt32) COMMENT 'Calls of the best agent, injected faults included',
    prompt_tokens     UInt64 COMMENT 'Prompt tokens of all answers together, as the server reported',
    completion_tokens UInt64 COMMENT 'Output tokens of all answers together, as the server reported',
    run_ms            Nullable(Float64) COMMENT 'First request to end, ms',
    record            String COMMENT 'The whole Transcript, JSON' CODEC(ZSTD(3)),
    started_at        DateTime64(3, 'UTC') COMMENT 'When the run began',
    stored_at         DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'Insert time; the last one holds'
)
ENGINE = {replacing}(stored_at)
ORDER BY (experiment_id, suite, task_id, lane, trial)
TTL toDateTime(started_at) + INTERVAL 90 DAY
COMMENT 'One row per run of an agent: task, lane and trial.';

CREATE VIEW IF NOT EXISTS {database}.agents {on_cluster}
(
    experiment_id     LowCardinality(String) COMMENT 'Experiment',
    suite             LowCardinality(String) COMMENT 'name@hash of the suite',
    world             LowCardinality(String) COMMENT 'World of the tasks',
    lane              LowCardinality(String) COMMENT 'baseline, baseline_again or candidate',
    tasks             UInt64 COMMENT 'Tasks, count',
    runs              UInt64 COMMENT 'Runs, count',
    solved            UInt64 COMMENT 'Runs that solved their task, count',
    not_known         UInt64 COMMENT 'Runs of which nobody can know, count',
    calls             UInt64 COMMENT 'Tool calls, count',
    completion_tokens UInt64 COMMENT 'Output tokens, count'
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
    experiment_id,
    suite,
    world,
    lane,
    uniqExact(task_id) AS tasks,
    count() AS runs,
    countIf(transcripts.solved) AS solved,
    countIf(isNull(transcripts.solved)) AS not_known,
    sum(transcripts.calls) AS calls,
    sum(transcripts.completion_tokens) AS completion_tokens
FROM {database}.transcripts FINAL
GROUP BY experiment_id, suite, world, lane
COMMENT 'What the lanes did as agents, by world.';
