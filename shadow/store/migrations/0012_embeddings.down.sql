-- Question: how is 0012 undone? The vectors are lost; the judging job embeds again what it needs.
DROP TABLE IF EXISTS {database}.embeddings {on_cluster};
