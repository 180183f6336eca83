-- Question: which vector has a text, so that no text is embedded twice? Grain: one row per model and text.
CREATE TABLE IF NOT EXISTS {database}.embeddings {on_cluster}
(
    model       LowCardinality(String) COMMENT 'Model that embedded, as the judge names it',
    text_hash   FixedString(32) COMMENT 'SHA-256 of the text, hexadecimal, first 32 characters; the text itself is not kept',
    vector      Array(Float32) COMMENT 'Unit vector',
    embedded_at DateTime64(3, 'UTC') COMMENT 'When'
)
ENGINE = {replacing}(embedded_at)
ORDER BY (model, text_hash)
TTL toDateTime(embedded_at) + INTERVAL 90 DAY
COMMENT 'Vectors of answers by the hash of their text: a cache that may be emptied at any time.';
