-- Question: what does an experiment of so many pairs look like? Grain: replays, judgements, self-checks and ledgers, made in
-- the engine. Three exchanges in each conversation; every fifth exchange has the A/A lane, every tenth is a suite's example.
INSERT INTO {database}.exchanges
    (exchange_id, conversation_id, captured_at, door, shape, model, category, turn, language, request, status, outcome, weight,
    suite)
SELECT
    lower(hex(MD5(toString(number)))),
    lower(hex(MD5(concat('c', toString(intDiv(number, 3)))))),
    toDateTime64('2026-11-01 00:00:00', 3, 'UTC') + number / 20,
    if(number % 10 = 0, 'suite', 'gateway'),
    'chat',
    'production',
    ['chat', 'payments', 'tools'][1 + number % 3],
    1,
    'en',
    '{"messages":[{"role":"user","content":"how much is it?"}]}',
    200,
    'complete',
    1,
    if(number % 10 = 0, 'heldout@0123', '')
FROM numbers({pairs:UInt64});

INSERT INTO {database}.replays
    (experiment_id, exchange_id, lane, conversation_id, captured_at, shape, category, language, turn, suite, example_id, weight,
    deployment_id, fingerprint, outcome, status, text, finish_reason, prompt_tokens, completion_tokens, ttft_ms, e2e_ms, sent_at,
    in_flight, parameters_hash, attempts)
SELECT
    'trial',
    lower(hex(MD5(toString(number)))),
    lane,
    lower(hex(MD5(concat('c', toString(intDiv(number, 3)))))),
    toDateTime64('2026-11-01 00:00:00', 3, 'UTC') + number / 20,
    'chat',
    ['chat', 'payments', 'tools'][1 + number % 3],
    ['en', 'de'][1 + number % 2],
    1,
    if(number % 10 = 0, 'heldout@0123', ''),
    if(number % 10 = 0, toString(number), ''),
    1,
    if(lane = 'candidate', 'candidate', 'baseline'),
    if(lane = 'candidate', {candidate:String}, {baseline:String}),
    if(cityHash64(number, lane) % 400 = 0, 'timed_out', 'completed'),
    200,
    'the answer',
    'stop',
    300,
    100 + cityHash64(number, lane, 1) % 50,
    if(cityHash64(number, lane) % 400 = 0, NULL, 100 + cityHash64(number, lane, 2) % 3000 / 8),
    if(cityHash64(number, lane) % 400 = 0, NULL, 1000 + cityHash64(number, lane, 3) % 3000),
    toDateTime64('2026-11-01 00:00:01', 3, 'UTC') + number / 20,
    1,
    lower(hex(MD5(concat('p', toString(number))))),
    1
FROM numbers({pairs:UInt64})
ARRAY JOIN arrayFilter(lane -> lane != 'baseline_again' OR number % 5 = 0, ['baseline', 'candidate', 'baseline_again']) AS lane;

INSERT INTO {database}.judgements
    (experiment_id, exchange_id, lane, judge, version, finding, value, label, severity, reason, spans)
WITH cityHash64(exchange_id, lane, judge) % 1000 AS luck
SELECT
    experiment_id,
    exchange_id,
    lane,
    judge,
    '1',
    if(judge IN ('json_format', 'tool_calls') AND category != 'tools', 'abstained', 'judgement') AS said,
    multiIf(
        said = 'abstained', NULL,
        judge IN ('semantic_similarity', 'token_f1'), 0.5 + luck / 2000,
        judge = 'exact_match', luck % 2,
        judge = 'suite_check', luck % 10 != 0,
        luck > 20),
    multiIf(
        judge = 'taxonomy', if(luck > 20, 'ok', 'truncation'),
        judge = 'refusal', if(luck > 20, 'compliance', 'partial'),
        judge = 'suite_check', if(luck % 10 != 0, 'pass', 'fail'),
        'seen'),
    if(judge = 'taxonomy' AND luck <= 20, 4, 0),
    'the last sentence has no end and the finish reason is length',
    '[]'
FROM {database}.replays
ARRAY JOIN arrayFilter(
    judge -> judge != 'suite_check' OR suite != '',
    ['exact_match', 'token_f1', 'semantic_similarity', 'json_format', 'tool_calls', 'refusal', 'taxonomy', 'guards',
    'instructions', 'suite_check']) AS judge;

INSERT INTO {database}.lane_ledger (experiment_id, worker_id, partition, offset, exchange_id, disposition, reason)
SELECT 'trial', 'worker', 0, number, lower(hex(MD5(toString(number)))), 'replayed', ''
FROM numbers({pairs:UInt64});

INSERT INTO {database}.self_checks
    (experiment_id, worker_id, window_start, loop_lag_p99_ms, cpu_share, schedule_delay_median_ms, passed, reason)
SELECT 'trial', 'worker', toDateTime64('2026-11-01 00:00:00', 3, 'UTC') + number * 10, 1, 0.2, 0.1, number % 100 != 7,
    if(number % 100 = 7, 'event-loop lag: 12.0 ms', '')
FROM numbers(intDiv({pairs:UInt64}, 200) + 1);

INSERT INTO {database}.ledger (source_id, minute, door, route, disposition, reason, requests)
SELECT 'capture', toStartOfMinute(captured_at), 'gateway', 'chat', disposition, '', count()
FROM {database}.exchanges
ARRAY JOIN ['seen', 'published'] AS disposition
WHERE suite = ''
GROUP BY toStartOfMinute(captured_at), disposition;
