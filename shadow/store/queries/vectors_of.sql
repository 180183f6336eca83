-- Question: which vectors of these texts are there already? Grain: one row per text.
SELECT text_hash, vector
FROM {database}.embeddings FINAL
WHERE model = {model:String} AND has({hashes:Array(String)}, toString(text_hash))
