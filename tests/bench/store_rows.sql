-- Question: what do so many replays look like? Grain: exchanges, replays, judgements and a day of ledger, made in the engine.
-- Ten experiments of the same size; 11 replays for 5 exchanges: two lanes each and every fifth a third; one canary in a hundred.
INSERT INTO {database}.exchanges
    (exchange_id, conversation_id, captured_at, door, shape, model, category, turn, tenant, language, request, live_text,
    status, outcome, live_ttft_ms, live_e2e_ms, weight, suite)
WITH
    (SELECT arrayStringConcat(groupArray(concat('word', toString(cityHash64(number) % 3000))), ' ') FROM numbers(20000)) AS prose
SELECT
    lower(hex(MD5(toString(number)))),
    lower(hex(MD5(toString(intDiv(number, 3))))),
    toDateTime64('2026-09-01 00:00:00', 3, 'UTC') + number / 2,
    'gateway',
    'chat',
    'production',
    ['chat', 'multi_turn', 'structured', 'tools'][1 + number % 4],
    1 + number % 5,
    ['', 'acme', 'globex'][1 + number % 3],
    'en',
    substring(prose, 1 + cityHash64(number, 1) % 100000, 400),
    substring(prose, 1 + cityHash64(number, 2) % 100000, 200),
    200,
    'complete',
    100 + cityHash64(number, 3) % 1000 / 7,
    900 + cityHash64(number, 4) % 9000 / 7,
    1,
    if(number % 100 = 0, 'canary@1', '')
FROM numbers(intDiv({replays:UInt64} * 5, 11));

INSERT INTO {database}.replays
    (experiment_id, exchange_id, lane, conversation_id, captured_at, shape, category, language, tenant, turn, suite, weight,
    deployment_id, fingerprint, outcome, status, text, finish_reason, prompt_tokens, completion_tokens, cached_tokens,
    schedule_delay_ms, ttft_ms, ttft_scheduled_ms, tpot_ms, e2e_ms, sent_at, in_flight, parameters_hash, rewrites, void_reason,
    attempts)
WITH
    (SELECT arrayStringConcat(groupArray(concat('word', toString(cityHash64(number) % 3000))), ' ') FROM numbers(20000)) AS prose,
    intDiv(number, 11) * 5 + if(number % 11 < 10, intDiv(number % 11, 2), 0) AS exchange,
    if(number % 11 = 10, 'baseline_again', ['baseline', 'candidate'][1 + number % 11 % 2]) AS lane,
    toDateTime64('2026-09-01 00:00:00', 3, 'UTC') + exchange / 2 AS at
SELECT
    concat('experiment-', toString(intDiv(exchange * 22, {replays:UInt64} + 1))),
    lower(hex(MD5(toString(exchange)))),
    lane,
    lower(hex(MD5(toString(intDiv(exchange, 3))))),
    at,
    'chat',
    ['chat', 'multi_turn', 'structured', 'tools'][1 + exchange % 4],
    'en',
    ['', 'acme', 'globex'][1 + exchange % 3],
    1 + exchange % 5,
    if(exchange % 100 = 0, 'canary@1', ''),
    1,
    lane,
    concat('fingerprint-', lane),
    if(number % 97 = 0, 'timed_out', 'completed'),
    200,
    substring(prose, 1 + cityHash64(number, 1) % 100000, 200),
    'stop',
    300,
    120,
    0,
    cityHash64(number, 2) % 1000 / 70,
    if(number % 97 = 0, NULL, 50 + cityHash64(number, 3) % 3000 / 7),
    if(number % 97 = 0, NULL, 51 + cityHash64(number, 3) % 3000 / 7),
    9 + cityHash64(number, 4) % 100 / 17,
    900 + cityHash64(number, 5) % 9000 / 7,
    at + 1,
    1 + number % 50,
    lower(hex(MD5(toString(exchange + 7)))),
    ['cache_salt', 'model', 'stream'],
    if(number % 50 = 0, 'self-check: lag', ''),
    1
FROM numbers({replays:UInt64});

INSERT INTO {database}.judgements
    (experiment_id, exchange_id, lane, judge, version, finding, value, label, severity, reason, spans)
SELECT
    experiment_id,
    exchange_id,
    lane,
    'taxonomy',
    '1',
    'judgement',
    1,
    ['hallucination', 'refusal', 'truncation', 'ok'][least(1 + cityHash64(exchange_id, lane) % 60, 4)],
    3,
    'the answer names a number that the question does not give',
    '[]'
FROM {database}.replays;

INSERT INTO {database}.ledger (source_id, minute, door, route, disposition, reason, requests)
SELECT 'capture', toStartOfMinute(now()) - INTERVAL number MINUTE, 'gateway', 'chat', disposition, '', 60
FROM numbers(1440)
ARRAY JOIN ['seen', 'published'] AS disposition;
