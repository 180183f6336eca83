"""Reports brought to people: a folder, an object store, e-mail, Slack, a webhook. Decides nothing, renders nothing."""
