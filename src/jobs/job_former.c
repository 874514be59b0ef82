#include "src/jobs/job_private.h"

const char *
job_former_mode (const char *word)
{
  static const char *const modes[][2] = {
    { "dumping", "dump" },      { "logging", "log" },  { "syncing", "sync" }, { "mirroring", "mirror" }, { "full load", "full" },
    { "full_refresh", "full" }, { "replace", "full" }, { "append", "log" },   { "upsert", "sync" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (modes); i++)
    if (g_ascii_strcasecmp (modes[i][0], word) == 0)
      return modes[i][1];
  return NULL;
}

void
job_refuse_former (Json *root, const MemberScope *scope)
{
  static const struct
  {
    const char *word;
    const char *now;
  } words[] = {
    { "batch_rows", "\"batch\": {\"rows\": 10000}" },
    { "batch_size", "\"batch\": {\"rows\": 10000}" },
    { "drop", "\"columns\": {\"NAME\": {\"drop\": true}}" },
    { "rename", "\"columns\": {\"NAME\": {\"rename\": \"other\"}}" },
    { "mask", "\"columns\": {\"NAME\": {\"mask\": \"hash\"}}" },
    { "schedule", "\"cron\": \"15 2 * * *\" or \"every\": \"1 hour\"" },
    { "primary_key", "\"key\": [\"id\"]" },
    { "cursor", "\"bookmark\": \"updated_at\"" },
    { "cursor_field", "\"bookmark\": \"updated_at\"" },
    { "buffer", "\"overlap\": \"10 minutes\"" },
    { "grace", "\"overlap\": \"10 minutes\"" },
    { "destinations", "\"deliver\": [{\"to\": \"NAME\"}]" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    {
      if (json_object_get (root, words[i].word) == NULL)
        continue;
      g_autofree char *path = members_path ("$", words[i].word);
      members_problem (scope, path, "unknown member \"%s\"; did you mean %s?", words[i].word, words[i].now);
      json_object_del (root, words[i].word);
    }
}
