-- Question: how often is each judge right, measured on labelled answers? Grain: one row per judge, version and data.
CREATE TABLE IF NOT EXISTS {database}.judge_quality {on_cluster}
(
    judge            LowCardinality(String) COMMENT 'Judge name',
    version          LowCardinality(String) COMMENT 'Judge version that was measured',
    data_hash        String COMMENT 'Hash of the labelled file',
    flags            Array(String) COMMENT 'Labels that count as a flag',
    true_positives   UInt32 COMMENT 'Labelled bad and flagged, count',
    false_negatives  UInt32 COMMENT 'Labelled bad and not flagged, count',
    true_negatives   UInt32 COMMENT 'Labelled good and not flagged, count',
    false_positives  UInt32 COMMENT 'Labelled good and flagged, count',
    abstained        UInt32 COMMENT 'Answers on which the judge abstained, count; they are in no other column',
    failed           UInt32 COMMENT 'Answers on which the judge failed, count; they are in no other column',
    sensitivity      Nullable(Float64) COMMENT 'In [0, 1]; null without answers labelled bad',
    sensitivity_low  Nullable(Float64) COMMENT 'Clopper-Pearson, 95 %',
    sensitivity_high Nullable(Float64) COMMENT 'Clopper-Pearson, 95 %',
    specificity      Nullable(Float64) COMMENT 'In [0, 1]; null without answers labelled good',
    specificity_low  Nullable(Float64) COMMENT 'Clopper-Pearson, 95 %',
    specificity_high Nullable(Float64) COMMENT 'Clopper-Pearson, 95 %',
    measured_at      DateTime64(3, 'UTC') COMMENT 'When; the last one holds'
)
ENGINE = {replacing}(measured_at)
ORDER BY (judge, version, data_hash)
COMMENT 'One row per judge, version and labelled file: how often the judge is right.';
